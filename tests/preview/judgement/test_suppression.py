"""A finding is allowed by a dated reason beside its line, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from rich.console import Console

from gpuplatform.plan.model import Plan
from gpuplatform.preview.judgement.suppression import judge
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report import json_document, terminal
from tests.preview.sound import PROJECT, sound, with_input

TODAY = date(2026, 11, 22)
ALLOW = "# preview: allow unencrypted-volume until 2027-01-31: a scratch disk"
UNTAGGED = "# preview: allow cost-tags until 2027-01-31: a test"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copytree(PROJECT, tmp_path / "project")


def _broken(project: Path, comment: str, *, line: int = 9, file: str = "stacks/test.py", code: str = "") -> Plan:
    """A plan with one finding, of stacks/test.py:10, and a comment in a file."""
    place = project / file
    place.parent.mkdir(exist_ok=True)
    lines = place.read_text(encoding="utf-8").splitlines() if place.is_file() else []
    lines += ["pass"] * (12 - len(lines))
    lines[line - 1] = code + comment
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return with_input(replace(sound(), root=project), "disk", "encrypted", False)


def _rules(plan: Plan, today: date = TODAY) -> list[str]:
    return [f"{f.rule} {f.file}:{f.line}" for f in judge(plan, today).findings]


@pytest.mark.parametrize(
    ("line", "code"), [(9, ""), (9, "    "), (10, "volume = Volume()  ")], ids=["above", "above, indented", "beside"]
)
def test_a_comment_above_or_beside_the_line_allows_the_finding(project: Path, line: int, code: str):
    judgement = judge(_broken(project, ALLOW, line=line, code=code), TODAY)

    assert judgement.findings == []
    assert [(s.finding.rule, s.allowance.reason) for s in judgement.suppressed] == [
        ("unencrypted-volume", "a scratch disk")
    ]


def test_several_comments_above_one_line_count_each(project: Path):
    plan = with_input(_broken(project, ALLOW, line=8), "disk", "tags|team", None)
    plan = replace(_broken(project, UNTAGGED, line=9), resources=plan.resources)

    assert _rules(plan) == []
    assert len(judge(plan, TODAY).suppressed) == 2


@pytest.mark.parametrize("line", [8, 10, 11])
def test_a_comment_elsewhere_allows_nothing_and_is_unused(project: Path, line: int):
    assert _rules(_broken(project, ALLOW, line=line)) == [
        "unencrypted-volume stacks/test.py:10",
        f"suppression-unused stacks/test.py:{line}",
    ]  # fmt: skip


def test_a_comment_about_another_check_is_unused(project: Path):
    found = judge(_broken(project, UNTAGGED), TODAY).findings

    assert [(f.rule, f.severity) for f in found] == [("unencrypted-volume", "error"), ("suppression-unused", "warning")]
    assert found[1].message == "cost-tags finds nothing on line 10; remove the comment"


def test_what_was_allowed_too_long_says_why_it_was(project: Path):
    found = judge(_broken(project, ALLOW), date(2027, 2, 1)).findings

    assert [(f.rule, f.severity) for f in found] == [("suppression-expired", "error"), ("unencrypted-volume", "error")]
    assert found[0].message.startswith("unencrypted-volume was allowed until 2027-01-31: a scratch disk; mend it")


@pytest.mark.parametrize(("today", "holds"), [(date(2027, 1, 31), True), (date(2027, 2, 1), False)])
def test_a_comment_holds_until_its_last_day_is_over(project: Path, today: date, holds: bool):
    over = ["suppression-expired stacks/test.py:9", "unencrypted-volume stacks/test.py:10"]

    assert _rules(_broken(project, ALLOW), today) == ([] if holds else over)


def test_a_comment_of_another_environment_neither_holds_nor_is_unused(project: Path):
    elsewhere = ALLOW.replace("volume until", "volume in prod until")
    assert _rules(_broken(project, elsewhere)) == ["unencrypted-volume stacks/test.py:10"]

    here = ALLOW.replace("volume until", "volume in dev until")
    assert _rules(_broken(project, here)) == []


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# preview: allow unencrypted-volume", "allows nothing; write # preview: allow RULE until YYYY-MM-DD: why"),
        ("# preview: allow unencrypted-volume until 2027-01-31", "allows nothing"),
        ("# preview: allow unencrypted-volume until 2027-01-31:", "allows nothing"),
        ("# preview: allow unencrypted-volume until 31.1.2027: a disk", "allows nothing"),
        ("# preview: allow unencrypted-volume until 2027-02-30: a disk", "2027-02-30 is not a date"),
        ("# preview: allow unencrypted-disk until 2027-01-31: a disk", "no check is called unencrypted-disk"),
    ],
)
def test_a_comment_without_check_day_or_reason_is_a_finding(project: Path, comment: str, words: str):
    judgement = judge(_broken(project, comment), TODAY)

    assert [f.rule for f in judgement.findings] == ["suppression-unreadable", "unencrypted-volume"]
    assert words in judgement.findings[0].message


def test_a_finding_on_a_setting_is_allowed_in_the_settings_file(project: Path):
    comment = "# preview: allow over-budget until 2027-01-31: the launch"
    plan = _broken(project, comment, line=6, file="Pulumi.dev.yaml")
    settings = {"gpuplatform:governance": {"budgets": {"environment": 1}}}
    plan = with_input(replace(plan, settings=settings), "disk", "encrypted", True)

    assert [(s.finding.rule, s.finding.file) for s in judge(plan, TODAY).suppressed] == [
        ("over-budget", "Pulumi.dev.yaml")
    ]
    assert _rules(plan) == []


def test_a_plan_without_files_is_judged_without_comments():
    plan = with_input(replace(sound(), root=None), "disk", "encrypted", False)

    assert _rules(plan) == ["unencrypted-volume stacks/test.py:10"]


def test_json_lists_what_is_allowed_as_such(project: Path):
    plan = _broken(project, ALLOW)
    judgement = judge(plan, TODAY)

    found = json_document.document(Preview(plan, judgement.findings, suppressed=judgement.suppressed))["findings"]

    assert [(f["rule"], f["suppressed"], f["until"], f["reason"]) for f in found] == [
        ("unencrypted-volume", True, "2027-01-31", "a scratch disk")
    ]


def test_the_first_screen_counts_what_is_allowed(project: Path):
    plan, out = _broken(project, ALLOW), StringIO()
    judgement = judge(plan, TODAY)

    preview = Preview(plan, judgement.findings, suppressed=judgement.suppressed)
    terminal.first_screen(Console(file=out, width=120), preview)

    assert (
        "1 finding is allowed by a comment.\nAllowed: unencrypted-volume; the first until 2027-01-31." in out.getvalue()
    )
