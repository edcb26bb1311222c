"""One plan against another: what is added, removed and changed, what a change would replace, and which data is lost with it.

Resources are the same if their URN is, or if an alias of the newer one names the older. Values that are not known in one of two
plans are taken for equal, as the engine's own preview does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from gpuplatform.kinds.registry import kind_of
from gpuplatform.plan.model import Json, Plan, PlanFeature, PlannedResource
from gpuplatform.plan.tree import rank
from gpuplatform.plan.values import leaves
from gpuplatform.plan.wording import cents
from gpuplatform.preview.billing.bill import Bill, bill
from gpuplatform.preview.billing.lines import State, Totals
from gpuplatform.preview.comparison.changes import Change, changes, replaces
from gpuplatform.preview.comparison.comparable import comparable, outputs_of, trigger_of, triggered


class Action(StrEnum):
    """What an update would do to a changed resource."""

    UPDATE = "update"
    REPLACE = "replace"
    UNSURE = "update or replace"


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A resource that is in both plans, and not the same."""

    before: PlannedResource
    after: PlannedResource
    changes: tuple[Change, ...]
    action: Action
    because: tuple[str, ...] = ()
    """Paths that replace it, or names of replaced resources that it cannot outlive."""

    @property
    def dragged(self) -> bool:
        """Replaced for nothing of its own, but with a resource that it cannot outlive."""
        return self.action is Action.REPLACE and not any(c.replaces for c in self.changes)

    @property
    def loses(self) -> str:
        """What is gone with the old one if it is replaced; empty if nothing is, or if the old one is kept."""
        return lost(self.before) if self.action is Action.REPLACE and not self.after.retain_on_delete else ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What an update from one plan to another would do."""

    added: tuple[PlannedResource, ...]
    removed: tuple[PlannedResource, ...]
    changed: tuple[Changed, ...]
    older: Plan
    newer: Plan
    today: date | None = None
    """The day of the prices; by default that of the call."""

    @property
    def no_bill(self) -> str:
        """Why there is no older bill; empty where there is one."""
        missing = next((p for p in (PlanFeature.VALUES, PlanFeature.OUTPUTS) if p in self.older.lacks), None)
        return f"the older plan lacks {missing}" if missing else ""

    @cached_property
    def bills(self) -> tuple[Bill, Bill]:
        """Of the older and the newer plan."""
        # Usage and hours that a source does not state are taken from the newer plan, so that only resources make a difference.
        priced = (
            self.older
            if PlanFeature.SETTINGS not in self.older.lacks
            else replace(self.older, settings=self.newer.settings)
        )
        return bill(priced, self.today), bill(self.newer, self.today)

    @property
    def totals(self) -> tuple[Totals, Totals] | None:
        """The older and the newer bill, both at today's prices; None where the older plan does not hold what a bill needs."""
        return None if self.no_bill else (self.bills[0].totals, self.bills[1].totals)

    @property
    def by_layer(self) -> dict[str, tuple[Totals, Totals]]:
        """Layer → older and newer bill, for layers whose bill changes."""
        if self.no_bill:
            return {}
        old, new = (one.by_layer() for one in self.bills)
        pairs = {
            layer: (old.get(layer, Totals()), new.get(layer, Totals())) for layer in sorted({*old, *new}, key=rank)
        }
        return {
            layer: (a, b)
            for layer, (a, b) in pairs.items()
            if any(cents(state.of(a)) != cents(state.of(b)) for state in State)
        }

    @property
    def replaced(self) -> tuple[Changed, ...]:
        return tuple(c for c in self.changed if c.action is Action.REPLACE)

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed or self.changed or self.by_layer)


def lost(resource: PlannedResource) -> str:
    """What is gone with a resource; empty if nothing is, or if it stays in the cloud when it leaves the program."""
    row = kind_of(resource.type)
    return "" if resource.retain_on_delete or row is None else row.holds


