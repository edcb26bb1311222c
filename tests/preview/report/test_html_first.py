"""What the HTML report shows first, and the signs that lead from there: what is wrong, what differs, what it costs against a budget."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.checking.check import Severity
from gpuplatform.preview.comparison.changes import Change
from gpuplatform.preview.comparison.difference import Action, Changed, Difference, difference
from gpuplatform.preview.report.html.bill import amount, unit_price
from tests.preview.report.samples import CLUSTER, a_bill, a_finding, a_line
from tests.preview.report.test_html import Document, a_report
from tests.preview.sound import a_resource, and_also, sound, urn, with_input


def parts(seen: Document) -> list[str]:
    return [e["attributes"]["id"] for e in seen.all("section", class_="card")]


def signs(seen: Document) -> dict[str, str]:
    """What is said of each box with a sign → the sign's kind."""
    kinds = [e for e in seen.elements if e["name"] == "g" and "sign" in (e["attributes"].get("class") or "").split()]
    said = [e for e in seen.elements if e["name"] == "title" and "svg" in e["within"]]
    order = {id(e): n for n, e in enumerate(seen.elements)}
    told: dict[str, str] = {}
    for kind in kinds:
        box = max((t for t in said if order[id(t)] < order[id(kind)]), key=lambda t: order[id(t)])
        told[box["text"]] = f"{told.get(box['text'], '')} {kind['attributes']['class'].removeprefix('sign ')}".strip()
    return told


def tiles(seen: Document) -> list[str]:
    return [e["text"] for e in seen.all("div") if "dl" in e["within"][-1:]]


def test_where_nothing_is_wrong_the_picture_comes_first_and_else_what_is_wrong_and_what_differs():
    older = replace(sound(), resources=sound().resources[:-1])
    rest = ["bill", "timeline", "resources"]

    assert parts(a_report()) == ["picture", "findings", *rest]
    assert parts(a_report(sound(), a_finding())) == ["findings", "picture", *rest]
    assert parts(a_report(replace(sound(), against=older))) == ["difference", "picture", "findings", *rest]
    both = a_report(replace(sound(), against=older), a_finding())
    assert parts(both) == ["findings", "difference", "picture", *rest]
    nav = [e["attributes"]["href"] for e in both.all("a") if "nav" in e["within"]]
    assert nav == [f"#{part}" for part in parts(both)], "in the same order"
    assert both.one("a", href="#bill", class_="skip")["text"] == "Skip the picture"


def test_a_box_carries_a_sign_for_what_is_wrong_in_it():
    seen = a_report(
        sound(),
        a_finding(),
        a_finding(message="another", severity=Severity.WARNING),
        a_finding(urn=CLUSTER, severity=Severity.WARNING),
        a_finding(urn=""),
    )

    assert {words.rpartition(", ")[0]: kind for words, kind in signs(seen).items()} == {
        "VPC 10.0.0.0/16, 1 error": "error",
        "EKS 1.36, public and private endpoint": "warning",
    }
    legend = seen.one("ul", class_="legend")["text"]
    assert "!error" in legend
    assert "!warning" in legend
    assert "replaced" not in legend, "the legend names what there is"


def test_a_box_carries_a_sign_for_what_differs_in_it():
    queue, older = a_resource("aws:sqs/queue:Queue", "jobs"), with_input(sound(), "vpc", "cidrBlock", "10.9.0.0/16")
    older = with_input(older, "private", "mapPublicIpOnLaunch", True)
    found = signs(a_report(replace(and_also(sound(), queue), against=older)))

    assert next(kind for words, kind in found.items() if words.startswith("VPC ")) == "replaced"
    assert next(kind for words, kind in found.items() if words.startswith("jobs, message queue")) == "added"
    assert all("of" not in words for words in found if "jobs" in words)
    assert not signs(a_report(replace(sound(), against=sound())))


