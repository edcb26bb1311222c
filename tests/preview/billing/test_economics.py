"""Unit economics by hand: the figures that others publish, right and wrong, and those of small plans."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from gpuplatform.plan.model import Json, Plan
from gpuplatform.preview.billing.bill import Bill, bill
from gpuplatform.preview.billing.economics import Economics, per_million
from gpuplatform.preview.report import unit_costs
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, node_group, plan_of, template

DAY = datetime.date(2026, 11, 22)
H100 = {"gpuplatform.io/pool": "h100", "gpuplatform.io/rung": "capacity-block-0"}
L40S = {"gpuplatform.io/pool": "l40s", "gpuplatform.io/rung": "on-demand-0"}


def billed(plan: Plan) -> Bill:
    return bill(plan, DAY)


def figures(plan: Plan) -> Any:
    return billed(plan).to_json()["economics"]


@pytest.mark.parametrize(
    ("hourly", "units_per_hour", "dollars"),
    [
        # 3 $ an hour at 50 requests a second: 180,000 an hour.
        ("3", 50 * 3600, "16.67"),
        # One GPU of a p5, 6.88 $ an hour, at the same.
        ("6.88", 50 * 3600, "38.22"),
        # g6e.12xlarge at 842 tokens a second. A public page prints 1.94 beside this formula.
        ("10.49264", 842 * 3600, "3.46"),
    ],
)
def test_a_million_costs_the_hour_over_what_is_done_in_it(hourly: str, units_per_hour: int, dollars: str) -> None:
    found = per_million(Decimal(hourly), Decimal(units_per_hour))
    assert found is not None
    assert str(round(found, 2)) == dollars


def test_a_million_of_nothing_has_no_price() -> None:
    assert per_million(Decimal(3), Decimal(0)) is None


def block(hours: int, nodes: int = 4) -> Plan:
    """Four p5 of a capacity block at 47.76 $, of which so many node-hours are expected."""
    held = template("h100", gib=1, reservation="cr-1", instance="p5.48xlarge")
    group = node_group("h100", held, bought="CAPACITY_BLOCK", most=4, labels=H100)
    pools: Json = {"h100": {"buy": [{"max": 4}], "expected": {"running": nodes, "hours": hours}}}
    return plan_of(held, group, cluster={"pools": pools})


def test_a_gpu_hour_is_the_instance_over_its_gpus() -> None:
    on_demand = template("h100")
    plan = plan_of(on_demand, node_group("h100", on_demand, types=("p5.48xlarge",), labels=H100))
    # 55.04 / 8
    assert figures(plan)["gpu_hours"] == [{"pool": "h100", "what": "p5.48xlarge on-demand", "gpus": 8, "dollars": 6.88}]


def test_what_is_paid_and_not_run_makes_the_hours_that_are_run_dearer() -> None:
    (use,) = figures(block(hours=300))["pools"]
    # Paid: 4 × 730 × 47.76 = 139,459.20, and four root volumes of 1 GB for 300 of 730 hours: 4 × 0.08 × 300/730 = 0.1315.
    # Run: 4 × 300 × 8 GPUs = 9,600 hours. 139,459.3315 / 9,600
    assert use["gpu_hours"] == 9600
    assert use["expected_monthly"] == pytest.approx(139459.3315, abs=0.0001)
    assert use["dollars_per_useful_gpu_hour"] == 14.527


def test_a_reservation_that_is_always_used_costs_its_rate() -> None:
    (use,) = figures(block(hours=730))["pools"]
    # 47.76 / 8 = 5.97, and 0.32 $ of volumes over 23,360 hours.
    assert use["dollars_per_useful_gpu_hour"] == pytest.approx(5.97, abs=0.0001)


def test_a_pool_without_expected_use_has_no_price_of_use() -> None:
    (use,) = figures(block(hours=0))["pools"]
    assert use["dollars_per_useful_gpu_hour"] is None
    assert [row[2:] for row in unit_costs.pools(billed(block(hours=0)).economics)] == [("5.97", "–")]


def test_nodes_without_gpus_have_no_gpu_hour() -> None:
    of = template("system")
    plan = plan_of(
        of, node_group("system", of, types=("m7g.large",), least=2, labels={"gpuplatform.io/pool": "system"})
    )
    assert figures(plan) == {"gpu_hours": [], "pools": [], "models": [], "models_without_throughput": []}


def serving(**model: Json) -> Plan:
    """A model on a pool of g6e.12xlarge, four L40S each, 10.49264 $ an hour."""
    of = template("l40s")
    group = node_group("l40s", of, types=("g6e.12xlarge",), labels=L40S)
    models: Json = {"llama": {"runs_on": "eks", "pool": "l40s", **model}}
    return plan_of(of, group, serving={"models": models})


def test_a_model_that_takes_a_whole_instance_costs_the_instance() -> None:
    (model,) = figures(serving(tensor_parallel=4, tokens_per_second=842))["models"]
    assert model == {
        "model": "llama",
        "runs_on": "4 GPUs of g6e.12xlarge on-demand",
        "hourly": 10.4926,
        "dollars_per_million_requests": None,
        # 10.49264 / (842 × 3600) × 10⁶
        "dollars_per_million_tokens": 3.4615,
    }


def test_a_model_that_takes_a_part_of_an_instance_costs_that_part() -> None:
    (model,) = figures(serving(tokens_per_second=842))["models"]
    # 10.49264 / 4 / (842 × 3600) × 10⁶
    assert (model["runs_on"], model["dollars_per_million_tokens"]) == ("1 GPU of g6e.12xlarge on-demand", 0.8654)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param({"tensor_parallel": 4}, id="no throughput declared"),
        pytest.param({"tensor_parallel": 8, "tokens_per_second": 842}, id="wider than an instance"),
        pytest.param({"pool": "gone", "tokens_per_second": 842}, id="a pool without a price"),
    ],
)
def test_a_model_whose_cost_nobody_states_has_none(model: dict[str, Any]) -> None:
    assert figures(serving(**model))["models"] == []


def test_a_model_that_declares_no_throughput_is_named() -> None:
    found = billed(serving(tensor_parallel=4)).economics
    assert found.to_json()["models_without_throughput"] == ["llama"]
    assert unit_costs.without_throughput(found) == (
        "llama declares no throughput: tokens_per_second or requests_per_minute in serving.models give the price of a million."
    )
    assert figures(serving(tensor_parallel=4, tokens_per_second=842))["models_without_throughput"] == []


def test_an_instance_that_declares_its_tokens_has_their_price() -> None:
    (model,) = figures(endpoint({"instanceType": "ml.g6.2xlarge", "initialInstanceCount": 2}, tokens_per_second=500))[
        "models"
    ]
    # 1.222 / (500 × 3600) × 10⁶
    assert model["dollars_per_million_tokens"] == 0.6789


def endpoint(variant: dict[str, Json], **model: Json) -> Plan:
    config = made(
        by_hand.ENDPOINT_CONFIGURATION,
        "chat-8b-configuration",
        {"productionVariants": [variant]},
        outputs={"name": "chat-8b-configuration"},
        layer="serving",
    )
    made_of = {"endpointConfigName": "chat-8b-configuration"}
    serves = made(by_hand.ENDPOINT, "chat-8b-endpoint", made_of, values={"endpointConfigName": (config.urn,)})
    models: Json = {"chat": {"runs_on": "sagemaker"}, "chat-8b": {"runs_on": "sagemaker", **model}}
    return plan_of(config, serves, serving={"models": models})


def test_an_endpoint_costs_by_the_requests_that_one_instance_takes() -> None:
    (model,) = figures(endpoint({"instanceType": "ml.g6.2xlarge", "initialInstanceCount": 2}, requests_per_minute=120))[
        "models"
    ]
    # 1.222 / (120 × 60) × 10⁶
    assert (model["model"], model["dollars_per_million_requests"]) == ("chat-8b", 169.7222)


def test_a_serverless_endpoint_costs_by_its_memory_for_as_long_as_a_request_takes() -> None:
    variant: dict[str, Json] = {"serverlessConfig": {"memorySizeInMb": 3072, "maxConcurrency": 5}}
    (model,) = figures(endpoint(variant, requests_per_minute=120, memory_mib=3072))["models"]
    # Half a second of 3 GB: 0.00002 × 3 × 0.5 × 10⁶
    assert model["dollars_per_million_requests"] == 30
    assert model["runs_on"] == "a serverless endpoint of 3 GB"


def test_figures_are_told_in_a_row_a_rung_and_a_row_a_model() -> None:
    assert unit_costs.pools(billed(block(hours=300)).economics) == [
        ("h100", "p5.48xlarge capacity block cr-1", "5.97", "14.53")
    ]
    told = billed(serving(tensor_parallel=4, tokens_per_second=842, requests_per_minute=600)).economics
    assert unit_costs.models(told) == [("llama", "4 GPUs of g6e.12xlarge on-demand", "291.46", "3.46")]
    assert unit_costs.pools(Economics()) == unit_costs.models(Economics()) == []
    assert unit_costs.without_throughput(Economics()) == ""
