"""In which order an environment moves to newer versions, and what each step interrupts. Asks no account.

The order is that of support: operators that know the next Kubernetes before it is there, the control plane before its nodes (which
may be up to three minor versions older, never newer: kubernetes.io, "Version Skew Policy"), add-ons before the nodes that start with
them, nodes that hold least first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gpuplatform.catalog import kubernetes_versions
from gpuplatform.kinds.labels import listed
from gpuplatform.ops import node_steps
from gpuplatform.ops.upgrade_step import CLUSTER, Step, behind
from gpuplatform.ops.versions import CHARTS, Running, running, version_of
from gpuplatform.plan.model import Plan
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.values import get_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    environment: str
    running: list[Running]
    steps: list[Step]

    @property
    def behind(self) -> list[Running]:
        return [one for one in self.running if one.behind]

    def to_json(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "running": [one.to_json() for one in self.running],
            "steps": [one.to_json() for one in self.steps],
        }


def upgrade(plan: Plan, today: date) -> Upgrade:
    found = running(plan, today)
    steps = [step for make in _STEPS for step in make(plan, found)]
    return Upgrade(environment=plan.environment, running=found, steps=steps)


def _kinds(_: Plan, found: Sequence[Running]) -> Iterator[Step]:
    """Of charts that move and keep their kinds where Helm never upgrades them."""
    of = [one for one in found if one.kind == "chart" and one.name in CHARTS and CHARTS[one.name].kinds_in_folder]
    if of:
        moving = [one for one in of if one.behind]
        yield Step(
            title=f"custom kinds of {listed([one.name for one in moving or of])}",
            due=bool(moving),
            do=tuple(kinds_command(one.name) for one in moving),
            interrupts=("nothing: a field that is new appears, and objects stay as they are",),
        )


def kinds_command(name: str) -> str:
    """Upgrades the kinds that lie in a chart's `crds/`."""
    one = CHARTS[name]
    where = f" --repo {one.index}" if one.index else ""
    apply = "kubectl apply --server-side --force-conflicts -f -"
    return f"helm show crds {one.reference}{where} --version {one.version} | {apply}"


def _operators(plan: Plan, found: Sequence[Running]) -> Iterator[Step]:
    moving = behind(found, "chart")
    copies = whole(get_path(plan.setting("platform"), "replicas"), 1)
    alone = "each has one copy, and is away while it starts again" if copies < 2 else "another copy takes over"
    yield Step(
        title="operators"
        + (f": {listed([f'{one.name} {one.runs} → {one.newest}' for one in moving])}" if moving else ""),
        due=bool(moving),
        do=(f"gpuplatform up {plan.environment}",) if moving else (),
        interrupts=(
            f"no pod of yours; {alone}: no job is admitted and no node is added meanwhile",
            "a release that fails is rolled back whole",
        ),
    )


def _control_plane(plan: Plan, found: Sequence[Running]) -> Iterator[Step]:
    runs = version_of(plan)
    following = kubernetes_versions.following(runs)
    if not runs:
        return
    due = bool(behind(found, "Kubernetes"))
    named = f": {runs} → {following}, one minor version at a time" if due and following else ""
    yield Step(
        title=f"Kubernetes{named}",
        due=due,
        do=(
            "aws eks list-insights --cluster-name "
            f"{CLUSTER} --filter kubernetesVersions={following}    # what is still asked for and will be gone",
            f'cluster.version: "{following}"    # in Pulumi.{plan.environment}.yaml; Cluster Autoscaler follows',
            f"gpuplatform up {plan.environment}",
        )
        if due
        else (),
        interrupts=("nothing that runs; calls to the API may have to be made again while its servers change",),
    )


def _addons(plan: Plan, found: Sequence[Running]) -> Iterator[Step]:
    addons = [one.name for one in found if one.kind == "add-on"]
    if addons:
        due = bool(behind(found, "Kubernetes"))
        at = kubernetes_versions.following(version_of(plan)) if due else version_of(plan)
        yield Step(
            title=f"add-ons: {listed(addons)}",
            due=due,
            do=(
                f"aws eks describe-addon-versions --kubernetes-version {at} --addon-name NAME "
                "--query 'addons[].addonVersions[?compatibilities[?defaultVersion]].addonVersion'",
                f"aws eks update-addon --cluster-name {CLUSTER} --addon-name NAME --addon-version VERSION "
                "--resolve-conflicts PRESERVE",
            )
            if due
            else (),
            interrupts=("an agent at a time, for seconds, node by node: pods that start just then wait",),
        )


def _engines(plan: Plan, found: Sequence[Running]) -> Iterator[Step]:
    moving = behind(found, "container image")
    yield Step(
        title="images of models and of our own pods"
        + (f": {listed([f'{one.name} {one.runs} → {one.newest}' for one in moving])}" if moving else ""),
        due=bool(moving),
        do=(f"gpuplatform up {plan.environment}",) if moving else (),
        interrupts=(
            "a copy at a time: the next one loads its weights before the last one goes, where the pool has room for both",
        ),
    )


_STEPS: Final[tuple[Callable[[Plan, Sequence[Running]], Iterator[Step]], ...]] = (
    _kinds,
    _operators,
    _control_plane,
    _addons,
    node_steps.system_nodes,
    node_steps.serving_nodes,
    node_steps.training_nodes,
    _engines,
)