def test_what_is_only_dragged_along_is_one_row():
    def replaced(resource: PlannedResource, *changes: Change) -> Changed:
        because = tuple(change.path for change in changes) or ("cluster",)
        return Changed(before=resource, after=resource, changes=changes, action=Action.REPLACE, because=because)

    plan = sound()
    along = [replaced(a_resource("aws:eks/addon:Addon", f"addon-{n}")) for n in range(3)]
    own = replaced(plan.by_urn[CLUSTER], Change("version", "1", "2", replaces=True))
    lost = replaced(a_resource("aws:s3/bucket:Bucket", "lake"))
    found = Difference(added=(), removed=(), changed=(*along, own, lost), older=plan, newer=plan)
    seen = a_report(difference=found)

    text = re.sub(r"\s+", " ", seen.one("section", id="difference")["text"])
    assert "5 changed, of which 5 are replaced" in text
    assert "replaced3 resources3 AddonWith cluster. Which" in text
    assert len(seen.all("span", class_="badge")) == 3, "what loses something has a row of its own"


def test_the_tiles_say_what_each_sum_means_what_the_budget_is_and_what_was_before():
    plan = replace(sound(), settings={**sound().settings, "gpuplatform:governance": {"budgets": {"environment": 5000}}})

    told = tiles(a_report(plan))
    assert told[0] == "asleepa month1.00 $every schedule in its off state"
    assert told[2] == "expecteda month1,234.50 $25% of the budget of 5,000 $"
    assert tiles(a_report(bill=a_bill(a_line(asleep_monthly=Decimal("1.25")))))[0].endswith("nothing sleeps")
    found = difference(plan, plan)
    after = a_line(
        asleep_monthly=Decimal(1),
        expected_monthly=Decimal(1000),
        idle_monthly=Decimal(3),
        maximum_hourly=Decimal("0.25"),
    )
    vars(found)["bills"] = a_bill(), a_bill(after)
    told = tiles(a_report(plan, difference=found))
    assert [text.rpartition("$")[0].rpartition("$")[2] + text.rpartition("$")[2] for text in told[1:3]] == [
        "0.50  more than before",
        "234.50  less than before",
    ]
    assert told[0].endswith("as before")


def test_a_subnet_that_holds_nothing_names_the_pools_that_may_use_it(plans: dict[str, Plan]):
    seen = a_report(plans["prod"], bill=None, timeline=None)
    said = [e["text"] for e in seen.all("title") if "svg" in e["within"]]

    empty = [text for text in said if "open to the pools below" in text]
    assert [text.partition(",")[0] for text in empty] == ["private 10.60.0.0/18", "private 10.60.64.0/18"]
    assert all("system" in text for text in empty)


@pytest.mark.parametrize(
    ("number", "told"),
    [(730, "730"), (147.945205, "147.95"), (20.0, "20"), (1.5, "1.5"), (2e6, "2,000,000"), (0.00041, "0.00041")],
)
def test_quantities_have_no_more_figures_than_say_something(number: float, told: str):
    assert amount(number) == told


@pytest.mark.parametrize(
    ("price", "told"), [(0.5, "0.50"), (1, "1.00"), (0.0000166667, "0.0000166667"), (21.957642, "21.957642")]
)
def test_unit_prices_have_cents_at_least(price: float, told: str):
    assert unit_price(price) == told


def test_shares_add_up_in_words():
    text = a_report(bill=a_bill()).one("section", id="bill")["text"]

    assert "100%" in text
    large = a_line(urn=CLUSTER, team="research", expected_monthly=Decimal(1_000_000))
    assert "< 1%" in a_report(bill=a_bill(a_line(), large)).one("section", id="bill")["text"]


def test_a_fault_that_repeats_is_folded_and_every_resource_of_a_line_stays_linked():
    subnet = urn("aws:ec2/subnet:Subnet", "private")
    apart = [a_finding(message=f"vpc: no tags {n}", line=n) for n in range(1, 14)]
    seen = a_report(sound(), *apart)

    assert seen.one("article", class_="finding")["text"].startswith("error cost-tags 13 times")
    assert "3 more findings" in [e["text"] for e in seen.all("summary")]
    both = a_report(sound(), a_finding(), a_finding(urn=subnet, message="private: no tags"))
    text = both.one("article", class_="finding")["text"]
    assert "stacks/network.py:122 resources: no tags" in text
    assert text.endswith("private, vpc")
