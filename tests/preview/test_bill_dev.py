"""The whole bill of dev, by hand: what a team pays for leaving the platform running, asleep and awake."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest

from gpuplatform.preview import environment
from gpuplatform.preview.bill import Bill, bill
from tests.conftest import ROOT

DAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def dev() -> Bill:
    return bill(environment.preview(environment.load(ROOT, "dev")), DAY)


def cents(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


# Name of the resource, what it is → asleep, idle, expected. A month has 730 hours; dev is awake 12 h × 5/7 × 730/24 = 260.714 of them.
BY_HAND = {
    # 730 × 0.10
    ("cluster", "EKS control plane"): ("73.00", "73.00", "73.00"),
    # 730 × 0.045, and 730 × 0.005 for its address
    ("network-nat-use1-az4", "NAT gateway"): ("32.85", "32.85", "32.85"),
    ("network-nat-use1-az4-address", "public IPv4"): ("3.65", "3.65", "3.65"),
    # 2 × 730 × 0.0336; expected 2 × 260.714 × 0.0336
    ("system-nodes", "t4g.medium"): ("0.00", "49.06", "17.52"),
    # 2 × 20 GiB × 0.08; expected × 260.714 / 730
    ("system-nodes", "volume"): ("0.00", "3.20", "1.14"),
    # 20 h of one g6.xlarge: spot in the dearer of use1-az4 and use1-az6, 0.3618; its volume 20 / 730 × 200 GiB × 0.08
    ("l4-spot-0-nodes", "g6.xlarge spot"): ("0.00", "0.00", "7.24"),
    ("l4-spot-0-nodes", "volume"): ("0.00", "0.00", "0.44"),
    # 40 h of the cheaper of g6.xlarge (0.3618) and g5.xlarge (0.4473); its volume 40 / 730 × 100 GiB × 0.08
    ("small-pool", "g6.xlarge spot"): ("0.00", "0.00", "14.47"),
    ("small-pool", "volume"): ("0.00", "0.00", "0.44"),
    # 8 GiB × 0.023
    ("lake-models-bucket", "S3"): ("0.18", "0.18", "0.18"),
    # 5 h × 3600 s × 3 GB × 0.00002
    ("embed-small-endpoint", "serverless"): ("0.00", "0.00", "1.08"),
    ("embed-small-alarms-errors", "alarm"): ("0.10", "0.10", "0.10"),
    ("sleep-stuck", "alarm"): ("0.10", "0.10", "0.10"),
}


def test_every_line_of_dev_that_costs_agrees_with_the_one_by_hand(dev: Bill) -> None:
    billed = {
        (line.urn.rpartition("::")[2], line.what): tuple(
            cents(amount) for amount in (line.asleep_monthly, line.idle_monthly, line.expected_monthly)
        )
        for line in dev.lines
        if max(line.idle_monthly, line.expected_monthly)
    }
    by_hand = {
        next((key for key in billed if key[0] == name and key[1].startswith(what)), (name, what)): amounts
        for (name, what), amounts in BY_HAND.items()
    }
    assert billed == by_hand


def test_the_totals_of_dev_are_the_sums_by_hand(dev: Bill) -> None:
    for index, total in enumerate((dev.totals.asleep_monthly, dev.totals.idle_monthly, dev.totals.expected_monthly)):
        by_hand = sum(Decimal(amounts[index]) for amounts in BY_HAND.values())
        # Thirteen amounts, each rounded to the cent by hand.
        assert abs(total - by_hand) < Decimal("0.05")


def test_nothing_in_dev_is_without_a_price(dev: Bill) -> None:
    assert dev.unpriced == ()


def test_dev_costs_at_most_190_dollars_a_month_when_nobody_works(dev: Bill) -> None:
    assert dev.totals.idle_monthly <= 190


def test_dev_costs_at_most_110_dollars_a_month_asleep(dev: Bill) -> None:
    assert dev.totals.asleep_monthly <= 110
