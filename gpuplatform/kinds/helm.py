"""Helm releases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.kinds import kubernetes
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.kind import Created, Duration, Kind, immutable
from gpuplatform.kinds.labels import (
    ROOM,
    Label,
    Lines,
    listed,
)
from gpuplatform.kinds.pricing.charge import Entry, Unpriced
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal, gib
from gpuplatform.kinds.pricing.volumes import Copies, volume_charges, volume_of
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.plan.wording import counted


def deployed(created: Created) -> tuple[str, dict[str, Json]]:
    """Identifier and outputs of a release that is deployed."""
    name, namespace = str(created.inputs.get("name") or created.name), str(created.inputs.get("namespace") or "default")
    status = {"status": "deployed", "name": name, "namespace": namespace, "revision": 1}
    return f"{namespace}/{name}", {"name": name, "namespace": namespace, "status": status}


EBS: Final = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs")
"""Provisioners that make EBS volumes."""


DEFAULT_CLASS: Final = "storageclass.kubernetes.io/is-default-class"


def release(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Volumes that a chart's values ask for: `volumeClaimTemplate`s, and `persistence` where it is on."""
    for path, spec, count in _claims(as_dict(resource.inputs.get("values")), ()):
        yield from _persistent(context, spec, count, ".".join(path))


def _claims(
    values: Mapping[str, Json], path: tuple[str, ...], replicas: Decimal = Decimal(1)
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Json], Decimal]]:
    replicas = decimal(values.get("replicas")) or replicas
    for key, value in values.items():
        inner = as_dict(value)
        if key == "volumeClaimTemplate":
            yield path, as_dict(inner.get("spec")), replicas
        elif key == "persistence" and inner.get("enabled"):
            request = {"requests": {"storage": inner.get("size")}}
            yield (*path, key), {"resources": request, "storageClassName": inner.get("storageClassName")}, replicas
        elif inner:
            yield from _claims(inner, (*path, key), replicas)


def _persistent(context: PricingContext, spec: Mapping[str, Json], count: Decimal, whose: str) -> Iterator[Entry]:
    named = spec.get("storageClassName")
    found = _storage_class(context, named)
    provisioner = str(found.get("provisioner") or EBS[0])
    if provisioner not in EBS:
        yield Unpriced(why=f"the volume of {whose} is made by {provisioner}, and no price row is of such volumes")
        return
    parameters = as_dict(found.get("parameters"))
    # The driver's own default is gp3 (aws-ebs-csi-driver, docs/parameters.md); the class gp2 is there in every cluster.
    kind = parameters.get("type") or ("gp2" if named == "gp2" and not found else "gp3")
    volume = volume_of(parameters, gib(get_path(spec, "resources", "requests", "storage")), kind)
    copies = Copies(asleep=count, idle=count, expected=count, most=count)
    yield from volume_charges(context, volume, f"of {whose}", copies)


def _storage_class(context: PricingContext, named: Json) -> Mapping[str, Json]:
    """The class of that name, or the default one where a claim names none; empty where the plan does not make it."""
    for found in context.plan.all(kubernetes.STORAGE_CLASS):
        default = as_dict(get_path(found.inputs, "metadata", "annotations")).get(DEFAULT_CLASS) == "true"
        if get_path(found.inputs, "metadata", "name") == named or (named is None and default):
            return found.inputs
    return {}


def _release_label(_: Plan, release: PlannedResource, __: list[PlannedResource]) -> Lines:
    chart, version = (str(release.inputs.get(key, "")).rsplit("/", 1)[-1] for key in ("chart", "version"))
    told = f"{chart} {version}"
    return [told] if len(told) <= ROOM else [chart, version]


def _releases(_: Plan, found: list[PlannedResource]) -> str:
    names = sorted(chart(r) or r.name for r in found)
    return f"{counted(len(found), 'operator')}: {listed(names)}"


KINDS: Final = (
    Kind(
        RELEASE,
        label=Label(icon="operator", words=_release_label, rank=11),
        phrase=_releases,
        price=release,
        immutable=(
            immutable(
                "pulumi/pulumi-kubernetes provider/pkg/provider/helm_release.go: forceNewFields", "name", "namespace"
            ),
        ),
        duration=Duration(
            seconds=120,
            source="operators take 60 to 180 s until their pods are ready, by experience; no log at hand",
            measured=False,
        ),
        durations={
            "definitions": Duration(
                seconds=10,
                source="a chart of custom resource definitions alone has no pod to wait for; no log at hand",
                measured=False,
            )
        },
    ),
)
