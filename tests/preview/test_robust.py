"""Whatever a plan holds, it is judged, priced, timed and reported: what one part cannot read hides nothing of the others."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from gpuplatform.kinds import ecr
from gpuplatform.kinds.kind import Kind
from gpuplatform.kinds.pricing.charge import Entry
from gpuplatform.kinds.registry import all_kinds
from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.checking.check import Check, Severity, Violation
from gpuplatform.preview.judgement.run import run_checks
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record.readers import UnreadableError, plan_from
from gpuplatform.preview.report import json_document, markdown, sarif, terminal
from gpuplatform.preview.report.html import html
from tests.preview.anything import json_like, put
from tests.preview.sound import a_plan, a_resource, sound, with_input

READING = (Path(__file__).parent / "record" / "readings" / "stack-export.json").read_text("utf-8")


def reported(plan: Plan) -> None:
    preview = Preview.of(plan, date(2026, 11, 22))
    console = Console(file=io.StringIO(), width=80)
    terminal.first_screen(console, preview)
    terminal.full_tree(console, plan)
    markdown.comment(preview)
    json_document.text(json_document.document(preview)).encode()
    sarif.document(preview)
    html(preview).encode()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), json_like), min_size=1, max_size=4))
def test_anything_anywhere_in_a_plan_is_refused_or_reported(changes: list[tuple[int, Any]]):
    document = json.loads(READING)
    for place, value in changes:
        put(document, place, value)
    try:
        plan = plan_from(document, "export.json")
    except UnreadableError:
        return

    reported(plan)


def test_a_check_that_stops_is_a_finding_and_the_others_are_asked():
    def raises(plan: Plan) -> Iterator[Violation]:
        yield Violation("found before it stopped", plan.resources[1])
        raise ValueError("nine\nlives")

    stops = Check(rule="stops", severity=Severity.INFO, sentence="", module=__name__, function=raises)
    others = Check(
        rule="other",
        severity=Severity.INFO,
        sentence="",
        module=__name__,
        function=lambda _: iter([Violation("found")]),
    )

    found = run_checks(sound(), [stops, others])

    assert [(f.rule, f.severity) for f in found] == [
        *(("check-stopped", Severity.ERROR), ("other", Severity.INFO), ("stops", Severity.INFO))
    ]
    assert found[0].message.startswith("stops could not judge the plan: ValueError: nine lives; ")


def test_a_version_that_is_none_is_a_finding_and_stops_no_report():
    plan = with_input(sound(), "cluster", "version", "newest")

    assert {f.rule for f in run_checks(plan)} == {"cluster-version"}
    reported(plan)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [("system-template", "tagSpecifications|0|resourceType", ["instance"]), ("model", "apiVersion", "v" * 5000)],
)
def test_an_odd_value_is_judged_like_any_wrong_one(name: str, path: str, value: Any):
    found = {f.rule for f in run_checks(with_input(sound(), name, path, value))}

    assert found
    assert "check-stopped" not in found


def test_what_cannot_be_priced_is_said_and_the_rest_is_priced():
    address = a_resource("aws:ec2/eip:Eip", "address")
    odd = a_resource("aws:fsx/lustreFileSystem:LustreFileSystem", "odd", {"storageCapacity": "much"})

    found = bill(a_plan(address, odd))

    assert [line.urn for line in found.lines] == [address.urn]
    assert found.unpriced == ((odd.urn, "its inputs hold 'much' where an amount belongs"),)


def test_settings_of_another_kind_are_no_settings():
    for value in ("text", 3, [1], None, True):
        assert a_plan(settings={"gpuplatform:data": value}).setting("data") == {}


def test_a_pricer_that_stumbles_leaves_the_others_priced(monkeypatch: pytest.MonkeyPatch):
    def stumbles(*_: object) -> Iterator[Entry]:
        raise KeyError("size")
        yield

    rows = cast("dict[str, Kind]", all_kinds())
    monkeypatch.setitem(rows, ecr.REPOSITORY, replace(rows[ecr.REPOSITORY], price=stumbles))
    address, images = a_resource("aws:ec2/eip:Eip", "address"), a_resource("aws:ecr/repository:Repository", "images")

    found = bill(a_plan(images, address))

    assert [line.urn for line in found.lines] == [address.urn]
    assert [(urn, "is not of its kind (KeyError: 'size')" in why) for urn, why in found.unpriced] == [
        (images.urn, True)
    ]
