"""The page: its parts, its one style sheet and its one script, in a file that needs nothing else."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from gpuplatform.plan.model import Plan
from gpuplatform.plan.tree import by_layer
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report.html import bill, comparison, data, findings, gantt, marks, resources, summary
from gpuplatform.preview.report.html.markup import Markup, join, layer_class, tag
from gpuplatform.preview.report.html.picture import Picture

STYLES: Final = ("report.css", "sections.css", "picture.css", "print.css")
SCRIPTS: Final = ("report.js", "picture.js")


def html(preview: Preview) -> str:
    plan, difference = preview.plan, preview.difference
    picture = Picture(plan)
    signs = marks.mark(picture, preview.findings, difference)
    style, script = (Markup("\n".join(_file(name) for name in names)) for names in (STYLES, SCRIPTS))
    sections = {
        "findings": ("Findings", findings.section(preview)),
        "difference": ("Difference", comparison.section(plan, difference) if difference else None),
        "bill": ("Bill", bill.section(plan, preview.bill)),
        "timeline": ("Timeline", gantt.section(plan, preview.timeline)),
        "resources": ("Resources", resources.section(plan, preview.findings)),
    }
    order = _order(bool(preview.findings), difference is not None)
    drawn = _filled(
        "picture.html",
        legend=_legend(plan, picture, signs),
        picture=picture.svg(data.numbers(plan)),
        skip=tag("a", "Skip the picture", class_="skip", href=f"#{order[order.index('picture') + 1]}"),
    )
    whole = {"picture": ("Picture", drawn)} | {
        id_: (word, _section(id_, word, body)) for id_, (word, body) in sections.items() if body is not None
    }
    return _filled(
        "report.html",
        title=tag("title", f"{plan.project} {plan.environment}: what it would create"),
        policy=_policy(style, script),
        style=tag("style", style),
        brand=join([plan.project, " ", tag("b", plan.environment)]),
        nav=join(tag("li", tag("a", whole[id_][0], href=f"#{id_}")) for id_ in order),
        head=summary.head(plan, preview.summary),
        tiles=summary.tiles(preview),
        sections=join(whole[id_][1] for id_ in order),
        data=data.element(preview, picture),
        script=tag("script", script),
    )


def _order(wrong: bool, differs: bool) -> list[str]:
    """Findings and difference come before the picture; where nothing is wrong, the head says so and the findings come after it."""
    first = [*(["findings"] if wrong else []), *(["difference"] if differs else [])]
    return [*first, "picture", *([] if wrong else ["findings"]), "bill", "timeline", "resources"]


def _section(id_: str, word: str, body: Markup) -> Markup:
    return tag(
        "section", tag("h2", word, id=f"{id_}-heading"), body, id=id_, class_="card", aria_labelledby=f"{id_}-heading"
    )


def _legend(plan: Plan, picture: Picture, signs: Sequence[str]) -> Markup:
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
    marked = [
        tag("li", tag("span", marks.SIGNS[kind][0], class_=f"sign {kind}", aria_hidden="true"), marks.SIGNS[kind][1])
        for kind in signs
    ]
    return join([*layers, *kinds, *marked])


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
    return (files("gpuplatform.preview.report.html") / "template" / name).read_text(encoding="utf-8")


def _filled(name: str, **parts: Markup) -> Markup:
    """The template with each `{{part}}` replaced once; what replaces it is not searched again."""
    return Markup(re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _file(name)))
