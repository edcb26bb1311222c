"""Whether a job that waits for nodes gets others where EC2 has none, and new ones soon where it lost some

Cluster Autoscaler answers Kueue as soon as it has asked EC2; that nothing comes is found out by waiting (sources: `pools/shortage.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import yaml

from gpuplatform.kinds.cluster.kueue import CONTROLLER, flavors, groups
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_launches import Launch, autoscaler, extra_argument
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.quantity import seconds
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.plan.wording import minutes
from gpuplatform.preview.checking.check import Severity, Violation, check

READY: Final = 30 * 60
"""Kueue's default, of both times (v0.19.2, apis/config/v1beta2/defaults.go)."""
REQUEUE: Final = 60 * 60
"""Kueue's default of what it waits at most before it asks again (the same file)."""
BACK_OFF: Final = 5 * 60
"""Cluster Autoscaler's default (1.35, FAQ.md, initial-node-group-backoff-duration)."""
LONG: Final = 15 * 60
"""Our bound: for so long the other nodes of a job may stand idle for one that was lost."""


@check(
    "flavor-of-one-rung",
    Severity.WARNING,
    "Where nodes can be bought in several ways, a job's flavour leaves the choice to the autoscaler.",
)
def flavor_of_one_rung(plan: Plan) -> Iterator[Violation]:
    """Kueue chooses a flavour by quota alone: one whose nodes EC2 does not have is asked for again and again (kueue#2560)."""
    if not _asks_for_nodes(plan):
        return
    known = flavors(plan)
    for queue, body in of_kind(plan, "ClusterQueue"):
        for group in groups(body.get("spec")):
            names = [name for flavor in group if (name := str(get_path(flavor, "name"))) in known]
            by_type: dict[tuple[str, ...], list[str]] = {}
            for name in names:
                if types := _types(known[name].nodes(plan)):
                    by_type.setdefault(types, []).append(name)
            for types, several in by_type.items():
                if len(several) > 1:
                    yield Violation(
                        f"{queue.name}: {', '.join(several)} are all {', '.join(types)}, and Kueue takes the first that has quota: where "
                        "EC2 has none of it, a job never gets the others; give the pool one flavour",
                        queue,
                    )


def _types(nodes: list[Launch]) -> tuple[str, ...]:
    return tuple(sorted({t.name for launch in nodes if launch.managed for t in launch.types}))


def _asks_for_nodes(plan: Plan) -> bool:
    return any(get_path(body, "spec", "controllerName") == CONTROLLER for _, body in of_kind(plan, "AdmissionCheck"))


@check(
    "short-back-off",
    Severity.WARNING,
    "A group that EC2 failed is left out until Kueue has asked for a job's nodes again.",
)
def short_back_off(plan: Plan) -> Iterator[Violation]:
    """The wait before a request doubles from one to the next, so that its limit is what counts."""
    release = autoscaler(plan)
    several = [name for name, flavor in flavors(plan).items() if len([n for n in flavor.nodes(plan) if n.managed]) > 1]
    if release is None or not several or not _asks_for_nodes(plan):
        return
    back_off = seconds(extra_argument(plan, "initial-node-group-backoff-duration"), BACK_OFF)
    for _, waits in _configurations(plan):
        again = seconds(waits.get("timeout"), READY) + _longest_requeue(waits)
        if back_off <= again:
            yield Violation(
                f"{release.name}: initial-node-group-backoff-duration: {minutes(back_off)}, but Kueue asks for a job's nodes again "
                f"after up to {minutes(again)}: the group that EC2 failed would be taken again, not the next of {several[0]}; make it "
                "longer than Kueue's waitForPodsReady.timeout and requeuingStrategy.backoffMaxSeconds together",
                release,
            )


def _longest_requeue(waits: Mapping[str, Json]) -> float:
    written = get_path(waits, "requeuingStrategy", "backoffMaxSeconds")
    return float(written) if isinstance(written, int | float) else REQUEUE


@check("slow-recovery", Severity.WARNING, "A job that lost a node does not wait long for another.")
def slow_recovery(plan: Plan) -> Iterator[Violation]:
    """Nobody makes nodes for pods of an admitted job: Kueue must ask again, which it does after `recoveryTimeout`."""
    if not _asks_for_nodes(plan):
        return
    for release, waits in _configurations(plan):
        ready = seconds(waits.get("timeout"), READY)
        recovery = seconds(waits.get("recoveryTimeout"), ready)
        if recovery == 0 or recovery > LONG:
            for_how_long = "for ever" if recovery == 0 else minutes(recovery)
            yield Violation(
                f"{release.name}: waitForPodsReady.recoveryTimeout: a job that lost a node waits {for_how_long} until Kueue asks for "
                f"another, and its other nodes stand idle; {minutes(LONG)} or less",
                release,
            )


def _configurations(plan: Plan) -> Iterator[tuple[PlannedResource, Mapping[str, Json]]]:
    """Releases of Kueue, with what their configurations say of waiting for pods."""
    for release in plan.all(RELEASE):
        if chart(release) != "kueue":
            continue
        text = get_path(release.inputs, "values", "managerConfig", "controllerManagerConfigYaml")
        try:
            written: Json = yaml.safe_load(text) if isinstance(text, str) else {}
        except yaml.YAMLError:
            continue
        yield release, as_dict(get_path(written, "waitForPodsReady")) if isinstance(written, dict) else {}
