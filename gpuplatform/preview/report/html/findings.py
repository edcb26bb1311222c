"""The findings by rule, with the line to change, and the list of all checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from gpuplatform.plan.wording import counted
from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.judgement.run import all_checks
from gpuplatform.preview.judgement.suppression import Suppressed
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report.grouping import NAMED, FindingGroup, grouped
from gpuplatform.preview.report.html.data import numbers
from gpuplatform.preview.report.html.markup import Content, Markup, join, tag

SHOWN: Final = 10
"""Groups of findings of one rule in sight; the rest is folded."""
_RANK: Final = {severity: n for n, severity in enumerate(Severity)}


def section(preview: Preview) -> Markup:
    findings, summary, checks = preview.findings, preview.summary, all_checks()
    inapplicable = {one.rule for one in summary.inapplicable}
    sentences = {one.rule: one.sentence for one in checks}
    rows = numbers(preview.plan)
    ordered = sorted(findings, key=lambda f: (_RANK[f.severity], f.rule, f.file, f.line, f.message))
    groups = groupby(ordered, key=lambda f: (f.severity, f.rule))
    rules = [_rule(severity, rule, sentences.get(rule, ""), list(group), rows) for (severity, rule), group in groups]
    verdict = tag("p", tag("strong", summary.verdict), f": {summary.sentence}.", class_=summary.worst or "good")
    table = tag(
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
                        _count(one.rule, findings) if one.rule not in inapplicable else "not applicable",
                        class_="number",
                    ),
                )
                for one in checks
            ),
        ),
    )
    return join(
        [
            verdict,
            *(tag("p", sentence, class_="muted") for sentence in preview.not_known.sentences),
            *rules,
            _allowed(preview.suppressed),
            tag("details", tag("summary", f"All {len(checks)} checks"), scrolled(table, "Checks")),
        ]
    )


def _count(rule: str, findings: Sequence[Finding]) -> str:
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
    groups = grouped(findings)
    return tag(
        "article",
        tag(
            "h3",
            tag("span", severity.value, class_="severity"),
            " ",
            tag("code", rule),
            tag("span", f" {len(findings)} times", class_="count") if len(findings) > 1 else None,
        ),
        tag("p", sentence, class_="muted") if sentence else None,
        tag("ul", *(_group(group, rows) for group in groups[:SHOWN]), class_="places"),
        _folded(groups[SHOWN:], rows),
        class_=f"finding {severity.value}",
    )


def _folded(groups: list[FindingGroup], rows: dict[str, int]) -> Content:
    if not groups:
        return None
    items = tag("ul", *(_group(group, rows) for group in groups), class_="places")
    return tag("details", tag("summary", f"{counted(sum(group.count for group in groups), 'more finding')}"), items)


def _group(group: FindingGroup, rows: dict[str, int]) -> Markup:
    message = group.message if group.count == 1 else f"{counted(group.count, 'resource')}: {group.problem}"
    return tag(
        "li",
        tag("code", group.where if group.where != "-" else ""),
        tag("span", message),
        tag("span", *_links([urn for urn in group.urns if urn in rows], rows)),
    )


def _links(urns: list[str], rows: dict[str, int]) -> Iterator[Content]:
    """Each resource; of many, the most behind a fold."""
    links = [tag("a", urn.rpartition("::")[2], href=f"#r{rows[urn]}") for urn in dict.fromkeys(urns)]
    shown = links if len(links) <= NAMED + 1 else links[:NAMED]
    yield join(part for n, link in enumerate(shown) for part in ((", ", link) if n else (link,)))
    if rest := links[len(shown) :]:
        items = tag("ul", *(tag("li", link) for link in rest))
        yield tag("details", tag("summary", f"{len(rest)} more"), items)


def scrolled(table: Markup, label: str) -> Markup:
    """A table that scrolls on its own where the page is narrow, also by keyboard."""
    return tag("div", table, class_="scroll", role="region", aria_label=label, tabindex=0)
