"""The HTML report as a file: what is in it, that it loads nothing, and that nothing of a plan becomes markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gpuplatform.cli import app
from gpuplatform.plan.model import STACK, Plan, PlanFeature, Source
from gpuplatform.plan.wording import money
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.billing.economics import Economics, GpuHour, ModelCost, PoolUse
from gpuplatform.preview.billing.lines import State
from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.comparison.changes import Change
from gpuplatform.preview.comparison.difference import Action, Changed, Difference, difference
from gpuplatform.preview.judgement.suppression import Allowance, Suppressed
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report.html import html
from gpuplatform.preview.report.html.boxes import Box
from gpuplatform.preview.report.html.markup import Markup, tag
from gpuplatform.preview.report.html.scene import Scene
from gpuplatform.preview.report.sums import by_layer_sums
from gpuplatform.preview.timeline import timeline
from tests.preview.report.samples import CLUSTER, VPC, a_bill, a_finding, a_line, a_timeline
from tests.preview.sound import a_plan, a_resource, and_also, sound, with_field, with_input

HOSTILE = """</script><img src=x onerror=alert(1)>'"&{{script}}<!--"""
VOID = {"br", "input", "meta"}


class Document(HTMLParser):
    """Every element with its attributes, its text and what it stands in; an end tag in the wrong place is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {[e['name'] for e in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice"
        element = {"name": tag, "attributes": dict(attrs), "text": "", "within": [e["name"] for e in self._open]}
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> ends nothing"
        assert self._open.pop()["name"] == tag, f"</{tag}> is out of place"

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element["text"] += data

    def all(self, name: str, **attributes: str) -> list[dict[str, Any]]:
        """Elements of a name with these attributes; `class_` asks for one class of several."""
        return [
            e
            for e in self.elements
            if e["name"] == name
            and all(
                value in (e["attributes"].get("class") or "").split()
                if key == "class_"
                else e["attributes"].get(key.replace("_", "-")) == value
                for key, value in attributes.items()
            )
        ]

    def one(self, name: str, **attributes: str) -> dict[str, Any]:
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} of <{name}> {attributes}"
        return found[0]

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.one("script", id="data")["text"])


def a_report(plan: Plan | None = None, *findings: Finding, **more: Any) -> Document:
    plan = sound() if plan is None else plan
    found = difference(plan.against, plan) if plan.against else None
    given: dict[str, Any] = {"bill": a_bill(), "timeline": a_timeline(), "difference": found, **more}
    return Document(html(Preview(plan, findings, **given)))


def hostile() -> Document:
    """A report in which everything that a plan can name is an attack."""
    name, kind = HOSTILE, f"aws:x/{HOSTILE}:Y"
    bad = a_resource(
        kind,
        name,
        {"script": HOSTILE, HOSTILE: ["[secret]"]},
        urn=f"urn:pulumi:dev::p::{kind}::{name}",
        source=Source(f"{HOSTILE}.py", 1),
        layer_source=Source(f"stacks/{HOSTILE}.py", 1),
        property_dependencies={HOSTILE: (VPC,)},
        protect=True,
    )
    plan = replace(and_also(sound(), bad), project=HOSTILE, environment=HOSTILE, region=HOSTILE)
    texts = dict.fromkeys(("what", "team", "unit", "source", "layer", "note"), HOSTILE)
    change = Change(HOSTILE, HOSTILE, [HOSTILE], replaces=True)
    gone = replace(bad, urn=f"{bad.urn}-gone")
    return a_report(
        plan,
        a_finding(urn=bad.urn, rule=HOSTILE, message=HOSTILE, file=HOSTILE),
        bill=a_bill(
            a_line(urn=bad.urn, as_of=date(2020, 1, 1), **texts),
            currency=HOSTILE,
            unpriced=((bad.urn, HOSTILE),),
        ),
        timeline=a_timeline(
            chain=(bad.urn,), starts={bad.urn: (0.0, 60.0)}, needless=((bad.urn, bad.urn),), estimated=(kind,)
        ),
        difference=Difference(
            added=(bad,),
            removed=(gone,),
            changed=(
                Changed(before=bad, after=bad, changes=(change,), action=Action.REPLACE, because=(HOSTILE,)),
                *(
                    Changed(before=r, after=r, changes=(), action=Action.REPLACE, because=(HOSTILE,))
                    for r in (bad, gone)
                ),
            ),
            older=plan,
            newer=plan,
        ),
    )


def test_the_report_is_well_formed_and_says_what_and_where():
    seen = a_report()

    assert seen.all("title")[0]["text"] == "gpuplatform dev: what it would create"
    assert seen.one("h1")["text"] == "gpuplatform dev"
    assert "us-east-1, " in seen.one("main")["text"]
    assert seen.one("html")["attributes"]["lang"] == "en"


def test_it_loads_nothing_from_anywhere():
    text = html(Preview(sound(), [a_finding()], a_bill(), a_timeline()))
    seen = Document(text)

    loading = {"src", "srcset", "data", "poster", "action", "formaction", "background", "xlink:href", "style"}
    for element in seen.elements:
        assert not loading & set(element["attributes"]), element
        assert (element["attributes"].get("href") or "#").startswith("#"), element
        assert element["name"] not in {"link", "iframe", "object", "embed", "base", "img"}
        assert not [name for name in element["attributes"] if name.startswith("on")], element
    code = seen.one("style")["text"] + "".join(s["text"] for s in seen.all("script") if not s["attributes"])
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp|WebSocket|import\(|innerHTML|eval\(", code)
    assert re.findall(r"https?://[^\"' ]+", code) == ["http://www.w3.org/2000/svg"]


def test_the_policy_allows_this_style_and_this_script_and_no_other():
    seen = a_report()

    policy = seen.one("meta", http_equiv="Content-Security-Policy")["attributes"]["content"]
    for name, text in (("style", seen.one("style")["text"]), ("script", seen.all("script")[-1]["text"])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


@pytest.mark.parametrize("make", [a_report, hostile])
def test_ids_are_unique_and_every_link_leads_somewhere(make: Any):
    seen = make()
    ids = [e["attributes"]["id"] for e in seen.elements if "id" in e["attributes"]]

    assert len(ids) == len(set(ids))
    asked = [e["attributes"]["href"][1:] for e in seen.elements if "href" in e["attributes"]]
    for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
        asked += [i for e in seen.elements for i in (e["attributes"].get(name) or "").split()]
    made_by_script = {"detail-name"}
    assert set(asked) - set(ids) - made_by_script == set()


def test_nothing_of_a_plan_becomes_markup():
    clean, seen = a_report(replace(sound(), against=sound()), a_finding()), hostile()

    assert {e["name"] for e in seen.elements} - {e["name"] for e in clean.elements} == {"del", "ins"}
    assert len(seen.all("script")) == 2
    assert not seen.all("img")
    assert seen.all("script")[-1]["text"] == clean.all("script")[-1]["text"], "a name was put in where the script goes"
    row = next(r for r in seen.data["resources"] if r["name"] == HOSTILE)
    assert row["inputs"] == {"script": HOSTILE, HOSTILE: ["[secret]"]}, "the text is whole, only inert"
    assert seen.one("h1")["text"] == f"{HOSTILE} {HOSTILE}"


def test_a_template_is_not_looked_through_again():
    plan = replace(sound(), environment="{{data}}")

    assert a_report(plan).one("h1")["text"] == "gpuplatform {{data}}"


def test_text_is_escaped_and_markup_is_not():
    made = tag("p", "<b>", tag("i", "&"), ["'"], None, title='"<', data_row=0, hidden=True, class_=None, open=False)

    assert made == '<p title="&quot;&lt;" data-row="0" hidden>&lt;b&gt;<i>&amp;</i>\'</p>'
    assert isinstance(made, Markup)


def test_secrets_are_shown_as_such_and_simulated_outputs_not_at_all():
    plan = with_field(sound(), "vpc", inputs={"password": "[secret]"}, outputs={"id": "vpc-canary-1234"})
    text = html(Preview(plan, bill=a_bill(), timeline=a_timeline()))

    assert next(r for r in Document(text).data["resources"] if r["name"] == "vpc")["inputs"] == {"password": "[secret]"}
    assert "vpc-canary-1234" not in text


def test_people_who_cannot_see_it_find_their_way():
    seen = a_report(sound(), a_finding())

    for landmark in ("header", "nav", "main", "aside", "footer"):
        assert len(seen.all(landmark)) == 1, landmark
    levels = [int(e["name"][1]) for e in seen.elements if re.fullmatch("h[1-6]", e["name"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    for table in seen.all("table"):
        assert table["within"][-1] == "div", "a wide table scrolls on its own"
    assert len(seen.all("caption")) == len(seen.all("table"))
    assert all("scope" in e["attributes"] for e in seen.all("th"))
    for region in seen.all("div", class_="scroll"):
        assert region["attributes"]["tabindex"] == "0"
        assert region["attributes"]["aria-label"]
    for button in seen.all("button"):
        assert button["text"].strip() or button["attributes"].get("aria-label"), button
        assert button["attributes"]["type"] == "button"
    assert seen.one("svg", id="svg")["attributes"]["aria-labelledby"] == "picture-title"
    assert seen.one("output")["attributes"]["aria-live"] == "polite"


def test_every_resource_has_a_row_below_its_parent_and_its_line():
    seen = a_report()
    plan = sound()

    named = [r.name for r in plan.resources if r.type != STACK]
    rows = [e for e in seen.all("li") if "data-row" in e["attributes"]]
    assert len(rows) == len(named)
    assert {r["attributes"]["id"] for r in rows} == {f"r{n}" for n in range(len(named))}
    assert [r["name"] for r in seen.data["resources"]] == named
    component = next(r for r in rows if "gpuplatform aws Network" in r["text"])
    assert "gateway" in component["text"]
    assert "stacks/network.py:1" in component["text"]


def test_the_panel_is_given_all_that_is_known_of_a_resource():
    plan = with_field(sound(), "vpc", protect=True, timeouts={"create": "1h"})
    at = [r.name for r in plan.resources if r.type != STACK].index
    plan = with_field(plan, "private", property_dependencies={"vpcId": (VPC,)}, dependencies=(VPC,))

    seen = a_report(plan, a_finding(), bill=a_bill(unpriced=((VPC, "no source"),))).data["resources"]

    vpc, subnet = seen[at("vpc")], seen[at("private")]
    assert vpc["options"] == {"protect": True, "timeouts": {"create": "1h"}}
    assert vpc["findings"][0]["message"] == "vpc: no tags"
    assert len(vpc["bill"]) == 2
    assert vpc["unpriced"] == ["no source"]
    assert vpc["time"] == [0, 60]
    assert vpc["critical"] is True
    assert vpc["source"] == "stacks/test.py:10"
    assert subnet["waits"] == [[at("vpc"), ["vpcId"]]]
    assert subnet["estimated"] is True


def test_findings_are_grouped_by_rule_with_the_line_to_change():
    seen = a_report(sound(), a_finding(), a_finding(line=40, urn=""), a_finding(rule="x", severity=Severity.INFO))

    first, second = seen.all("article")
    assert first["attributes"]["class"] == "finding error"
    assert first["text"].count("cost-tags") == 1
    assert "stacks/network.py:12" in first["text"]
    assert "stacks/network.py:40" in first["text"]
    assert "info" in second["text"]
    assert seen.one("p", class_="verdict")["text"].startswith("2 errors and 1 note: ")
    assert "error" in seen.one("p", class_="verdict")["attributes"]["class"]


def test_what_a_comment_allows_is_told_with_its_day_and_its_reason():
    allowance = Allowance(
        rule="cost-tags",
        environment="",
        until=date(2027, 1, 31),
        reason="the demo is public until the fair",
        place=Source("stacks/network.py", 11),
        line=12,
    )
    seen = a_report(suppressed=[Suppressed(a_finding(), allowance)])

    text = seen.one("section", id="findings")["text"]
    assert re.search(r"Nothing wrong: \d+ of \d+ checks passed, 1 finding is allowed by a comment\.", text)
    assert "stacks/network.py:12vpc: no tagscost-tags, until 2027-01-31: the demo is public until the fair" in text


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "Pulumi.yaml").write_text("name: toy\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text("import pulumi\npulumi.export('done', True)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(app, ["preview", "dev", "--html", "out/report.html"])

    assert done.exit_code == 0, done.output
    assert Document((tmp_path / "out/report.html").read_text(encoding="utf-8")).one("h1")["text"] == "toy dev"


def test_where_nothing_is_wrong_it_says_what_was_looked_at():
    seen = a_report()

    assert re.fullmatch(r"Nothing wrong: \d+ checks passed", seen.one("p", class_="verdict")["text"])
    assert "duplicate-urn" in seen.one("section", id="findings")["text"]
    partial = a_report(replace(sound(), lacks=frozenset({PlanFeature.FIRST})))
    assert re.search(r"\d+ of \d+ checks passed, [1-9]\d* do not apply", partial.one("section", id="findings")["text"])


def test_the_bill_is_that_of_the_other_reports_in_tables_and_charts():
    plan, content = sound(), a_bill()
    seen = a_report(plan, bill=content)

    text = re.sub(r"\s+", " ", seen.one("section", id="bill")["text"])
    for layer, sums in by_layer_sums(plan, content).items():
        assert layer + "".join(money(state.of(sums)) for state in State) in text
    assert "total1.002.501,234.500.25" in text
    for chart in ("bars-layer", "bars-team"):
        assert "1,234.50" in seen.one("desc", id=f"{chart}-desc")["text"]
    assert "0.00002" in text, "a small price is written out"
    cells = [e["attributes"].get("data-value") for e in seen.all("td") if "data-value" in e["attributes"]]
    assert "617.25" in cells, "a column sorts by its figures"


def test_what_a_unit_of_use_costs_is_told_by_pool_and_by_model():
    prices = (("p5 on-demand", "55.04"), ("p5 spot", "20"))
    hours = (GpuHour(pool="h100", what=what, gpus=8, instance_hour=Decimal(price)) for what, price in prices)
    busy = {"hourly": Decimal("1.222"), "requests_per_minute": Decimal(120), "tokens_per_second": Decimal(0)}
    figures = Economics(
        gpu_hours=tuple(hours),
        pools=(PoolUse(pool="h100", expected_monthly=Decimal("957.3"), gpu_hours=Decimal(100)),),
        models=(ModelCost(model="chat", runs_on="ml.g6.2xlarge", **busy),),
    )
    told = a_report(bill=a_bill(economics=figures)).one("div", class_="units")["text"]

    assert "h100p5 on-demand6.889.57h100p5 spot2.50A busy" in told, "the effective price is stated once a pool"
    assert "chatml.g6.2xlarge169.72–" in told
    assert a_report(bill=a_bill(economics=Economics())).all("div", class_="units") == []


def test_what_the_bill_does_not_hold_is_said():
    told = a_bill(
        a_line(note="requests are not counted"),
        a_line(what="old", as_of=date(2020, 1, 1)),
        unpriced=((VPC, "no source gives the price of it"),),
    )
    text = a_report(bill=told).one("section", id="bill")["text"]

    assert "vpc: no source" in text
    assert "prices refresh --region us-east-1" in text
    assert "requests are not counted" in text
    assert "old: price of 2020-01-01" in text


def test_the_timeline_is_in_order_with_its_critical_path():
    seen = a_report()

    rows = [e for e in seen.all("tr") if set((e["attributes"].get("class") or "").split()) & {"critical", "short"}]
    assert [re.sub(r"\s+", " ", r["text"]) for r in rows] == [
        "vpc, critical path0:001:00",
        "cluster, critical path1:0023:00",
        "private1:30≈ 0:05",
    ]
    text = seen.one("section", id="timeline")["text"]
    assert "Ready in about 24 min, at least 17 min." in text
    assert "cluster waits for vpc without need" in text


def test_a_bill_and_a_timeline_that_were_not_computed_are_said_to_be_missing():
    seen = a_report(bill=None, timeline=None)

    assert "No bill was computed." in seen.one("section", id="bill")["text"]
    assert "No timeline was computed." in seen.one("section", id="timeline")["text"]


def test_a_difference_is_told_where_there_is_one():
    plan = sound()
    cluster, vpc = plan.by_urn[CLUSTER], plan.by_urn[VPC]
    version, other = Change("version", "1.34", "1.35", replaces=True), Change("a", None, {"b": 1}, replaces=None)
    found = Difference(
        added=(vpc,),
        removed=(a_resource("aws:ec2/routeTable:RouteTable", "old"),),
        changed=(
            Changed(before=cluster, after=cluster, changes=(version,), action=Action.REPLACE, because=("name",)),
            Changed(before=vpc, after=vpc, changes=(other,), action=Action.UNSURE),
        ),
        older=plan,
        newer=plan,
    )
    cheaper = a_line(layer="data", idle_monthly=Decimal(1), expected_monthly=Decimal(10))
    dearer = replace(cheaper, idle_monthly=Decimal(2), expected_monthly=Decimal("12.5"))
    vars(found)["bills"] = a_bill(cheaper), a_bill(dearer)
    seen = a_report(difference=found)

    text = re.sub(r"\s+", " ", seen.one("section", id="difference")["text"])
    assert "1 added, 1 removed, 2 changed, of which 1 is replaced: deleted and made anew." in text
    badges = [e["text"] for e in seen.all("span", class_="badge")]
    assert badges == ["replaced", "removed", "update or replace", "added"], "the worst first"
    assert "addedvpcaws ec2 Vpc" in text
    assert "removedoldaws ec2 RouteTable" in text
    assert "replacedclustereks ClusterLost with it: every object on the cluster. For name. version: 1.34 → 1.35" in text
    assert 'update or replacevpcaws ec2 Vpca: nothing → {"b": 1}' in text
    assert re.search(r"data0\.501\.00 → 2\.0010\.00 → 12\.500\.13total0\.501\.00 → 2\.00", text), (
        "a layer that differs, and the total"
    )
    blind = replace(plan, lacks=frozenset({PlanFeature.VALUES}))
    told = a_report(replace(plan, against=blind)).one("section", id="difference")["text"]
    assert f"No bill to compare with: the older plan lacks {PlanFeature.VALUES}." in told
    assert "No resource differs." in told
    assert not a_report().all("section", id="difference")


def test_the_difference_is_that_of_the_plan_with_its_older_one():
    newer = with_input(sound(), "vpc", "cidrBlock", "10.9.0.0/16")
    older = replace(sound(), resources=sound().resources[:-1])
    text = a_report(replace(newer, against=older)).one("section", id="difference")["text"]

    assert "1 added, " in text
    assert "cidrBlock: 10.0.0.0/16 → 10.9.0.0/16" in text
    assert "The bill stays the same" in text


def test_the_picture_shows_zones_subnets_nodes_and_their_interfaces(plans: dict[str, Plan]):
    seen = Document(html(Preview(plans["prod"])))
    said = [e["text"] for e in seen.all("title") if "svg" in e["within"]]

    assert any(re.match(r"VPC 10\.60\.0\.0/16", t) for t in said)
    assert {"use1-az1", "use1-az4", "use1-az6"} <= set(said)
    assert any(re.fullmatch(r"private 10\.60\.128\.0/18", t) for t in said)
    assert sum("NAT gateway" in t for t in said) == 3
    assert any(
        re.search(r"p5\.48xlarge, 8 × H100, 0–4 nodes, capacity block.*, 1 ENA and 32 EFA interfaces", t) for t in said
    )
    squares = [e["attributes"]["d"].count("M") for e in seen.all("path", class_="efa")]
    assert sorted(squares) == [4, 4, 32, 32]
    for word in (
        "EKS 1.",
        "Kueue",
        "Lustre, 4,800 GiB",
        "S3 bucket, versioned",
        "SageMaker asynchronous",
        "up to 20 GPUs",
    ):
        assert any(word in t for t in said), word


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_resource_is_in_the_picture_and_no_box_covers_another(plans: dict[str, Plan], name: str):
    from gpuplatform.preview.report.html.picture import Picture

    plan = plans[name]
    picture = Picture(plan)
    beside = [r.urn for r in plan.resources if r.type != STACK and picture.number_of(r.urn) in (None, 0)]
    assert beside == [], "shown by the region alone, which shows the stack"

    def apart(a: Box, b: Box) -> bool:
        return a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y

    def check(box: Box) -> None:
        for n, inner in enumerate(box.inside):
            assert box.x <= inner.x, inner.title
            assert box.y <= inner.y, inner.title
            assert inner.x + inner.width <= box.x + box.width + 0.01, inner.title
            assert inner.y + inner.height <= box.y + box.height + 0.01, inner.title
            assert all(apart(inner, other) for other in box.inside[:n]), inner.title
            check(inner)

    check(picture.root)


def test_a_program_without_network_or_cluster_has_a_picture_too():
    seen = a_report(
        a_plan(a_resource("aws:sqs/queue:Queue", "jobs"), a_resource("x:y", "odd")), bill=None, timeline=None
    )

    said = [e["text"] for e in seen.all("title") if "svg" in e["within"]]
    assert "jobs, message queue" in said
    assert "odd, x:y" in said
    assert Document(html(Preview(a_plan()))).one("svg", id="svg")


def test_a_thousand_resources_are_all_listed_and_the_picture_counts_what_it_leaves_out():
    many = [a_resource("aws:sqs/queue:Queue", f"queue-{n}", {"delaySeconds": n}) for n in range(1500)]
    plan = and_also(sound(), *many)
    text = html(Preview(plan, bill=a_bill(), timeline=timeline(plan)))
    seen = Document(text)

    assert len([e for e in seen.all("li") if "data-row" in e["attributes"]]) == len(plan.resources) - 1
    boxes = list(Scene(plan).root.walk())
    assert len(boxes) < 150
    assert any(re.fullmatch(r"and 14\d\d more", box.title) for box in boxes)
    assert all(r.get("box") is not None for r in seen.data["resources"])
    assert len(text) / len(plan.resources) < 3_000, "bytes a resource"


def test_prod_is_small_and_the_same_every_time(plans: dict[str, Plan]):
    plan = plans["prod"]
    costs, times = bill(plan), timeline(plan)
    first = html(Preview(plan, bill=costs, timeline=times))

    assert len(first.encode()) < 2_000_000
    assert first == html(Preview(plan, bill=costs, timeline=times))
