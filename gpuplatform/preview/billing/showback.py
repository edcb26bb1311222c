"""Which team pays for what: every dollar of a bill has a team.

A line is paid by the team that its tags name. GPU pools are paid by those who use them: by the teams' quotas of the pool's capacity where
Kueue divides it, by the GPUs of the teams' models where pods select it, else by the team that its nodes' tags name. What is
left, the platform's overhead, is shared by a key that settings state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from gpuplatform.catalog import instances
from gpuplatform.kinds.cluster.pool_users import gpu_pools
from gpuplatform.kinds.cost_filters import cost_tags
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import get_path
from gpuplatform.preview.billing.apportionment import divided
from gpuplatform.preview.billing.lines import Line, State, Totals
from gpuplatform.preview.billing.pool_shares import PoolShares, pool_shares
from gpuplatform.sizing.overhead import OverheadKey

NOBODY: Final = ""
"""The team of what nobody tags, where settings name no owner."""


@dataclass(frozen=True, kw_only=True)
class TeamCost:
    team: str
    own: Totals = field(default_factory=Totals)
    """What its tags or labels name: endpoints, buckets."""
    pools: Totals = field(default_factory=Totals)
    """Its part of GPU pools, whose nodes and volumes are counted used or not."""
    overhead: Totals = field(default_factory=Totals)
    """Its part of what no team uses alone."""
    tagged: Totals = field(default_factory=Totals)
    """What budgets, anomaly monitors and Cost Explorer see of it, by the team's tag."""

    @property
    def total(self) -> Totals:
        return Totals.of((self.own, self.pools, self.overhead))

    def to_json(self) -> dict[str, Json]:
        parts = {"own": self.own, "pools": self.pools, "overhead": self.overhead, "tagged": self.tagged}
        return {"team": self.team, **{name: part.finer() for name, part in parts.items()}}


@dataclass(frozen=True, kw_only=True)
class Showback:
    key: OverheadKey = OverheadKey.GPU_SPEND
    teams: tuple[TeamCost, ...] = ()
    pools: tuple[PoolShares, ...] = ()
    overhead: Totals = field(default_factory=Totals)

    def by_team(self) -> dict[str, Totals]:
        return {cost.team: cost.total for cost in sorted(self.teams, key=lambda cost: cost.team)}

    def to_json(self) -> dict[str, Json]:
        return {
            "overhead_key": self.key.value,
            "overhead": self.overhead.finer(),
            "teams": [cost.to_json() for cost in self.teams],
            "pools": [pool.to_json() for pool in self.pools],
        }


def showback(plan: Plan, lines: Sequence[Line]) -> Showback:
    owner = str(get_path(plan.setting("owner"), "team") or NOBODY)
    of_pool = {urn: found.name for found in gpu_pools(plan) for urn in found.resources(plan)}
    pools: dict[str, list[Line]] = {}
    own: dict[str, list[Line]] = {}
    common: list[Line] = []
    for line in lines:
        if line.urn in of_pool:
            pools.setdefault(of_pool[line.urn], []).append(line)
        elif line.team in (owner, NOBODY) and not has_gpus(line):
            common.append(line)
        else:
            own.setdefault(line.team, []).append(line)
    shares = tuple(share for share in pool_shares(plan, owner) if share.name in pools)
    used: dict[str | None, list[Totals]] = {}
    for share in shares:
        for team, part in share.of(Totals.of(pools[share.name])).items():
            used.setdefault(team, []).append(part)
    overhead = Totals.of((*common, *used.pop(None, ())))
    before = {
        team: TeamCost(team=team, own=Totals.of(own.get(team, ())), pools=Totals.of(used.get(team, ())))
        for team in sorted({*own, *filter(None, used)})
    }
    gpus = {t: Totals.of((c.pools, *(line for line in own.get(t, ()) if has_gpus(line)))) for t, c in before.items()}
    key = _key(plan)
    weights = _weights(key, owner, before, gpus) if overhead != Totals() else {}
    parts, tagged = divided(overhead, weights), _by_tag(plan, lines)
    costs = (
        replace(
            before.get(team) or TeamCost(team=team),
            overhead=parts.get(team, Totals()),
            tagged=Totals.of(tagged.get(team, ())),
        )
        for team in {*before, *parts}
    )
    return Showback(
        key=key,
        teams=tuple(sorted(costs, key=lambda cost: (-cost.total.expected_monthly, cost.team))),
        pools=shares,
        overhead=overhead,
    )


def has_gpus(line: Line) -> bool:
    """Whether it is hours of instances with GPUs, EC2's or SageMaker's."""
    name = line.instance.removeprefix("ml.")
    return name in instances.names() and instances.instance(name).gpu_count > 0


def _key(plan: Plan) -> OverheadKey:
    stated = get_path(plan.setting("governance"), "overhead")
    return OverheadKey(stated) if stated in [*OverheadKey] else OverheadKey.GPU_SPEND


def _weights(
    key: OverheadKey, owner: str, before: Mapping[str, TeamCost], gpus: Mapping[str, Totals]
) -> dict[str, Decimal]:
    """Team → its weight in the overhead. All of it stays with the owner where nobody spends anything that the key goes by."""
    if key is OverheadKey.EVENLY:
        evenly = {team: Decimal(1) for team, cost in before.items() if cost.total != Totals()}
        return evenly or {owner: Decimal(1)}
    if key is OverheadKey.GPU_SPEND:
        # Pools that nobody is expected to use: what they cost at most says whose they are.
        for state in (State.EXPECTED, State.MAXIMUM):
            if spent := {team: amount for team, sums in gpus.items() if (amount := state.of(sums)) > 0}:
                return spent
    return {owner: Decimal(1)}


def _by_tag(plan: Plan, lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Team → the lines that AWS's own bill puts on it."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        resource = plan.by_urn.get(line.urn)
        found.setdefault(cost_tags(plan, resource).get("team", NOBODY) if resource else NOBODY, []).append(line)
    return found
