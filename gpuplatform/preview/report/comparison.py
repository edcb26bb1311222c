"""A difference between two plans, as JSON, on a terminal and in a comment."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.plan.wording import cents, counted
from gpuplatform.preview.billing.lines import State, Totals
from gpuplatform.preview.comparison.difference import Action, Changed, Difference, lost

SHOWN: Final = 40
"""Lines; JSON has them all."""
FEW: Final = 3
"""Resources of which only tags change and that are still named: one new tag changes hundreds."""
WIDEST: Final = 40
"""Characters of a value."""


def to_json(difference: Difference) -> dict[str, Json]:
    return {
        "added": [_resource(r) for r in difference.added],
        "removed": [{**_resource(r), "loses": lost(r)} for r in difference.removed],
        "changed": [_changed(c) for c in difference.changed],
        **_pair(difference.totals),
        "by_layer": {layer: _pair(pair) for layer, pair in difference.by_layer.items()},
        "no_bill": difference.no_bill,
    }


def _pair(totals: tuple[Totals, Totals] | None) -> dict[str, Json]:
    return {"before": totals[0].to_json(), "after": totals[1].to_json()} if totals else {"before": None, "after": None}


def _resource(resource: PlannedResource) -> dict[str, Json]:
    return {"urn": resource.urn, "name": resource.name, "type": resource.type}


def _changed(changed: Changed) -> dict[str, Json]:
    return {
        **_resource(changed.after),
        "former_urn": changed.before.urn,
        "action": changed.action.value,
        "because": list(changed.because),
        "dragged": changed.dragged,
        "loses": changed.loses,
        "changes": [
            {"path": c.path, "before": c.before, "after": c.after, "replaces": c.replaces} for c in changed.changes
        ],
    }


def summary(difference: Difference) -> str:
    """`2 added, 1 removed, 3 changed, of which 1 is replaced` or `no change`."""
    if difference.nothing:
        return "no change"
    parts = [
        f"{len(difference.added)} added",
        f"{len(difference.removed)} removed",
        f"{len(difference.changed)} changed",
    ]
    counts = ", ".join(part for part in parts if not part.startswith("0 ")) or "no resource changed"
    replaced = len(difference.replaced)
    return f"{counts}, of which {replaced} {'is' if replaced == 1 else 'are'} replaced" if replaced else counts


def lines(difference: Difference) -> Iterator[str]:
    """One line a resource: what is lost and replaced first."""
    every = [*_replaced(difference), *_removed(difference), *_added(difference), *_updated(difference)]
    yield from every[:SHOWN]
    if len(every) > SHOWN:
        yield f"… and {counted(len(every) - SHOWN, 'more line')}; --json has them all"


def bill_lines(difference: Difference) -> Iterator[tuple[str, tuple[Decimal, ...]]]:
    """Layer → what each state of the bill changes by, and the total; nothing where there is no older bill."""
    if difference.totals:
        for layer, (before, after) in {**difference.by_layer, "total": difference.totals}.items():
            yield layer, tuple(cents(state.of(after)) - cents(state.of(before)) for state in State)


def _replaced(difference: Difference) -> Iterator[str]:
    """What is lost first; what is only dragged along is one line for each that drags."""
    along = [changed for changed in difference.replaced if dragged_along(changed)]
    for changed in sorted(difference.replaced, key=lambda c: not c.loses):
        if not dragged_along(changed):
            loss = f"; LOST: {changed.loses}" if changed.loses else ""
            yield f"± {_name(changed.after)}  replaced for {', '.join(changed.because[:3])}{loss}"
    groups: dict[str, list[Changed]] = {}
    for changed in along:
        groups.setdefault(", ".join(changed.because), []).append(changed)
    for cause, group in groups.items():
        if len(group) == 1:
            yield f"± {_name(group[0].after)}  replaced with {cause}"
        else:
            yield f"± {len(group)} resources  replaced with {cause}: {kinds(changed.after.type for changed in group)}"


def dragged_along(changed: Changed) -> bool:
    """Only dragged along, and nothing is lost by it."""
    return changed.dragged and not changed.loses


def kinds(types: Iterable[str]) -> str:
    """`7 Addon, 5 AccessEntry, 1 JobSet`."""
    names = Counter(type_.rpartition(":")[2] for type_ in types)
    return ", ".join(f"{count} {name}" for name, count in names.most_common())


def _removed(difference: Difference) -> Iterator[str]:
    for resource in sorted(difference.removed, key=lambda r: not lost(r)):
        yield f"- {_name(resource)}{f'  LOST: {lost(resource)}' if lost(resource) else ''}"


def _added(difference: Difference) -> Iterator[str]:
    for resource in difference.added:
        yield f"+ {_name(resource)}"


def _updated(difference: Difference) -> Iterator[str]:
    tagged = [changed for changed in difference.changed if _only_tags(changed)]
    if len(tagged) > FEW:
        yield f"~ {len(tagged)} resources  tags alone: {kinds(changed.after.type for changed in tagged)}"
    for changed in difference.changed:
        if changed.action is not Action.REPLACE and not (len(tagged) > FEW and _only_tags(changed)):
            values = ", ".join(f"{c.path}: {_short(c.before)} → {_short(c.after)}" for c in changed.changes[:3])
            more = f" and {len(changed.changes) - 3} more" if len(changed.changes) > 3 else ""
            unsure = "  (in place or replaced: not known)" if changed.action is Action.UNSURE else ""
            yield f"~ {_name(changed.after)}  {values}{more}{unsure}"


def _only_tags(changed: Changed) -> bool:
    return changed.action is Action.UPDATE and all(re.match(r"tags(All)?\b", c.path) for c in changed.changes)


def _name(resource: PlannedResource) -> str:
    return f"{resource.name} ({resource.type.rpartition(':')[2]})"


def _short(value: Json) -> str:
    text = "absent" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    plain = " ".join(text.split())
    return plain if len(plain) <= WIDEST else f"{plain[: WIDEST - 1]}…"
