"""Whether what is bought or planned for a time is still to come, or runs"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from gpuplatform.kinds.registry import all_kinds
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.pools.purchase import PurchaseType, moment
from gpuplatform.preview.checking.check import Severity, Violation, check_of_day


@check_of_day("time-over", Severity.ERROR, "What ends on a day has not ended.")
def time_over(plan: Plan, today: date) -> Iterator[Violation]:
    """Capacity blocks and reservations that the settings name, and resources that state an end. Their nodes are gone, and whatever
    waits for them waits for ever."""
    now = datetime.combine(today, time(), UTC)
    for path, what, until in _rungs(plan):
        if (ends := _moment(until)) and ends < now:
            yield Violation(
                f"{path}.until: {what} ended on {until}; its nodes are gone and it is no longer paid. Take the rung out, or name the "
                "next one",
                None,
                plan.setting_source(f"{path}.until"),
            )
    for row in all_kinds().values():
        for resource in plan.all(row.token) if row.ends else ():
            until = get_path(resource.inputs, *row.ends.split("."))
            if (ends := _moment(until)) and ends < now:
                yield Violation(
                    f"{resource.name}: {row.ends}: {until} is over; AWS takes no end in the past, and what stands does nothing more",
                    resource,
                )


def _rungs(plan: Plan) -> Iterator[tuple[str, str, Json]]:
    for pool, settings in as_dict(get_path(plan.setting("cluster"), "pools")).items():
        for index, rung in enumerate(as_list(get_path(settings, "buy"))):
            how = str(get_path(rung, "how"))
            if how in (PurchaseType.CAPACITY_BLOCK, PurchaseType.RESERVATION) and get_path(rung, "until"):
                named = get_path(rung, "reservation") or get_path(rung, "offering") or ""
                yield f"cluster.pools.{pool}.buy[{index}]", f"{how} {named}".strip(), get_path(rung, "until")


def _moment(written: Json) -> datetime | None:
    """None for what is no day and no point in time."""
    if isinstance(written, datetime):
        return moment(written if written.tzinfo else written.replace(tzinfo=UTC))
    if isinstance(written, date):
        return moment(written)
    try:
        text = str(written)
        if len(text) == len("2026-12-01"):
            return moment(date.fromisoformat(text))
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
