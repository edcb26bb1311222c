"""The timeline as a table: start and length in words, and a bar for each resource."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Final

from gpuplatform.plan.model import Plan
from gpuplatform.plan.wording import counted
from gpuplatform.preview.report.html.data import link, numbers
from gpuplatform.preview.report.html.findings import scrolled
from gpuplatform.preview.report.html.markup import Content, Markup, join, layer_class, tag
from gpuplatform.preview.report.sums import ready
from gpuplatform.preview.timeline import Timeline

TICKS: Final = 6
"""Divisions of the scale; the style sheet draws as many."""
STEPS: Final = (10, 15, 20, 30, 60, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 3600)
SHORT: Final = 20
"""Seconds under which a resource off the critical path is first folded away."""


def section(plan: Plan, timeline: Timeline | None) -> Markup:
    if timeline is None:
        return tag("p", "No timeline was computed.")
    rows, chain, total = numbers(plan), timeline.chain, timeline.critical_path_seconds
    times = {urn: span for urn, span in timeline.starts.items() if plan.by_urn[urn].custom or plan.by_urn[urn].remote}
    shown = sorted((u for u, (start, end) in times.items() if end > start), key=lambda u: (times[u], rows[u]))
    step = next((s for s in STEPS if s * TICKS >= total), ceil(total / TICKS / 3600) * 3600)
    body = [
        _row(plan, urn, rows[urn], times[urn], step * TICKS, urn in chain, plan.by_urn[urn].type in timeline.estimated)
        for urn in shown
    ]
    head = tag(
        "tr",
        tag("th", "resource", scope="col"),
        tag("th", "starts", scope="col", class_="number"),
        tag("th", "takes", scope="col", class_="number"),
        tag(
            "th",
            tag("span", *(tag("i", clock(step * n)) for n in range(TICKS)), class_="axis"),
            scope="col",
            aria_label="bar",
        ),
    )
    table = tag(
        "table",
        tag(
            "caption",
            "Resources by when they start, with a bar from start to end. Bold ones are the critical path.",
            class_="unseen",
        ),
        tag("thead", head),
        tag("tbody", *body),
        class_="gantt",
    )
    return join(
        [
            _critical_path(timeline, rows),
            _key(any(plan.by_urn[urn].type in timeline.estimated for urn in shown)) if shown else None,
            _all(len(shown)) if shown else None,
            scrolled(table, "Resources in time"),
        ]
    )


def _critical_path(timeline: Timeline, rows: Mapping[str, int]) -> Markup:
    way = [part for urn in timeline.chain for part in (" → ", link(urn, rows))][1:]
    needless = [
        tag("li", link(urn, rows), " waits for ", link(awaited, rows), " without need")
        for urn, awaited in timeline.needless
    ]
    when, _, least = ready(timeline).partition(",")
    return join(
        [
            tag("p", tag("strong", when), f",{least}." if least else "."),
            tag("p", "Critical path: ", *way, class_="way") if way else None,
            tag("ul", *needless, class_="needless") if needless else None,
        ]
    )


def _key(estimates: bool) -> Markup:
    """What the bars mean."""
    keys = [
        tag("span", "critical path", class_="key critical"),
        tag("span", "others, in their layer's colour", class_="key"),
        tag("span", "times are minutes:seconds"),
        tag("span", "≈ nobody has published how long it takes") if estimates else None,
    ]
    return tag("p", *keys, class_="keys")


def _all(count: int) -> Markup:
    return tag(
        "p",
        tag(
            "label",
            tag("input", type="checkbox", id="gantt-all"),
            f" Show all {counted(count, 'resource')}, also those off the critical path that take less than {SHORT} seconds",
        ),
    )


def _row(
    plan: Plan, urn: str, number: int, span: tuple[float, float], scale: float, critical: bool, estimated: bool
) -> Markup:
    start, end = span
    resource = plan.by_urn[urn]
    bar = tag(
        "svg",
        tag("rect", x=f"{start:g}", y=0, width=f"{max(end - start, scale / 400):g}", height=10),
        viewBox=f"0 0 {scale:g} 10",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
    classes = [layer_class(resource.layer), *(["critical"] if critical else ["short"] if end - start < SHORT else [])]
    name: Content = tag("a", resource.name, href=f"#r{number}", title=urn.rpartition("::")[2])
    return tag(
        "tr",
        tag("th", name, tag("span", ", critical path", class_="unseen") if critical else None, scope="row"),
        tag("td", clock(start), class_="number"),
        tag("td", f"{'≈ ' if estimated else ''}{clock(end - start)}", class_="number"),
        tag("td", bar, class_="bar"),
        class_=" ".join(classes),
        data_row=number,
    )


def clock(seconds: float) -> str:
    """Minutes and seconds: `12:05`."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
