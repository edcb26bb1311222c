"""Karpenter's NodePools: nodes that come with the pods that ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from gpuplatform.catalog import prices
from gpuplatform.catalog.instances import instance
from gpuplatform.catalog.prices import Price
from gpuplatform.preview.billing.charge import HOURS, ZERO, Charge, Entry, Pricer, Unpriced, missing
from gpuplatform.preview.billing.numbers import decimal, gib
from gpuplatform.preview.billing.situation import Situation
from gpuplatform.preview.billing.volumes import Copies, Volume, volume_charges, volume_of
from gpuplatform.preview.look import at, listing, mapping
from gpuplatform.preview.plan import Json, PlannedResource
from gpuplatform.preview.words import counted

NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SCALER = "kubernetes:keda.sh/v1alpha1:ScaledObject"
POOL_LABEL = "gpuplatform.io/pool"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One instance type of a pool: what it costs when expected, and at most."""

    name: str
    gpus: Decimal
    usual: Price
    how: str
    ceiling: Price


def node_pool(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """Nodes for the workloads that never scale to zero, and those that settings expect; at most what the GPU limit allows."""
    spec = mapping(resource.inputs.get("spec"))
    template = mapping(spec.get("template"))
    wanted = _requirements(mapping(template.get("spec")))
    types = wanted.get("node.kubernetes.io/instance-type", [])
    if not types:
        yield Unpriced(why="the NodePool names no instance types, so what Karpenter would launch is unknown")
        return
    limit = decimal(mapping(spec.get("limits")).get("nvidia.com/gpu"))
    if not limit:
        yield Unpriced(why="the NodePool has no limit of nvidia.com/gpu, so its cost has no maximum")
        return
    spot = "spot" in wanted.get("karpenter.sh/capacity-type", ["on-demand"])
    choices = [c for name in types if (c := _choice(name, spot, situation))]
    for name in types:
        if name not in {c.name for c in choices}:
            yield missing(situation, "ec2", name)
    if not choices:
        return
    pool = str(mapping(mapping(template.get("metadata")).get("labels")).get(POOL_LABEL, ""))
    always, cheapest = _least(pool, choices, situation)
    expected = min(max(always * HOURS, _stated(pool, situation)), max(limit // cheapest.gpus, always) * HOURS)
    dearest = max(choices, key=lambda c: (limit // c.gpus) * c.ceiling.value)
    yield Charge(
        what=f"{cheapest.name} {cheapest.how}, {counted(int(always), 'node')} to {limit} GPUs, at most as {dearest.name} on-demand",
        price=cheapest.usual,
        asleep=always * HOURS,
        idle=always * HOURS,
        expected=expected,
        most_per_hour=limit // dearest.gpus,
        most_price=dearest.ceiling,
        note="Karpenter's pools are expected on their cheapest type and capped at their dearest, on-demand",
        instance=cheapest.name,
    )
    volumes = list(_volumes(mapping(at(template, "spec", "nodeClassRef")), situation))
    if not volumes:
        yield Unpriced(why="no EC2NodeClass of the plan states the volumes of its nodes: Karpenter chooses them")
    for volume in volumes:
        most_nodes = max(limit // c.gpus for c in choices)
        copies = Copies(asleep=always, idle=always, expected=expected / HOURS, most=most_nodes)
        yield from volume_charges(situation, volume, "of each node", copies)


def _requirements(spec: Mapping[str, Json]) -> dict[str, list[str]]:
    rows = [mapping(row) for row in listing(spec.get("requirements"))]
    return {
        str(row.get("key")): [str(v) for v in listing(row.get("values"))] for row in rows if row.get("operator") == "In"
    }


def _choice(name: str, spot: bool, situation: Situation) -> Choice | None:
    ceiling = situation.price("ec2", name)
    if ceiling is None:
        return None
    reference = prices.spot(name, situation.zones()) if spot else None
    return Choice(
        name=name,
        gpus=Decimal(max(instance(name).gpu_count, 1)),
        usual=reference or ceiling,
        how="spot" if reference else "on-demand",
        ceiling=ceiling,
    )


def _least(pool: str, choices: list[Choice], situation: Situation) -> tuple[Decimal, Choice]:
    """Nodes that keep the pool's workloads at their minimum of replicas, and the type on which that is cheapest."""
    always = list(_always(pool, situation))
    total = sum((gpus * replicas for gpus, replicas in always), ZERO)
    widest = max((gpus for gpus, replicas in always if replicas), default=Decimal(1))
    fitting = [c for c in choices if c.gpus >= widest] or choices

    def nodes(choice: Choice) -> Decimal:
        return (total / choice.gpus).to_integral_value(ROUND_CEILING)

    cheapest = min(fitting, key=lambda c: (nodes(c) * c.usual.value, c.usual.value))
    return nodes(cheapest), cheapest


def _always(pool: str, situation: Situation) -> Iterator[tuple[Decimal, Decimal]]:
    """GPUs of a pod, and the replicas that never go, of each Deployment that asks for the pool's nodes."""
    scalers = {
        (str(at(s.inputs, "metadata", "namespace")), str(at(s.inputs, "spec", "scaleTargetRef", "name"))): mapping(
            s.inputs.get("spec")
        )
        for s in situation.plan.all(SCALER)
    }
    for deployment in situation.plan.all(DEPLOYMENT):
        pod = mapping(at(deployment.inputs, "spec", "template", "spec"))
        if mapping(pod.get("nodeSelector")).get(POOL_LABEL) != pool:
            continue
        gpus = sum(
            (decimal(at(c, "resources", "limits", "nvidia.com/gpu")) for c in listing(pod.get("containers"))), ZERO
        )
        scaler = scalers.get(
            (str(at(deployment.inputs, "metadata", "namespace")), str(at(deployment.inputs, "metadata", "name")))
        )
        if scaler is None:
            yield gpus, decimal(at(deployment.inputs, "spec", "replicas"))
        else:
            yield gpus, decimal(scaler.get("idleReplicaCount", scaler.get("minReplicaCount", 0)))


def _stated(pool: str, situation: Situation) -> Decimal:
    """Node-hours a month that settings expect of the pool."""
    settings = mapping(mapping(situation.settings("serving").get("pools")).get(pool))
    return decimal(settings.get("expected_nodes")) * decimal(settings.get("expected_hours"))


def _volumes(reference: Mapping[str, Json], situation: Situation) -> Iterator[Volume]:
    """Those that the pool's node class states."""
    for node_class in situation.plan.all(NODE_CLASS):
        if at(node_class.inputs, "metadata", "name") == reference.get("name"):
            for row in listing(at(node_class.inputs, "spec", "blockDeviceMappings")):
                disk = mapping(mapping(row).get("ebs"))
                yield volume_of(disk, gib(disk.get("volumeSize")), disk.get("volumeType"))


PRICERS: Mapping[str, Pricer] = {"kubernetes:karpenter.sh/v1:NodePool": node_pool}
