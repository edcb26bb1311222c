"""The same hours bought otherwise, and a million tokens at the volume that is expected, by hand."""

from __future__ import annotations

import datetime
from typing import Any

from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.wording import cents
from gpuplatform.preview.billing.bill import Bill, bill
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, node_group, plan_of, template
from tests.preview.billing.test_showback import OWNER, serving

DAY = datetime.date(2026, 11, 22)


def told(plan: Plan) -> list[str]:
    return [one.sentence for one in bill(plan, DAY).break_even]


def block(hours: int) -> Plan:
    held = template("h100", gib=1, reservation="cr-1", instance="p5.48xlarge")
    labels = {"gpuplatform.io/pool": "h100", "gpuplatform.io/rung": "capacity-block-0"}
    group = node_group("h100", held, bought="CAPACITY_BLOCK", most=4, labels=labels)
    pools: Json = {"h100": {"buy": [{"max": 4}], "expected": {"running": 4, "hours": hours}}}
    return plan_of(held, group, cluster={"pools": pools})


def test_a_block_that_is_little_used_costs_more_than_its_hours_on_demand() -> None:
    (found,) = bill(block(300), DAY).break_even
    # Paid used or not: 4 × 730 × 47.76 = 139,459.20. Used are 1,200 hours: × 55.04 = 66,048, × 47.76 = 57,312; 47.76 / 55.04 = 0.8677.
    assert [str(cents(amount)) for amount in found.otherwise.values()] == ["57312.00", "66048.00"]
    assert found.block_pays_from is not None
    assert str(round(found.block_pays_from, 4)) == "0.8677"
    assert found.sentence.startswith(
        "h100: 2,920 hours of p5.48xlarge cost 139,459 $ as bought, at 41% use; the 1,200 used "
    )
    assert "on demand 66,048 $" in found.sentence
    assert "as SageMaker training jobs at a price that is not on file" in found.sentence
    assert found.sentence.endswith("a block pays above 87% use")


def test_a_block_that_nobody_uses_has_nothing_to_compare() -> None:
    assert told(block(0)) == []


def test_nodes_of_models_are_compared_with_endpoints() -> None:
    plan = serving(("chat", "applied", 1, 0, 4, {"expected": {"running": 4, "hours": 100}}))
    # 400 h × 0.8048 = 321.92; ml.g6.xlarge 1.1267 × 400 = 450.68.
    assert told(plan) == [
        "l4: 400 hours of g6.xlarge cost 322 $ as bought; the same on demand 322 $, as SageMaker endpoints 451 $"
    ]


def an_endpoint(**more: Any) -> Plan:
    variants = [{"variantName": "v", "instanceType": "ml.g6.2xlarge", "initialInstanceCount": 2}]
    configuration = made(
        by_hand.ENDPOINT_CONFIGURATION, "chat", {"productionVariants": variants}, outputs={"name": "chat", "id": "chat"}
    )
    endpoint = made(
        by_hand.ENDPOINT,
        "chat",
        {"endpointConfigName": "chat", "tags": {"team": "applied"}},
        outputs={"name": "chat"},
        values={"endpointConfigName": (configuration.urn,)},
    )
    models = {"chat": {"runs_on": "sagemaker", "team": "applied", "tokens_per_second": 400, **more}}
    return plan_of(configuration, endpoint, made(by_hand.ADDRESS, "nat"), serving={"models": models}, owner=OWNER)


def test_an_endpoint_is_compared_with_nodes() -> None:
    # 2 × 730 h × 1.222 = 1,784.12; × 0.9776 = 1,427.30.
    assert told(an_endpoint()) == [
        "chat: 1,460 hours of ml.g6.2xlarge cost 1,784 $ as bought; the same on demand as nodes of the cluster 1,427 $"
    ]


def volume(found: Bill) -> list[tuple[str, str, str, str]]:
    return [
        (c.model, f"{c.million_tokens:,.2f}", str(cents(c.at_volume)), str(cents(c.fully_loaded)))
        for c in found.volume_costs
    ]


def test_a_million_tokens_at_volume_pays_for_what_waits() -> None:
    plan = serving(
        ("chat", "applied", 1, 0, 4, {"expected": {"running": 1, "hours": 100}, "tokens_per_second": 500}),
    )
    # Of 4 nodes for 100 h, 321.96 $, one makes tokens: 500 × 3,600 × 100 = 180 million. Busy it would be 0.45 $.
    assert volume(bill(plan, DAY)) == [("chat", "180.00", "1.79", "1.79")]


def test_a_stated_volume_counts_in_place_of_full_throughput_and_the_platform_on_top() -> None:
    # 1,784.12 $ over 400 million; with 3.65 $ of the platform 1,787.77.
    assert volume(bill(an_endpoint(million_tokens=400), DAY)) == [("chat", "400.00", "4.46", "4.47")]
    # 400 × 3,600 × 1,460 h = 2,102.4 million.
    assert volume(bill(an_endpoint(), DAY)) == [("chat", "2,102.40", "0.85", "0.85")]


def test_a_model_of_unknown_throughput_and_volume_has_no_price_of_a_million() -> None:
    assert volume(bill(an_endpoint(tokens_per_second=0), DAY)) == []
