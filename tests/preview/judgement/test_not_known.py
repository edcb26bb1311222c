"""What a preview does not know is named in every report, whoever's provider it is."""

from __future__ import annotations

import datetime
import io

import pytest
from rich.console import Console

from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.judgement.not_known import not_known
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report import json_document, markdown, sarif, terminal
from gpuplatform.preview.report.html import html
from tests.preview.sound import a_plan, a_resource

TODAY = datetime.date(2026, 12, 1)
STRANGERS = (
    "random:index/randomPassword:RandomPassword",
    "aws:quicksight/dashboard:Dashboard",
    "kubernetes:stable.example.com/v1:CronTab",
    "datadog:index/monitor:Monitor",
)


@pytest.mark.parametrize("type_", STRANGERS)
def test_a_type_that_no_row_knows_is_named_and_unpriced(type_: str):
    preview = Preview.of(a_plan(a_resource(type_, "one"), a_resource(type_, "two")), TODAY)

    assert preview.not_known.types == {type_: 2}
    assert [why for _, why in bill(preview.plan).unpriced] == [
        f"nothing here knows what {type_} costs, nor that it is free"
    ] * 2


def test_a_component_of_another_package_is_named_and_one_of_the_program_is_not():
    theirs = a_resource("acme:index:Cluster", "theirs", custom=False, remote=True)
    ours = a_resource("toy:aws:Bucket", "ours", custom=False)

    assert not_known(a_plan(theirs, ours)).types == {"acme:index:Cluster": 1}


def test_the_engines_own_records_are_no_resources():
    assert not_known(a_plan(a_resource("pulumi:providers:aws", "default"))).types == {}


def test_every_report_names_what_is_not_known():
    chart = a_resource("kubernetes:helm.sh/v3:Release", "r", {"chart": "oci://registry/charts/keda"})
    preview = Preview.of(a_plan(a_resource(STRANGERS[0], "one"), chart), TODAY)
    screen = io.StringIO()
    terminal.first_screen(Console(file=screen, width=200), preview)
    document = json_document.document(preview)

    for report in (
        screen.getvalue(),
        markdown.comment(preview),
        html(preview),
        json_document.text(sarif.document(preview)),
    ):
        assert f"Not known: neither priced nor checked: {STRANGERS[0]}." in report
        assert "Not seen: what 1 chart creates: keda." in report
    assert document["not_known"] == {"types": [{"type": STRANGERS[0], "count": 1}], "charts": ["keda"]}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_type_of_our_environments_has_a_row(environment: str, plans: dict[str, Plan]):
    assert not_known(plans[environment]).types == {}
