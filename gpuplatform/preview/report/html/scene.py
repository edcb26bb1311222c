"""What stands where in the picture: region, VPC, zones and subnets, nodes, cluster, and what has no address.

Every resource is in it: as a tile, or as a part of what a tile or frame stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Final

from gpuplatform.kinds import vpc, vpc_egress
from gpuplatform.kinds.labels import Place
from gpuplatform.kinds.registry import all_kinds
from gpuplatform.kinds.tokens import (
    CLUSTER_COMPONENT,
    CLUSTER_QUEUE,
    CLUSTERS,
    ON_THE_CLUSTER,
    SUBNET,
)
from gpuplatform.plan.model import STACK, Plan, PlannedResource
from gpuplatform.plan.tree import LAYERS
from gpuplatform.plan.values import get_path, leaves
from gpuplatform.preview.report.html.boxes import Box
from gpuplatform.preview.report.html.grid import group, rows_of, shortest
from gpuplatform.preview.report.html.tiles import several, telling, tile

VPC: Final = vpc.VPC
NAT: Final = vpc_egress.NAT_GATEWAY


def _placed(place: Place) -> tuple[str, ...]:
    """Types that the picture draws at a place."""
    return tuple(row.token for row in all_kinds().values() if row.label and row.label.place is place)


AT_THE_EDGE: Final = _placed(Place.EDGE)
IN_SUBNETS: Final = _placed(Place.SUBNETS)
ACROSS: Final = _placed(Place.VPC)


class Scene:
    """A plan's boxes. `root` is the region; `box_of` gives the box that shows a resource."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._types: dict[str, set[str]] = {}
        self._units = list(self._top(plan.resources))
        for unit in self._units:
            self._types[unit.urn] = {unit.type, *(d.type for d in plan.descendants(unit))}
        self._taken: set[str] = set()
        self.root = self._region()
        self._drawn = {urn: box for box in self.root.walk() for urn in (box.urn, *box.stands_for) if urn}

    def box_of(self, urn: str) -> Box | None:
        """The box of a resource, or else of the nearest component around it."""
        while urn:
            if urn in self._drawn:
                return self._drawn[urn]
            resource = self._plan.by_urn.get(urn)
            urn = (resource.parent or "") if resource else ""
        return None

    def _top(self, resources: Iterable[PlannedResource]) -> Iterator[PlannedResource]:
        """What stands right below the stack, or below nothing that we know."""
        for resource in resources:
            parent = self._plan.by_urn.get(resource.parent or "")
            if resource.type != STACK and (parent is None or parent.type == STACK):
                yield resource

    def _with(self, *types: str) -> list[PlannedResource]:
        """Units not yet drawn that contain one of these types."""
        return [u for u in self._units if u.urn not in self._taken and self._types[u.urn] & set(types)]

    def _draw(self, units: Iterable[PlannedResource]) -> list[Box]:
        drawn = list(units)
        self._taken.update(unit.urn for unit in drawn)
        return [tile(self._plan, unit) for unit in drawn]

    def _region(self) -> Box:
        plan = self._plan
        networks = [self._vpc(vpc) for vpc in plan.all(VPC)]
        cluster = list(self._cluster())
        rest = list(self._by_layer([u for u in self._units if u.urn not in self._taken], columns=2))
        stack = next((r.urn for r in plan.resources if r.type == STACK), "")
        columns = [networks, cluster] if networks and cluster else [[*networks, *cluster]]
        for row in rows_of(rest):
            shortest(columns).append(row)
        return Box(
            title=plan.region or "region unknown",
            stands_for=(stack,),
            icon="globe",
            frame=True,
            inside=[Box(title="", frame=True, flow="column", inside=column) for column in columns if column],
        )

    def _vpc(self, vpc: PlannedResource) -> Box:
        plan = self._plan
        home = self._unit_of(vpc)
        subnets = [s for s in plan.all(SUBNET) if len(plan.all(VPC)) == 1 or vpc.urn in _links(s)]
        zones: dict[str, list[PlannedResource]] = {}
        for subnet in subnets:
            zones.setdefault(_zone(subnet), []).append(subnet)
        self._taken.add(home.urn)
        at_edge = [tile(plan, r) for r in plan.resources if r.type in AT_THE_EDGE and self._unit_of(r).urn == home.urn]
        housed = {u.urn for u in self._with(*IN_SUBNETS)}
        at_edge += self._draw(u for u in self._with(*AT_THE_EDGE) if u.urn not in housed)
        stays = {u.urn: self._subnets_of(u, subnets) for u in self._with(*IN_SUBNETS)}
        frames = [self._zone(zone, own, stays) for zone, own in sorted(zones.items())]
        across = self._draw(self._with(*IN_SUBNETS, *ACROSS))
        if len(frames) > 1:
            self._name_pools(across, frames)
        inside = [group("Ways in and out", at_edge, 4)] if at_edge else []
        inside += [Box(title="", frame=True, flow="row", inside=frames)] if frames else []
        inside += [group("In any of the private subnets", across, max(2, min(3, len(frames))))] if across else []
        return Box(
            title=f"VPC {vpc.inputs.get('cidrBlock', vpc.name)}",
            urn=vpc.urn,
            stands_for=(home.urn,),
            layer=vpc.layer,
            icon="network",
            frame=True,
            flow="column",
            inside=inside,
        )

    def _zone(self, zone: str, subnets: list[PlannedResource], stays: Mapping[str, set[str]]) -> Box:
        public = self._public
        frames: list[Box] = []
        for subnet in sorted(subnets, key=lambda s: (s.urn not in public, s.name)):
            inside = [tile(self._plan, nat) for nat in self._plan.all(NAT) if self._in_subnet(nat, subnet)]
            inside += self._draw(u for u in self._units if stays.get(u.urn) == {subnet.urn})
            kind = "public" if subnet.urn in public else "private"
            frames.append(
                Box(
                    title=f"{kind} {subnet.inputs.get('cidrBlock', '')}",
                    urn=subnet.urn,
                    layer=subnet.layer,
                    icon="gate" if kind == "public" else "lock",
                    frame=True,
                    flow="column",
                    inside=inside,
                )
            )
        return Box(title=zone, icon="zone", frame=True, flow="column", inside=frames)

    def _name_pools(self, across: list[Box], zones: list[Box]) -> None:
        """Name, in a subnet that holds nothing of its own, the pools that may use it: an empty box looks like a mistake."""
        if pools := ", ".join(box.title for box in across):
            for subnet in (subnet for zone in zones for subnet in zone.inside):
                if not subnet.inside and subnet.icon == "lock":
                    subnet.lines = [
                        "open to the pools below:",
                        *wrap(pools, 28, break_on_hyphens=False, max_lines=4, placeholder=" …"),
                    ]

    @property
    def _public(self) -> set[str]:
        """Subnets with a route to an internet gateway, or with a NAT gateway in them."""
        gateways = {r.urn for r in self._plan.all(vpc.INTERNET_GATEWAY)}
        open_tables = {urn for r in self._plan.all(vpc.ROUTE) if _links(r) & gateways for urn in _links(r) - gateways}
        joined = [r for r in self._plan.all(vpc.ROUTE_TABLE_ASSOCIATION) if _links(r) & open_tables]
        subnets = self._plan.all(SUBNET)
        with_nat = {s.urn for s in subnets for nat in self._plan.all(NAT) if self._in_subnet(nat, s)}
        return with_nat | {s.urn for s in subnets for j in joined if s.urn in _links(j)}

    def _in_subnet(self, resource: PlannedResource, subnet: PlannedResource) -> bool:
        ids = {subnet.outputs["id"]} if subnet.outputs.get("id") else set[str]()
        sent = {
            v for key in ("subnetId", "subnetIds") for _, v in leaves(resource.inputs.get(key)) if isinstance(v, str)
        }
        linked = {u for key in ("subnetId", "subnetIds") for u in resource.property_dependencies.get(key, ())}
        return bool(sent & ids) if ids else subnet.urn in linked

    def _subnets_of(self, unit: PlannedResource, subnets: list[PlannedResource]) -> set[str]:
        faces = [d for d in (unit, *self._plan.descendants(unit)) if d.type in IN_SUBNETS]
        return {s.urn for s in subnets for face in faces if self._in_subnet(face, s)}

    def _unit_of(self, resource: PlannedResource) -> PlannedResource:
        while (parent := self._plan.by_urn.get(resource.parent or "")) and parent.type != STACK:
            resource = parent
        return resource

    def _cluster(self) -> Iterator[Box]:
        """The control plane with all that runs on it."""
        clusters = self._with(*CLUSTERS)
        self._taken.update(u.urn for u in clusters)
        layers = {u.layer for u in clusters}
        on_it = [u for u in self._units if u.urn not in self._taken and (u.layer in layers or self._on_cluster(u))]
        if not clusters and not on_it:
            return
        face = next((r for r in self._plan.all(CLUSTER_COMPONENT)), clusters[0] if clusters else None)
        reached = "public and private" if face and face.inputs.get("endpointPublicAccess") else "private"
        yield Box(
            title=f"EKS {face.inputs.get('version', '')}".strip() if face else "Kubernetes",
            lines=[f"{reached} endpoint"] if face else [],
            urn=face.urn if face else "",
            stands_for=tuple(u.urn for u in clusters),
            layer="cluster",
            icon="cluster",
            frame=True,
            flow="column",
            inside=list(self._by_layer(on_it, columns=3)),
        )

    def _on_cluster(self, unit: PlannedResource) -> bool:
        types = self._types[unit.urn]
        return any(t.startswith(ON_THE_CLUSTER) for t in types)

    def _by_layer(self, units: list[PlannedResource], columns: int) -> Iterator[Box]:
        layers: dict[str, list[PlannedResource]] = {}
        for unit in units:
            layers.setdefault(unit.layer, []).append(unit)
        order = [*LAYERS, *sorted(set(layers) - set(LAYERS))]
        for layer in (name for name in order if name in layers):
            own = layers[layer]
            plain = [u for u in own if not telling(self._plan, u)]
            gathered = plain if 1 < len(plain) < len(own) else []
            boxes: list[Box] = []
            for unit in (u for u in own if u not in gathered):
                boxes += self._queues(unit) if CLUSTER_QUEUE in self._types[unit.urn] else self._draw([unit])
            yield group(layer, boxes, columns, layer, gathered=several(self._plan, gathered) if gathered else None)
            self._taken.update(u.urn for u in gathered)

    def _queues(self, unit: PlannedResource) -> list[Box]:
        """A tile for every queue: each is a team's."""
        self._taken.add(unit.urn)
        queues = [d for d in self._plan.descendants(unit) if d.type == CLUSTER_QUEUE]
        boxes = [tile(self._plan, q) for q in queues]
        for box, queue in zip(boxes, queues, strict=True):
            box.title = str(get_path(queue.inputs, "metadata", "name") or queue.name)
        boxes[0].stands_for = (*boxes[0].stands_for, unit.urn)
        return boxes


def _links(resource: PlannedResource) -> set[str]:
    return {*resource.dependencies, *(urn for urns in resource.property_dependencies.values() for urn in urns)}


def _zone(subnet: PlannedResource) -> str:
    return str(subnet.inputs.get("availabilityZoneId") or subnet.inputs.get("availabilityZone") or "zone unknown")
