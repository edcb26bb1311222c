"""What a plan runs, beside the newest that the catalogue knows: Kubernetes, nodes' images, charts, containers' images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from gpuplatform.catalog import charts, images, kubernetes_versions
from gpuplatform.catalog.charts import Chart
from gpuplatform.catalog.images import Image
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.kinds.eks import ADDON
from gpuplatform.kinds.tokens import CLUSTERS, NODE_CLASS, NODE_GROUP, RELEASE
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path

CHARTS: Final = {one.name: one for one in vars(charts).values() if isinstance(one, Chart)}
IMAGES: Final = tuple(one for one in vars(images).values() if isinstance(one, Image))

_DATED: Final = re.compile(r"(?:^|[v-])(20\d{6})$")
"""Day of a release of EKS's Amazon Linux: `1.36.4-20261023`, `v20261023`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One thing that has a version."""

    kind: str
    """Kubernetes, node image, chart, container image or add-on."""
    name: str
    runs: str
    """As the plan states it; empty where it leaves the choice to AWS."""
    newest: str
    """That is known, and can be used here; empty where nobody here knows."""
    behind: bool
    note: str = ""
    as_of: str = ""
    """Day of what is known."""
    told: bool = False
    """Whether its note is worth a line where nothing is behind."""

    @property
    def settled(self) -> bool:
        """Whether both sides are known."""
        return bool(self.runs and self.newest)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def running(plan: Plan, today: date) -> list[Running]:
    """In the order in which they move."""
    return [*_charts(plan), *_kubernetes(plan, today), *_addons(plan), *_groups(plan), *_classes(plan), *_images(plan)]


def version_of(plan: Plan) -> str:
    """Minor version of the plan's cluster; empty where it has none."""
    found = (str(c.inputs.get("version") or "") for type_ in CLUSTERS for c in plan.all(type_))
    return next(filter(None, found), "")


def _kubernetes(plan: Plan, today: date) -> Iterator[Running]:
    runs, newest = version_of(plan), kubernetes_versions.newest()
    if not runs:
        return
    end = kubernetes_versions.standard_ends(runs)
    past = kubernetes_versions.extended(runs, today)
    support = (
        f"standard support {'ended' if past else 'ends'} on {end}" if end else "the end of its support is not known"
    )
    more = kubernetes_versions.NEWEST_ON_EKS
    beyond = kubernetes_versions.number(more) > kubernetes_versions.number(newest)
    yield Running(
        kind="Kubernetes",
        name="control plane",
        runs=runs,
        newest=newest,
        behind=kubernetes_versions.number(runs) < kubernetes_versions.number(newest),
        note=f"{support}{f'; EKS has {more}, and no image of Cluster Autoscaler for it is known' if beyond else ''}",
        told=True,
    )


def _charts(plan: Plan) -> Iterator[Running]:
    for release in plan.all(RELEASE):
        known = CHARTS.get(chart(release))
        runs = str(release.inputs.get("version") or "")
        held = charts.HELD_BACK.get(chart(release))
        yield Running(
            kind="chart",
            name=chart(release),
            runs=runs,
            newest=known.version if known else "",
            behind=known is not None and _order(runs) < _order(known.version),
            note=f"{held[0]} is out and not taken: {held[1]}" if held else "",
            as_of=known.as_of if known else "",
            told=held is not None,
        )


def _addons(plan: Plan) -> Iterator[Running]:
    for addon in plan.all(ADDON):
        runs = str(addon.inputs.get("addonVersion") or "")
        note = "" if runs else "EKS's default on the day it was installed; EKS moves none by itself"
        yield Running(
            kind="add-on",
            name=str(addon.inputs.get("addonName") or addon.name),
            runs=runs,
            newest="",
            behind=False,
            note=note,
        )


def _groups(plan: Plan) -> Iterator[Running]:
    for group in plan.all(NODE_GROUP):
        runs = release_of(group)
        linux = not str(group.inputs.get("amiType") or "AL2023").startswith("BOTTLEROCKET")
        note = "" if runs else "the newest on the day the group was made, and no other since"
        older = bool(runs) and _minor(runs) not in ("", version_of(plan))
        yield Running(
            kind="node image",
            name=group.name,
            runs=runs,
            newest=charts.NODE_IMAGE if linux else "",
            behind=linux and (older or (bool(runs) and _day(runs) < _day(charts.NODE_IMAGE))),
            note=f"of Kubernetes {_minor(runs)}, and the cluster has {version_of(plan)}" if linux and older else note,
        )


def release_of(group: PlannedResource) -> str:
    """Release of the image of a node group: as written or, where AWS chose, as a state says; empty where nobody has said yet."""
    return str(group.inputs.get("releaseVersion") or group.outputs.get("releaseVersion") or "")


def _classes(plan: Plan) -> Iterator[Running]:
    for node_class in plan.all(NODE_CLASS):
        for term in as_list(get_path(node_class.inputs, "spec", "amiSelectorTerms")):
            family, _, runs = str(get_path(term, "alias") or "").partition("@")
            if family == "al2023":
                pinned = bool(_day(runs))
                note = "" if pinned else "moves by itself, on every node, when AWS publishes another"
                yield Running(
                    kind="node image",
                    name=str(get_path(node_class.inputs, "metadata", "name") or node_class.name),
                    runs=runs,
                    newest=charts.NODE_IMAGE,
                    behind=pinned and _day(runs) < _day(charts.NODE_IMAGE),
                    note=note,
                )


def _images(plan: Plan) -> Iterator[Running]:
    found = {str(get_path(c, "image")): None for pod in pods(plan) for c in pod.containers}
    for image in found:
        known = next((one for one in IMAGES if image.startswith(f"{one.repository}:")), None)
        if known is not None:
            runs = image.removeprefix(f"{known.repository}:")
            yield Running(
                kind="container image",
                name=known.repository.rpartition("/")[2],
                runs=runs,
                newest=known.tag,
                behind=_order(runs) < _order(known.tag),
                as_of=known.as_of,
            )


def _order(version: str) -> tuple[int, ...]:
    """Numbers of a version, so that 0.10 is newer than 0.9."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _day(release: str) -> str:
    found = _DATED.search(release)
    return found[1] if found else ""


def _minor(release: str) -> str:
    found = re.match(r"1\.\d\d(?=\.)", release)
    return found[0] if found else ""
