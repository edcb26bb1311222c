"""The page: its parts, its one style sheet and its one script, in a file that needs nothing else."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from gpuplatform.preview import difference_report
from gpuplatform.preview.check import Finding
from gpuplatform.preview.difference import difference as difference_of
from gpuplatform.preview.html import data, differing, faults, gantt, money, resources
from gpuplatform.preview.html.markup import Markup, join, layer_class, tag
from gpuplatform.preview.html.picture import Picture
from gpuplatform.preview.look import mapping
from gpuplatform.preview.plan import STACK, Json, Plan
from gpuplatform.preview.sums import minutes
from gpuplatform.preview.sums import money as dollars
from gpuplatform.preview.suppression import Suppressed
from gpuplatform.preview.tally import Tally, tally
from gpuplatform.preview.tree import by_layer
from gpuplatform.preview.words import counted

STYLES: Final = ("report.css", "picture.css")
SCRIPTS: Final = ("report.js", "picture.js")


def html(
    plan: Plan,
    findings: Sequence[Finding],
    bill: Json,
    timeline: Json,
    difference: Mapping[str, Json] | None = None,
    suppressed: Sequence[Suppressed] = (),
) -> str:
    """The whole report.

    `bill` and `timeline` are theirs as JSON, None where they were not computed; `difference` is as `difference_report.to_json`
    writes it, by default that from the plan's older one.
    """
    if difference is None and plan.against:
        difference = difference_report.to_json(difference_of(plan.against, plan))
    picture = Picture(plan)
    style, script = (Markup("\n".join(_file(name) for name in names)) for names in (STYLES, SCRIPTS))
    sections = {
        "picture": ("Picture", None),
        "findings": ("Findings", faults.section(plan, findings, suppressed)),
        **({"difference": ("Difference", differing.section(plan, difference))} if difference is not None else {}),
        "bill": ("Bill", money.section(plan, bill)),
        "timeline": ("Timeline", gantt.section(plan, timeline)),
        "resources": ("Resources", resources.section(plan, findings)),
    }
    return _filled(
        "report.html",
        title=tag("title", f"{plan.project} {plan.environment}: what it would create"),
        policy=_policy(style, script),
        style=tag("style", style),
        brand=join([plan.project, " ", tag("b", plan.environment)]),
        nav=join(tag("li", tag("a", word, href=f"#{id_}")) for id_, (word, _) in sections.items()),
        head=_head(plan, tally(plan, findings, suppressed)),
        tiles=_tiles(plan, mapping(bill), mapping(timeline)),
        legend=_legend(plan, picture),
        picture=picture.svg(data.numbers(plan)),
        sections=join(_section(id_, word, body) for id_, (word, body) in sections.items() if body is not None),
        data=data.element(plan, findings, bill, timeline, picture),
        script=tag("script", script),
    )


def _section(id_: str, word: str, body: Markup) -> Markup:
    return tag(
        "section", tag("h2", word, id=f"{id_}-heading"), body, id=id_, class_="card", aria_labelledby=f"{id_}-heading"
    )


def _head(plan: Plan, counts: Tally) -> Markup:
    made = [r for r in plan.resources if r.type != STACK]
    return join(
        [
            tag("h1", f"{plan.project} ", tag("span", plan.environment)),
            tag("p", f"{plan.region or 'region unknown'}, {counted(len(made), 'resource')}", class_="muted"),
            tag(
                "p",
                tag("a", counts.verdict, href="#findings"),
                f": {counts.brief}",
                class_=f"verdict {counts.worst or 'good'}",
            ),
        ]
    )


def _tiles(plan: Plan, bill: Mapping[str, Json], timeline: Mapping[str, Json]) -> Markup:
    told = [(f"{dollars(bill.get(state))} $", money.WORDS[state], _per(state)) for state in money.STATES if bill]
    if timeline:
        ready, least = (float(timeline.get(key) or 0) for key in ("critical_path_seconds", "lower_bound_seconds"))
        sooner = minutes(ready) != minutes(least)
        told.append((minutes(ready), "until ready", f"at least {minutes(least)}" if sooner else "no order is faster"))
    return join(tag("div", tag("dt", word, tag("small", unit)), tag("dd", figure)) for figure, word, unit in told)


def _per(state: str) -> str:
    return "an hour" if state == "maximum_hourly" else "a month"


def _legend(plan: Plan, picture: Picture) -> Markup:
    layers = [
        tag(
            "li",
            tag("span", class_="dot", aria_hidden="true"),
            layer,
            class_=layer_class(layer),
        )
        for layer in by_layer(plan)
    ]
    kinds = [
        tag("li", tag("span", class_=f"dot {k}", aria_hidden="true"), f"{k.upper()} interface")
        for k in picture.interfaces
    ]
    return join([*layers, *kinds])


def _policy(style: str, script: str) -> Markup:
    """No address may be loaded, and no other style or script than these may run, whatever a plan's names hold."""
    allowed = "; ".join(
        [
            "default-src 'none'",
            f"style-src 'sha256-{_digest(style)}'",
            f"script-src 'sha256-{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return tag("meta", http_equiv="Content-Security-Policy", content=allowed)


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


@cache
def _file(name: str) -> str:
    return (files("gpuplatform.preview.html") / "template" / name).read_text(encoding="utf-8")


def _filled(name: str, **parts: Markup) -> str:
    """The template with each `{{part}}` put in once: what is put in is not looked through again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _file(name))
