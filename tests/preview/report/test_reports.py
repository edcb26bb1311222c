"""Reports of one plan: on a terminal, as JSON, as a comment, as manifests."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from gpuplatform.kinds.pricing.context import Assumed
from gpuplatform.plan.model import Plan
from gpuplatform.plan.tree import by_layer, lines
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.billing.economics import Economics, GpuHour, ModelCost, PoolUse
from gpuplatform.preview.billing.lines import Line
from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report import json_document, manifests, markdown, terminal
from gpuplatform.preview.report.words import describe
from gpuplatform.preview.timeline import timeline
from tests.preview.report.samples import SUBNET, VPC, a_bill, a_finding, a_line, a_timeline, compared
from tests.preview.sound import a_plan, a_resource, and_also, kubernetes, sound, with_field, with_input


def printed(width: int = 100, show: Callable[[Console], None] | None = None, *findings: Finding) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None, highlight=False, emoji=False)
    if show is None:
        terminal.first_screen(console, Preview(sound(), findings, a_bill(), a_timeline()))
    else:
        show(console)
    return out.getvalue()


def test_the_first_screen_says_what_where_what_it_costs_and_how_long():
    text = printed()

    assert "gpuplatform dev  us-east-1" in text
    assert re.search(
        r"test\s+34\s+VPC 10\.0\.0\.0/16; 1 subnet in use1-az4; EKS 1\.36; nodes: system t4g\.medium 1–2;", text
    )
    assert re.search(r"Nothing wrong: \d+ checks passed\.", text)
    assert re.search(r"test +1\.00 +2\.50 +1,234\.50 +0\.25", text), "a layer's row sums its lines"
    assert re.search(r"total +1\.00 +2\.50 +1,234\.50 +0\.25", text)
    assert "Ready in about 24 min, at least 17 min, by way of vpc → cluster." in text


def test_where_nothing_could_be_sooner_that_is_said_once():
    quick = a_timeline(lower_bound_seconds=1439.0)
    text = printed(100, lambda console: terminal.first_screen(console, Preview(sound(), timeline=quick)))

    assert "Ready in about 24 min, as soon as it can be, by way of vpc → cluster." in text
    comment = markdown.comment(Preview(sound(), timeline=quick))
    assert "Ready in about 24 min, as soon as it can be, by way of vpc → cluster." in comment


def test_what_is_gone_begins_no_list_within_the_list_of_a_comment():
    lost = a_resource("aws:s3/bucket:Bucket", "lost")
    text = markdown.comment(compared(sound(), and_also(sound(), lost)))

    assert "- \\- lost (Bucket) LOST: its objects" in text


def test_findings_are_grouped_with_the_line_to_change():
    text = printed(100, None, a_finding(), a_finding("lake: no tags", line=40), a_finding("x", Severity.WARNING))

    assert text.count("error cost-tags") == 1
    assert re.search(r"stacks/network\.py:12 +vpc: no tags *\n +stacks/network\.py:40 +lake: no tags", text)
    assert re.search(r"2 errors and 1 warning: \d+ of \d+ checks passed\.", text)


def test_a_fault_that_repeats_does_not_fill_the_screen():
    text = printed(100, None, *(a_finding(f"r{n}") for n in range(50)))

    assert "and 30 more; --json has them all" in text
    assert "r49" not in text


@pytest.mark.parametrize("width", [50, 80, 200])
def test_no_line_is_wider_than_the_console_and_nothing_is_cut(width: int):
    text = printed(width, None, a_finding("a" * 150))

    assert max(map(len, text.splitlines())) <= width
    assert re.sub(r"\s", "", text).count("a" * 150) == 1


def test_names_are_not_read_as_markup():
    text = printed(100, None, a_finding("subnets[0]: [bold]x[/bold]"))

    assert "subnets[0]: [bold]x[/bold]" in text


def test_names_are_no_orders_to_the_terminal():
    hostile = a_resource("aws:x/y:Z\x1b[2J", "name\x1b]0;title\x07", layer_source=None)
    text = printed(200, lambda c: terminal.full_tree(c, and_also(sound(), hostile)))
    text += printed(200, None, a_finding("bad\x1b[31m\rname"))

    assert "\x1b" not in text
    assert "\x07" not in text
    assert r"name\x1b]0;title\x07" in text
    assert r"bad\x1b[31m\x0dname" in text


def test_what_is_not_priced_is_said_with_its_reason():
    unpriced = ((VPC, "no source"), (SUBNET, "none"))
    text = printed(100, lambda c: terminal.first_screen(c, Preview(sound(), bill=a_bill(unpriced=unpriced))))

    assert "Not in the bill: 2 resources without a known price." in text
    assert "vpc: no source" in text
    assert "prices refresh" not in text


def test_a_price_that_is_not_on_file_comes_with_the_commands_that_learn_it():
    why = "no source gives the price of ec2 g6.xlarge in us-east-1"
    unpriced = ((VPC, why), (SUBNET, why), (VPC, "a thing of its own"))
    text = printed(300, lambda c: terminal.first_screen(c, Preview(sound(), bill=a_bill(unpriced=unpriced))))

    assert (
        "2 resources without a known price. `gpuplatform prices refresh --region us-east-1` asks AWS for the 1 price"
        in text
    )
    assert f"vpc and 1 more: {why}" in text
    assert text.count(why) == 1
    comment = markdown.comment(Preview(sound(), bill=a_bill(unpriced=unpriced), timeline=a_timeline()))
    assert "prices refresh --region us-east-1" in comment


OLD = [a_line(what=f"m{n}.large on-demand", as_of=date(2026, 1, n)) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("stale", "told"),
    [
        (OLD[:1], "1 price is older than 120 days; "),
        (OLD, "3 prices are older than 120 days, the oldest of 2026-01-01; "),
    ],
)
def test_old_prices_are_said_on_the_screen_and_in_the_comment(stale: list[Line], told: str):
    preview = Preview(sound(), bill=a_bill(a_line(), *stale, *stale), timeline=a_timeline())
    assert told in printed(200, lambda console: terminal.first_screen(console, preview))
    assert told in markdown.comment(preview)


def test_of_prices_that_are_not_old_nothing_is_said():
    assert "older than" not in printed()
    assert "older than" not in markdown.comment(Preview(sound(), bill=a_bill(), timeline=a_timeline()))


UNITS = Economics(
    gpu_hours=(
        GpuHour(pool="h100", what="p5.48xlarge [block]", gpus=8, instance_hour=Decimal("47.76")),
        GpuHour(pool="h100", what="p5.48xlarge on-demand", gpus=8, instance_hour=Decimal("55.04")),
    ),
    pools=(PoolUse(pool="h100", expected_monthly=Decimal(957), gpu_hours=Decimal(100)),),
    models=(
        ModelCost(
            model="llama",
            runs_on="4 GPUs",
            hourly=Decimal("1.74876"),
            requests_per_minute=Decimal(100),
            tokens_per_second=Decimal(0),
        ),
    ),
    undeclared=("odd",),
)


def test_what_units_cost_is_told_below_the_bill():
    preview = Preview(sound(), bill=a_bill(economics=UNITS), timeline=a_timeline())
    text = printed(200, lambda console: terminal.first_screen(console, preview))

    assert re.search(r"h100 +p5\.48xlarge \[block\] +5\.97 +9\.57 *\n +p5\.48xlarge on-demand +6\.88 *\n", text), (
        "a pool is named once"
    )
    assert re.search(r"llama +4 GPUs +291\.46 +– *\n", text)
    assert "odd declares no throughput" in text
    comment = markdown.comment(preview)
    assert "| h100 | p5.48xlarge \\[block\\] | 5.97 | 9.57 |" in comment
    assert "|  | p5.48xlarge on-demand | 6.88 |  |" in comment
    assert "| llama | 4 GPUs | 291.46 | – |" in comment
    assert "GPU pool" not in printed()
    assert "GPU pool" not in markdown.comment(Preview(sound(), bill=a_bill(), timeline=a_timeline()))


def test_the_tree_shows_children_under_their_component_with_lines():
    text = printed(120, lambda c: terminal.full_tree(c, sound()))

    assert re.search(r"network  gpuplatform aws Network .*\n *│? *└── gateway  aws ec2 InternetGateway", text)
    assert "stacks/test.py:10" in text


def test_layers_come_in_deploy_order_and_unknown_ones_last():
    from gpuplatform.plan.model import Source

    made = [
        a_resource("a:b:C", layer, layer_source=Source(f"stacks/{layer}.py", 1))
        for layer in ("extra", "serving", "network", "cluster")
    ]

    assert list(by_layer(a_plan(*made))) == ["network", "cluster", "serving", "extra"]


def test_a_layer_without_a_noun_of_ours_is_told_by_its_kinds():
    plan = a_plan(a_resource("aws:x/y:Thing", "a"), a_resource("aws:x/y:Thing", "b"))

    assert describe(plan, plan.resources[1:]) == "2 Things"


def test_of_very_many_names_a_layer_tells_the_first_and_the_same_once():
    made = [a_resource("aws:sagemaker/endpoint:Endpoint", f"model-{n:02}", {}) for n in range(40)]
    releases = [a_resource("kubernetes:helm.sh/v3:Release", f"r{n}", {"chart": "keda"}) for n in range(3)]

    told = describe(a_plan(*made, *releases), [*made, *releases])
    assert told.startswith("SageMaker: model-00, model-01,")
    assert told.endswith("model-15 and 24 more; 3 operators: keda × 3")


def test_the_tree_of_a_plan_is_one_sorted_line_a_resource():
    found = list(lines(sound()))

    assert found == sorted(found)
    assert "aws:ec2/internetGateway:InternetGateway  gateway  ← network" in found
    assert "aws:ec2/vpc:Vpc  vpc" in found


KEYS = {
    "": {"project", "environment", "region", "resources", "outputs", "findings", "bill", "timeline"},
    "resources": {
        *("urn", "type", "name", "parent", "custom", "remote", "inputs", "dependencies", "property_dependencies"),
        *("provider", "protect", "ignore_changes", "source"),
    },
    "findings": {"rule", "severity", "urn", "message", "file", "line"},
}
"""The contract: keys may be added and are never renamed."""


def test_the_json_has_every_key_that_others_rely_on():
    made = json.loads(
        json_document.text(json_document.document(Preview(sound(), [a_finding()], a_bill(), a_timeline())))
    )

    assert set(made) >= KEYS[""]
    assert set(made["resources"][1]) >= KEYS["resources"]
    assert set(made["findings"][0]) == KEYS["findings"]
    assert made["resources"][1]["source"] == {"file": "stacks/test.py", "line": 10}
    assert made["findings"][0]["severity"] == "error"


def test_the_page_on_the_json_names_every_key(plans: dict[str, Plan]):
    newer = plans["prod"]
    older = replace(newer, resources=newer.resources[:-3])
    older = with_input(older, "cluster", "version", "1.2")
    more: dict[str, Any] = {"findings": [a_finding()], "bill": bill(newer), "timeline": timeline(newer)}
    document = json_document.document(compared(newer, older, **more))
    page = (Path(__file__).parents[3] / "docs" / "json.md").read_text(encoding="utf-8")
    parts = [
        document,
        document["resources"][1],
        *document["findings"][:1],
        document["checks"],
        document["bill"],
        document["timeline"],
    ]
    parts += [
        document["bill"]["lines"][0],
        document["bill"]["economics"],
        document["difference"],
        *document["difference"]["changed"][:1],
    ]
    keys = {key for part in parts for key in part}

    assert len(keys) > 60
    assert sorted(key for key in keys if f"`{key}`" not in page) == []
    told = set(re.findall(r"^\| (`.*?) \|", page, re.M))
    tops = {key for row in told for key in re.findall(r"`(\w+)`", row)}
    assert sorted(tops - keys) == [], "no key that is not there"


def test_the_comment_keeps_verdict_and_bill_in_sight_and_folds_the_rest():
    text = markdown.comment(Preview(sound(), [a_finding()], a_bill(), a_timeline()))

    head, _, folded = text.partition("<details>")
    assert head.startswith("### dev: ")
    assert "1 error" in head
    assert "| error | stacks/network.py:12 | vpc: no tags | cost-tags |" in head
    assert "| **total** | **1.00** | **2.50** | **1,234.50** | **0.25** |" in head
    assert "aws:ec2/vpc:Vpc  vpc" in folded


def test_a_comment_fits_what_github_accepts():
    many = [a_resource("aws:sqs/queue:Queue", f"queue-{n}-{'x' * 60}") for n in range(2000)]

    assert len(markdown.comment(Preview(and_also(sound(), *many), bill=a_bill(), timeline=a_timeline()))) < 65_536
    endless = [a_finding("y" * 3000, line=n) for n in range(50)]
    assert len(markdown.comment(Preview(sound(), endless, a_bill(), a_timeline()))) < 65_536


@pytest.mark.parametrize(
    "hostile",
    [
        "@everybody",
        "<script>",
        "[x](http://evil)",
        "| a | b |",
        "`code`",
        "line\nbreak",
        "line\r| a",
        "<!-- x",
        "&lt;",
        "~~x~~",
    ],
)
def test_nothing_from_a_fork_becomes_markup_in_the_comment(hostile: str):
    text = markdown.comment(Preview(sound(), [a_finding(hostile)]))

    assert not re.search(rf"(?<!\\){re.escape(hostile)}", text), "it stands there unescaped"
    assert len([line for line in text.splitlines() if line.startswith("| error")]) == 1


@pytest.mark.parametrize("hostile", ["x\n```\n</details>\n@everybody", "x\r````\r# big", "``````"])
def test_no_name_ends_the_block_of_code_that_it_stands_in(hostile: str):
    plan = and_also(sound(), a_resource("aws:s3/bucket:Bucket", hostile, urn="urn:x::aws:s3/bucket:Bucket::odd"))
    text = markdown.comment(compared(plan, sound()))

    for block in ("Every difference", "Every resource"):
        fence, *inside = text.partition(f"{block}</summary>\n\n")[2].partition("\n\n</details>")[0].split("\n")
        ticks = fence.removesuffix("diff")
        assert inside[-1] == ticks
        assert not any(line.startswith(ticks) for line in inside[:-1])
        assert sum("x0" in line or "``````" in line for line in inside[:-1]) == 1, "the name stays on one line"


def test_a_comment_of_many_findings_shows_the_first_and_folds_the_rest():
    many = [a_finding(f"r{n}: no tags {n}", urn=f"x::r{n}", line=n) for n in range(1, 201)]
    text = markdown.comment(Preview(sound(), many, a_bill(), a_timeline()))

    head, _, more = text.partition("<summary>More findings</summary>")
    assert head.count("| error |") == markdown.SHOWN
    assert more.partition("</details>")[0].count("| error |") == 200 - markdown.SHOWN
    assert "| **total** |" in head, "the bill is in sight, however much is wrong"


def test_what_a_comment_has_no_room_for_is_said():
    many = [a_finding(f"r{n}: {'y' * 380}", urn=f"x::r{n}", line=n) for n in range(1, 300)]
    text = markdown.comment(Preview(sound(), many, a_bill(), a_timeline()))

    assert len(text) < 65_536
    assert text.endswith("Left out, for a comment has no room: more findings. The other reports hold it.\n")
    assert "<summary>Every resource</summary>" in text, "what is smaller still has room"


def test_manifests_are_what_the_api_server_would_be_sent(tmp_path: Path):
    plan = with_field(sound(), "key", inputs={"apiVersion": "v1", "kind": "Secret", "stringData": "[secret]"})
    named = with_field(plan, "key", outputs={"metadata": {"name": "key-1a2b"}})

    written = manifests.write(named, tmp_path / "out")

    files = sorted(f.name for f in (tmp_path / "out").iterdir())
    assert len(files) == written
    assert "deployment_apps_model.yaml" in files
    assert "secret_v1_key-1a2b.yaml" in files, "an object without a name has the one that Pulumi gives it"
    body = yaml.safe_load((tmp_path / "out" / "nodepool_karpenter.sh_small.yaml").read_text())
    assert body["spec"]["limits"] == {"nvidia.com/gpu": 2}


def test_manifests_of_an_earlier_run_go_and_other_files_stay(tmp_path: Path):
    manifests.write(sound(), tmp_path)
    (tmp_path / "mine.yaml").write_text("a: 1\n", encoding="utf-8")

    manifests.write(a_plan(kubernetes("kubernetes:core/v1:ConfigMap", "only", {})), tmp_path)

    assert sorted(f.name for f in tmp_path.iterdir()) == ["configmap_v1_only.yaml", "mine.yaml"]


def test_use_that_nobody_states_is_told_where_the_bill_is():
    usage = (
        Assumed(key="nat_gb", amount=Decimal(100), stated=False),
        Assumed(key="log_gb", amount=Decimal(5), stated=True),
    )
    preview = Preview(sound(), bill=a_bill(usage=usage), timeline=a_timeline())
    text = " ".join(printed(show=lambda c: terminal.first_screen(c, preview)).split())
    assert "Assumed of a month's use, for nobody states it in `expected`: nat_gb 100." in text
    assert "Assumed" not in printed()
