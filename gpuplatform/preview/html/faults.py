"""What is wrong, by rule, with the line to change; or that nothing is, and what was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from gpuplatform.preview.check import Finding, Severity, all_checks
from gpuplatform.preview.html.data import numbers
from gpuplatform.preview.html.markup import Content, Markup, join, tag
from gpuplatform.preview.plan import Plan
from gpuplatform.preview.suppression import Suppressed
from gpuplatform.preview.tally import tally

_RANK: Final = {severity: n for n, severity in enumerate(Severity)}


def section(plan: Plan, findings: Sequence[Finding], suppressed: Sequence[Suppressed] = ()) -> Markup:
    checks = all_checks()
    counts = tally(plan, findings, suppressed)
    unasked = {one.rule for one in counts.inapplicable}
    sentences = {one.rule: one.sentence for one in checks}
    rows = numbers(plan)
    ordered = sorted(findings, key=lambda f: (_RANK[f.severity], f.rule, f.file, f.line, f.message))
    groups = groupby(ordered, key=lambda f: (f.severity, f.rule))
    told = [_rule(severity, rule, sentences.get(rule, ""), list(found), rows) for (severity, rule), found in groups]
    summary = tag("p", tag("strong", counts.verdict), f": {counts.told}.", class_=counts.worst or "good")
    looked_at = tag(
        "table",
        tag("caption", "Checks, and what holds where they find nothing", class_="unseen"),
        tag(
            "thead", tag("tr", *(tag("th", head, scope="col") for head in ("check", "severity", "what holds", "found")))
        ),
        tag(
            "tbody",
            *(
                tag(
                    "tr",
                    tag("th", tag("code", one.rule), scope="row"),
                    tag("td", one.severity.value),
                    tag("td", one.sentence),
                    tag(
                        "td",
                        _found(one.rule, findings) if one.rule not in unasked else "not applicable",
                        class_="number",
                    ),
                )
                for one in checks
            ),
        ),
    )
    return join(
        [
            summary,
            *told,
            _allowed(suppressed),
            tag("details", tag("summary", f"All {len(checks)} checks"), scrolled(looked_at, "Checks")),
        ]
    )


def _found(rule: str, findings: Sequence[Finding]) -> str:
    return str(sum(f.rule == rule for f in findings))


def _allowed(suppressed: Sequence[Suppressed]) -> Content:
    """What would be found, but for a comment: until when, and why."""
    if not suppressed:
        return None
    items = [
        tag(
            "li",
            tag("code", f"{one.finding.file}:{one.finding.line}"),
            tag("span", one.finding.message),
            tag("span", f"{one.finding.rule}, until {one.allowance.until}: {one.allowance.reason}", class_="muted"),
        )
        for one in suppressed
    ]
    return tag("details", tag("summary", f"Allowed by a comment ({len(items)})"), tag("ul", *items, class_="places"))


def _rule(severity: Severity, rule: str, sentence: str, findings: list[Finding], rows: dict[str, int]) -> Markup:
    return tag(
        "article",
        tag("h3", tag("span", severity.value, class_="severity"), " ", tag("code", rule)),
        tag("p", sentence, class_="muted") if sentence else None,
        tag("ul", *(_place(finding, rows) for finding in findings), class_="places"),
        class_=f"finding {severity.value}",
    )


def _place(finding: Finding, rows: dict[str, int]) -> Markup:
    number = rows.get(finding.urn)
    name = finding.urn.rpartition("::")[2]
    return tag(
        "li",
        tag("code", f"{finding.file}:{finding.line}") if finding.file else None,
        tag("span", finding.message),
        tag("a", name, href=f"#r{number}") if number is not None else None,
    )


def scrolled(table: Markup, label: str) -> Markup:
    """A table that scrolls on its own where the page is narrow, also by keyboard."""
    return tag("div", table, class_="scroll", role="region", aria_label=label, tabindex=0)
