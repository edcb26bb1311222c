"""Whether pods stand where the file systems are that they mount"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.nodes import POOL_LABEL, ZONE_LABEL
from gpuplatform.kinds import fsx
from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.node_launches import launches, zone
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.kinds.tokens import SUBNET
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

LUSTRE: Final = fsx.LUSTRE_FILE_SYSTEM
_DRIVER: Final = "fsx.csi.aws.com"


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A file system of a zone, as a pod mounts it."""

    system: PlannedResource
    zone: str
    reached_from: frozenset[str]
    """Zones that its volume lets nodes stand in; empty where it does not say."""


@check("volume-out-of-reach", Severity.ERROR, "A volume lets the nodes of the pods that mount it stand where they do.")
def volume_out_of_reach(plan: Plan) -> Iterator[Violation]:
    for pod, zones, mount in _mounting(plan):
        if mount.reached_from and not mount.reached_from & zones:
            yield Violation(
                f"{pod.owner.name}: its volume is for nodes in {', '.join(sorted(mount.reached_from))}, and pool {pod.pool} stands in "
                f"{', '.join(sorted(zones))}; the pods would never start",
                pod.owner,
            )


@check("file-system-zone", Severity.WARNING, "A file system of one zone stands in the zone of the pools that mount it.")
def file_system_zone(plan: Plan) -> Iterator[Violation]:
    """Reading across zones is slower, and both sides pay for every byte; over EFA it cannot be done (FSx for Lustre user guide)."""
    for pod, zones, mount in _mounting(plan):
        if mount.zone not in zones and (not mount.reached_from or mount.reached_from & zones):
            yield Violation(
                f"{pod.owner.name}: mounts {mount.system.name} in {mount.zone} from pool {pod.pool} in {', '.join(sorted(zones))}",
                pod.owner,
            )


def _mounting(plan: Plan) -> Iterator[tuple[Pod, frozenset[str], Mount]]:
    """Pods with the zones of their pool, for each file system that they mount."""
    mounts = _mounts(plan)
    zones: dict[str, frozenset[str]] = {}
    for launch in launches(plan):
        if label := launch.labels.get(POOL_LABEL):
            zones[label] = zones.get(label, frozenset()) | launch.zones
    for pod in pods(plan) if mounts else ():
        for volume in as_list(pod.spec.get("volumes")):
            mount = mounts.get((pod.namespace, str(get_path(volume, "persistentVolumeClaim", "claimName"))))
            if mount and zones.get(pod.pool or ""):
                yield pod, zones[pod.pool or ""], mount


def _mounts(plan: Plan) -> dict[tuple[str, str], Mount]:
    """By the namespace and name of the claim."""
    volumes = {
        str(body["metadata"]["name"]): mount
        for resource, body in of_kind(plan, "PersistentVolume")
        if get_path(body, "spec", "csi", "driver") == _DRIVER and (mount := _mount(plan, resource, body))
    }
    claims = {
        (namespace_of(body), str(body["metadata"]["name"])): str(get_path(body, "spec", "volumeName"))
        for _, body in of_kind(plan, "PersistentVolumeClaim")
    }
    return {claim: volumes[volume] for claim, volume in claims.items() if volume in volumes}


def _mount(plan: Plan, resource: PlannedResource, body: Json) -> Mount | None:
    found = linked(plan, resource, "spec", LUSTRE)
    where = linked(plan, found[0], "subnetIds", SUBNET) if found else ()
    if not where:
        return None
    terms = as_list(get_path(body, "spec", "nodeAffinity", "required", "nodeSelectorTerms"))
    asked = [
        e for term in terms for e in as_list(get_path(term, "matchExpressions")) if get_path(e, "key") == ZONE_LABEL
    ]
    return Mount(
        system=found[0],
        zone=zone(where[0]),
        reached_from=frozenset(str(value) for e in asked for value in as_list(get_path(e, "values"))),
    )
