"""What is paid for capacity that begins and ends, by a calculator of somebody else's: the table of the bill's review, 2026-12-01."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from gpuplatform.kinds.tokens import NODE_GROUP
from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import bill
from tests.preview.comparison.test_interruptions import prod

TODAY = datetime.date(2026, 12, 1)
BLOCK: dict[str, Any] = {"how": "capacity-block", "reservation": "cr-0123456789abcdef0", "max": 4}
OFFER: dict[str, Any] = {"how": "capacity-block", "offering": "cb-0123456789abcdef0", "max": 4}
CONSENT: dict[str, Any] = {"by": "jo@example.com", "date": "2026-11-22", "buys": "cb-0123456789abcdef0"}


def h100(plan: Plan, name: str) -> tuple[float, float, float]:
    """Idle and expected month and dearest hour of the instances of a group."""
    (line,) = [
        line
        for line in bill(plan, TODAY).to_json()["lines"]
        if line["urn"].endswith(f"::{name}-nodes")
        and line["urn"].split("::")[2].endswith(NODE_GROUP)
        and "p5" in line["what"]
    ]
    return line["idle_monthly"], line["expected_monthly"], line["maximum_hourly"]


@pytest.mark.parametrize(
    ("rung", "month", "hour"),
    [
        ({**BLOCK, "until": "2026-12-20"}, 87_114.24, 191.04),
        ({**BLOCK, "starts": "2026-12-05", "until": "2026-12-15"}, 45_849.60, 191.04),
        ({**BLOCK, "until": "2025-12-20"}, 0, 0),
        ({**BLOCK, "starts": "2026-12-05", "until": "2026-12-15", "paid": 39_866.88}, 39_866.88, 166.112),
        (
            {
                **OFFER,
                "starts": "2026-12-05",
                "until": "2026-12-12",
                "consent": {**CONSENT, "dollars": 32_094.72},
            },
            32_094.72,
            191.04,
        ),
    ],
    ids=["from today on", "ten days", "ended", "what was paid", "what was agreed"],
)
def test_a_block_is_paid_for_the_days_that_it_has(
    tmp_path: Any, rung: dict[str, Any], month: float, hour: float
) -> None:
    buy = [rung, {"how": "on-demand", "max": 4}]
    plan = prod(tmp_path, cluster__pools__h100__buy=buy)
    idle, expected, dearest = h100(plan, "h100-capacity-block-0")

    assert idle == pytest.approx(month, abs=0.01)
    assert expected == pytest.approx(month, abs=0.01), "paid used or not"
    assert dearest == pytest.approx(hour, abs=0.01)


def test_what_a_block_is_too_short_for_is_bought_on_demand(tmp_path: Any) -> None:
    buy = [{**BLOCK, "starts": "2026-12-05", "until": "2026-12-15"}, {"how": "on-demand", "max": 4}]
    plan = prod(tmp_path, cluster__pools__h100__buy=buy, cluster__pools__h100__expected={"running": 4, "hours": 300})
    _, expected, _ = h100(plan, "h100-on-demand-1")

    assert expected == pytest.approx(4 * (300 - 240) * 55.04, abs=0.01)


def of(plan: Plan, name: str, word: str) -> list[dict[str, Any]]:
    return [
        line for line in bill(plan, TODAY).to_json()["lines"] if f"::{name}" in line["urn"] and word in line["what"]
    ]


def test_the_dearest_hour_of_an_endpoint_has_both_fleets_of_an_update(plans: dict[str, Plan]) -> None:
    lines = [*of(plans["prod"], "chat-8b-endpoint", "endpoint"), *of(plans["prod"], "transcribe-endpoint", "endpoint")]

    assert sum(line["maximum_hourly"] for line in lines) == pytest.approx(26.78, abs=0.01)


def test_the_dearest_hour_of_burstable_nodes_is_without_credits(plans: dict[str, Plan]) -> None:
    lines = [*of(plans["dev"], "system-nodes", "t4g.medium")]

    assert sum(line["maximum_hourly"] for line in lines) == pytest.approx(0.390, abs=0.001)
    assert of(plans["prod"], "system-nodes", "credits") == [], "m7g earns none"


def test_a_pool_of_karpenter_s_is_expected_on_the_dearest_spot_and_says_its_range(plans: dict[str, Plan]) -> None:
    (line,) = of(plans["prod"], "l40s-pool", "g6e.12xlarge")

    assert line["expected_monthly"] == pytest.approx(11_844, abs=1)
    assert line["note"].endswith("expected 10,721 $ on the cheapest to 15,319 $ on-demand")
