"""Volumes that a cluster's claims become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.pricing.charge import Entry, Unpriced
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal, gib
from gpuplatform.kinds.pricing.volumes import Copies, volume_charges, volume_of
from gpuplatform.kinds.tokens import STORAGE_CLASS
from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path

EBS: Final = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs")
"""Provisioners that make EBS volumes."""


DEFAULT_CLASS: Final = "storageclass.kubernetes.io/is-default-class"


def claim(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A claim that EBS fulfils. One that names its volume or no class binds what exists, such as the file system."""
    spec = as_dict(resource.inputs.get("spec"))
    if spec.get("volumeName") or spec.get("storageClassName") == "":
        return
    yield from _persistent(context, spec, Decimal(1), resource.name)


def stateful(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A volume of each template for each replica."""
    spec = as_dict(resource.inputs.get("spec"))
    stated = spec.get("replicas")
    replicas = Decimal(1) if stated is None else decimal(stated)
    for template in as_list(spec.get("volumeClaimTemplates")):
        name = str(get_path(template, "metadata", "name") or resource.name)
        yield from _persistent(context, as_dict(as_dict(template).get("spec")), replicas, name)


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
    for found in context.plan.all(STORAGE_CLASS):
        default = as_dict(get_path(found.inputs, "metadata", "annotations")).get(DEFAULT_CLASS) == "true"
        if get_path(found.inputs, "metadata", "name") == named or (named is None and default):
            return found.inputs
    return {}
