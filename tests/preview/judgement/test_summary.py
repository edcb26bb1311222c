"""Every report of one plan says the same numbers in the same words."""

from __future__ import annotations

import html as markup
import io
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from gpuplatform.plan.model import Plan, PlanFeature, Source
from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.judgement.run import all_checks, not_applicable
from gpuplatform.preview.judgement.summary import summary
from gpuplatform.preview.judgement.suppression import Allowance, Suppressed
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report import json_document, markdown, sarif, terminal
from gpuplatform.preview.report.html import html
from tests.preview.sound import sound

ALL = len(all_checks())
LACKING = replace(sound(), origin="stack-export", lacks=frozenset({PlanFeature.DUPLICATES, PlanFeature.FIRST}))
UNASKED = len(not_applicable(LACKING))


def a_finding(rule: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(rule=rule, severity=severity, urn="", message="found", file="stacks/data.py", line=3)


def allowed(rule: str) -> Suppressed:
    until, place = date(2027, 1, 31), Source("stacks/data.py", 2)
    return Suppressed(
        a_finding(rule), Allowance(rule=rule, environment="", until=until, reason="agreed", place=place, line=3)
    )


CASES: list[tuple[Plan, list[Finding], list[Suppressed], str, str]] = [
    (sound(), [], [], "Nothing wrong", f"{ALL} checks passed"),
    (
        LACKING,
        [],
        [],
        "Nothing wrong",
        f"{ALL - UNASKED} of {ALL} checks passed, {UNASKED} do not apply to a stack export "
        "(they need registrations that the engine refuses; the run with unknown outputs)",
    ),
    (
        replace(sound(), origin="pulumi-preview", lacks=frozenset({PlanFeature.DUPLICATES})),
        [],
        [],
        "Nothing wrong",
        f"{ALL - 1} of {ALL} checks passed, 1 does not apply to a plan of `pulumi preview` "
        "(it needs registrations that the engine refuses)",
    ),
    (
        sound(),
        [a_finding("cost-tags"), a_finding("cost-tags"), a_finding("over-budget", Severity.WARNING)],
        [allowed("open-load-balancer"), allowed("open-load-balancer"), allowed("cost-tags")],
        "2 errors and 1 warning",
        f"{ALL - 3} of {ALL} checks passed, 3 findings are allowed by a comment",
    ),
    (
        sound(),
        [a_finding("cost-tags", severity) for severity in Severity],
        [],
        "1 error, 1 warning and 1 note",
        f"{ALL - 1} of {ALL} checks passed",
    ),
]


@pytest.mark.parametrize(("plan", "findings", "suppressed", "verdict", "told"), CASES, ids=[c[4][:40] for c in CASES])
def test_every_report_has_the_same_verdict(
    plan: Plan, findings: list[Finding], suppressed: list[Suppressed], verdict: str, told: str
):
    console = Console(file=(out := io.StringIO()), width=400, color_system=None, highlight=False)
    preview = Preview(plan, findings, suppressed=suppressed)
    terminal.first_screen(console, preview)
    page = re.sub(r"<[^>]+>", "", markup.unescape(html(preview)))
    comment = markdown.comment(preview).replace("\\", "")

    assert f"{verdict}: {told}." in out.getvalue()
    assert f"{verdict}: {told}." in page
    assert page.count(f"{verdict}: ") == 2, "once at the head, once above the findings"
    assert f", {verdict.lower()}\n" in comment
    assert f"{told}." in comment


@pytest.mark.parametrize(("plan", "findings", "suppressed"), [c[:3] for c in CASES], ids=[c[4][:40] for c in CASES])
def test_json_and_sarif_count_alike_and_every_check_once(
    plan: Plan, findings: list[Finding], suppressed: list[Suppressed]
):
    preview = Preview(plan, findings, suppressed=suppressed)
    counted = json.loads(json_document.text(json_document.document(preview)))["checks"]
    (run,) = sarif.document(preview)["runs"]

    assert run["invocations"][0]["properties"]["checks"] == counted
    assert counted["passed"] + counted["failed"] + counted["allowed"] + len(counted["not_applicable"]) == ALL
    assert counted["total"] == ALL == len(run["tool"]["driver"]["rules"])
    assert len(run["results"]) == len(findings)
    notices = run["invocations"][0]["toolConfigurationNotifications"]
    assert len(notices) == len(suppressed) + len(counted["not_applicable"]) + len(preview.not_known.sentences)


def test_a_finding_of_no_check_that_there_is_counts_as_a_finding_alone():
    found = summary(sound(), [a_finding("retired")])

    assert (found.verdict, found.brief, found.worst) == ("1 error", f"{ALL} checks passed", Severity.ERROR)


def test_allowed_findings_are_listed_in_the_comment_with_day_and_reason():
    text = markdown.comment(Preview(sound(), suppressed=[allowed("cost-tags")]))

    assert "<summary>Allowed by a comment (1)</summary>" in text
    assert "| stacks/data.py:3 | found | cost-tags | 2027-01-31 | agreed |" in text
