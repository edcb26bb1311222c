"""No report holds a secret, in whatever form it could stand there: plain, escaped, encoded, or as a difference."""

from __future__ import annotations

import base64
import html as markup
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from gpuplatform.kinds.cluster.objects import objects
from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.judgement.suppression import judge
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record.readers import plan_from
from gpuplatform.preview.record.wire import SECRET_SIGNATURE, SIGNATURE
from gpuplatform.preview.report import json_document, markdown, sarif, terminal
from gpuplatform.preview.report.annotations import github
from gpuplatform.preview.report.html import html
from gpuplatform.preview.timeline import timeline

STACK = "urn:pulumi:dev::toy::pulumi:pulumi:Stack::toy-dev"


def reports(plan: Plan) -> dict[str, str]:
    """Every report of a plan, as text."""
    judged = judge(plan, date(2026, 11, 22))
    preview = Preview(plan, judged.findings, bill(plan), timeline(plan), judged.suppressed)
    screen = Console(file=(out := io.StringIO()), width=100_000)
    terminal.full_tree(screen, plan)
    terminal.first_screen(screen, preview)
    return {
        "screen": out.getvalue(),
        "json": json_document.text(json_document.document(preview)),
        "markdown": markdown.comment(preview),
        "sarif": json.dumps(sarif.document(preview)),
        "html": html(preview),
        "annotations": github(judged.findings),
        "manifests": json.dumps([body for _, body in objects(plan)], ensure_ascii=False),
    }


def forms(secret: str) -> set[str]:
    """A secret as it could stand in a report."""
    encoded = base64.b64encode(secret.encode()).decode()
    lines = {line for line in secret.splitlines() if len(line) >= 8}
    return {secret, encoded, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], *lines} | {
        markup.escape(text) for text in (secret, *lines)
    }


def a_state(type_: str, name: str, **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::toy::{type_}::{name}", "type": type_, "custom": True, "parent": STACK, **more}


def an_export(hidden: Any, number: int = 1) -> dict[str, Any]:
    """A deployment with a secret wherever a state may hold one, in the engine's own wrapping."""
    stack = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False, "outputs": {"password": hidden}}
    states = [
        a_state(
            "aws:ssm/parameter:Parameter", "p", inputs={"value": hidden, "tier": str(number)}, outputs={"value": hidden}
        ),
        a_state("aws:ec2/launchTemplate:LaunchTemplate", "t", inputs={"userData": hidden, "tags": {"a": hidden}}),
        a_state("aws:sqs/queue:Queue", "q", inputs={"policy": hidden, "list": [hidden, {"deep": [hidden]}]}),
        a_state(
            "kubernetes:core/v1:Secret",
            "s",
            inputs={"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"k": hidden}},
        ),
    ]
    return {"version": 3, "deployment": {"resources": [stack, *states]}}


def wrapped(secret: str, how: str) -> Any:
    return {SIGNATURE: SECRET_SIGNATURE, how: json.dumps(secret)}


some_secret = st.text(min_size=8, max_size=60) | st.lists(st.text(min_size=8), min_size=2, max_size=4).map("\n".join)


@settings(max_examples=25, deadline=None)
@given(some_secret, st.sampled_from(["plaintext", "ciphertext"]))
def test_no_report_of_a_plan_from_the_engine_holds_a_secret(secret: str, how: str):
    # In each line: a page has words of its own, and some of them could be drawn.
    unlikely = "".join(f"s3cr3t-{line}" for line in secret.splitlines(keepends=True))
    plan = plan_from(an_export(wrapped(unlikely, how)), "export.json")
    older = plan_from(an_export(wrapped(f"old-{unlikely}", how), 2), "older.json")

    for name, text in reports(replace(plan, against=older)).items():
        assert [form for form in forms(unlikely) if form in text] == [], name
        if name == "json":
            assert text.count('"[secret]"') > 6, "the secrets are there, masked"


def test_the_test_would_find_a_secret_that_is_not_masked():
    plan = plan_from(an_export("in the open\nin the open"), "export.json")
    found = {
        name for name, text in reports(plan).items() if any(form in text for form in forms("in the open\nin the open"))
    }

    assert {"json", "html", "manifests"} <= found


def test_what_the_program_makes_of_a_secret_is_in_no_report_either(tmp_path: Path):
    """Encoded, joined, within JSON: what comes of a secret is one."""
    from gpuplatform.preview.record import environment

    (tmp_path / "Pulumi.yaml").write_text("name: toy\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  aws:region: us-east-1\n  toy:token: {secure: AAABciphertext}\n", encoding="utf-8"
    )
    (tmp_path / "__main__.py").write_text(
        "import base64, json\n"
        "import pulumi, pulumi_aws as aws\n"
        "token = pulumi.Config().require_secret('token')\n"
        "encoded = token.apply(lambda t: base64.b64encode(f'#!/bin/sh\\necho {t}\\n'.encode()).decode())\n"
        "aws.ec2.LaunchTemplate('t', user_data=encoded)\n"
        "aws.sqs.Queue('q', policy=pulumi.Output.json_dumps({'token': token}))\n"
        "aws.ssm.Parameter('p', type='SecureString', value=pulumi.Output.concat('a\\n', token, '\\nb'))\n"
        "pulumi.export('lines', token.apply(lambda t: [t, {'upper': t.upper()}]))\n",
        encoding="utf-8",
    )
    plan = environment.preview(environment.load(tmp_path, "dev"))

    for name, text in reports(plan).items():
        assert environment.CANARY not in text, name
        assert environment.CANARY.upper() not in text, name
        assert base64.b64encode(environment.CANARY.encode()).decode()[:10] not in text, name
        assert "ciphertext" not in text, name