def difference(before: Plan, after: Plan, today: date | None = None) -> Difference:
    """What an update from `before` to `after` would do. Components count by their parts."""
    older, newer = _counted(before, after), _counted(after, before)
    renamed = dict(_renamed(older, newer))
    pairs = [(older[renamed.get(urn, urn)], r) for urn, r in newer.items() if renamed.get(urn, urn) in older]
    kept = {old.urn for old, _ in pairs}
    changed = {
        new.urn: one
        for old, new in pairs
        if not (new.remote and PlanFeature.REMOTE_INPUTS in before.lacks | after.lacks)
        if (one := _changed(old, new, comparable(new, before, after), trigger_of(new, before, after)))
    }
    changed = _with_replaced_by_others({new.urn: (old, new) for old, new in pairs}, changed)
    return Difference(
        added=tuple(r for urn, r in newer.items() if renamed.get(urn, urn) not in older),
        removed=tuple(r for urn, r in older.items() if urn not in kept),
        changed=tuple(changed[urn] for urn in newer if urn in changed),
        older=before,
        newer=after,
        today=today,
    )


def _counted(plan: Plan, other: Plan) -> dict[str, PlannedResource]:
    """Resources that stand for something in the cloud and that the other plan could show: what only one of two sources sees inside of
    another package's component tells nothing."""
    opaque = [r.urn for r in (*plan.resources, *other.resources) if r.remote]
    inside = {child.urn for urn in opaque for child in plan.descendants(urn)}
    seen_by_both = inside and any(True for urn in opaque for _ in other.descendants(urn))
    return {r.urn: r for r in plan.resources if (r.custom or r.remote) and (seen_by_both or r.urn not in inside)}


def _renamed(older: Mapping[str, PlannedResource], newer: Mapping[str, PlannedResource]) -> Iterator[tuple[str, str]]:
    """Newer URN → older URN, where an alias says so: a URN, or a former name."""
    for urn, resource in newer.items():
        for alias in resource.aliases if urn not in older else ():
            former = alias if alias.startswith("urn:") else f"{urn.rpartition('::')[0]}::{alias}"
            if former in older and former not in newer:
                yield urn, former


def _changed(old: PlannedResource, new: PlannedResource, inputs: dict[str, Json], trigger: Json) -> Changed | None:
    values = (*changes(old, new, inputs), *triggered(old, trigger))
    if not values:
        return None
    because = tuple(c.path for c in values if c.replaces)
    sure = all(c.replaces is not None for c in values)
    action = Action.REPLACE if because else Action.UPDATE if sure else Action.UNSURE
    return Changed(before=old, after=new, changes=values, action=action, because=because)


def _with_replaced_by_others(
    pairs: Mapping[str, tuple[PlannedResource, PlannedResource]], changed: dict[str, Changed]
) -> dict[str, Changed]:
    """With what a replacement drags along: resources whose provider is replaced, or of which an immutable property is its output."""
    every = dict(changed)
    after = {urn: new for urn, (_, new) in pairs.items()}
    waiting = [urn for urn, c in every.items() if c.action is Action.REPLACE]
    dependents: dict[str, list[PlannedResource]] = {}
    for _, new in pairs.values():
        for urn in {new.provider_urn, *(u for us in new.property_dependencies.values() for u in us)}:
            dependents.setdefault(urn, []).append(new)
    while waiting:
        gone = waiting.pop()
        for new in dependents.get(gone, ()):
            known = every.get(new.urn)
            if (known is None or known.action is not Action.REPLACE) and _cannot_outlive(new, gone, after):
                every[new.urn] = Changed(
                    before=pairs[new.urn][0],
                    after=new,
                    changes=known.changes if known else (),
                    action=Action.REPLACE,
                    because=(gone.rpartition("::")[2],),
                )
                waiting.append(new.urn)
    return every


def _cannot_outlive(resource: PlannedResource, other: str, every: Mapping[str, PlannedResource]) -> bool:
    """Whether an immutable property holds a value of another resource, or the other is its provider."""
    if resource.provider_urn == other:
        return True
    for key, urns in resource.property_dependencies.items():
        for path, value in leaves({key: resource.inputs.get(key)}) if other in urns else ():
            # A property may hold values of several resources, of which outputs say whose one is.
            whose = [urn for urn in urns if urn in every and value in outputs_of(every[urn])]
            if replaces(resource, path, "", "") and (not whose or other in whose):
                return True
    return False
