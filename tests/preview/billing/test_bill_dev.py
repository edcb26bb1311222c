"""The eighth bill by hand: the whole of dev, what a team pays for leaving the platform running, asleep and awake."""

from __future__ import annotations

import datetime

import pytest

from gpuplatform.preview.billing.bill import Bill, bill
from gpuplatform.preview.record import environment
from tests.conftest import ROOT
from tests.preview.billing.bills_by_hand import Rows, agree, by_use, d, hourly, monthly

DAY = datetime.date(2026, 11, 22)

AWAKE = d(12) * 5 / 7 * 730 / 24
"""Hours of a month: twelve of five days in seven, 260.714."""
GP3 = d("0.08")
LAKE = ("checkpoints", "curated", "features", "logs", "models", "raw")


@pytest.fixture(scope="module")
def dev() -> Bill:
    return bill(environment.preview(environment.load(ROOT, "dev")), DAY)


BY_HAND: Rows = {
    ("cluster", "EKS control plane 1.36"): hourly(d("0.10")),
    ("cluster", "control-plane logs (audit, authenticator), taken in"): by_use(3 * d("0.50")),
    ("cluster", "control-plane logs (audit, authenticator), kept 7 days"): by_use(3 * 7 * 24 / d(730) * d("0.03")),
    ("network-nat-use1-az4", "NAT gateway"): hourly(d("0.045")),
    ("network-nat-use1-az4", "data through a NAT gateway"): by_use(50 * d("0.045")),
    ("network-nat-use1-az4-address", "public IPv4 address"): hourly(d("0.005")),
    ("flow-logs-vpc", "VPC flow logs, taken in"): by_use(2 * d("0.50")),
    ("flow-logs-vpc", "VPC flow logs, kept 7 days"): by_use(2 * d(7) * 24 / 730 * d("0.03")),
    # Two of t4g.medium while awake, none asleep, four at most; a volume of 20 GiB each.
    ("system-nodes", "t4g.medium on-demand, 2 to 4 nodes"): (
        d(0),
        2 * 730 * d("0.0336"),
        2 * AWAKE * d("0.0336"),
        4 * d("0.0336"),
    ),
    # (2 - 24 / 60) vCPU beyond its credits, at full load.
    ("system-nodes", "CPU credits of t4g.medium beyond those it earns"): (d(0), d(0), d(0), 4 * d("1.6") * d("0.04")),
    ("system-nodes", "volume of each node, 20 GiB gp3"): (
        d(0),
        2 * 20 * GP3,
        2 * AWAKE / 730 * 20 * GP3,
        4 * 20 * GP3 / 730,
    ),
    # 20 h of one g6.xlarge: spot of us-east-1's zones on average, (0.6873 + 0.5863 + 0.5671 + 0.6454 + 0.6365) / 5; two at most, on
    # demand.
    ("l4-spot-0-nodes", "g6.xlarge spot, 0 to 2 nodes"): (d(0), d(0), 20 * d("0.62452"), 2 * d("0.8048")),
    ("l4-spot-0-nodes", "volume of each node, 200 GiB gp3"): (
        d(0),
        d(0),
        d(20) / 730 * 200 * GP3,
        2 * 200 * GP3 / 730,
    ),
    # 40 h of the dearer of g6.xlarge (0.62452) and g5.xlarge (0.62978); two at most, of the dearer on demand.
    ("small-pool", "g5.xlarge spot, 0 nodes to 2 GPUs, at most as g5.xlarge on-demand"): (
        d(0),
        d(0),
        40 * d("0.62978"),
        2 * d("1.006"),
    ),
    ("small-pool", "volume of each node, 100 GiB gp3"): (d(0), d(0), d(40) / 730 * 100 * GP3, 2 * 100 * GP3 / 730),
    **{
        (f"lake-{zone}-bucket", f"S3 bucket, {8 if zone == 'models' else 0} GiB expected"): monthly(
            (8 if zone == "models" else 0) * d("0.023")
        )
        for zone in LAKE
    },
    # 20,000 and 100,000 requests, by six buckets.
    **{(f"lake-{zone}-bucket", "requests that write or list objects"): by_use(d(20) / 6 * d("0.005")) for zone in LAKE},
    **{(f"lake-{zone}-bucket", "requests that read objects"): by_use(d(100) / 6 * d("0.0004")) for zone in LAKE},
    # 5 h × 3600 s × 3 GB; five requests at once at most.
    ("embed-small-endpoint", "serverless endpoint, 3 GB, 5 requests at once at most"): (
        d(0),
        d(0),
        5 * 3600 * 3 * d("0.00002"),
        5 * 3600 * 3 * d("0.00002"),
    ),
    ("embed-small-logs", "logs, taken in"): by_use(1 * d("0.50")),
    ("embed-small-logs", "logs, kept 30 days"): by_use(d(30) * 24 / 730 * d("0.03")),
    ("embed-small-alarms-errors", "alarm on 1 metric"): monthly(d("0.10")),
    ("sleep-stuck", "alarm on 1 metric"): monthly(d("0.10")),
    ("alerts-topic", "messages to the topic"): by_use(d("0.001") * d("0.50")),
    # 150,000 requests, by two queues.
    ("interruptions-queue", "requests to the queue"): by_use(d("0.075") * d("0.40")),
    ("sleep-failed", "requests to the queue"): by_use(d("0.075") * d("0.40")),
}


def test_8_the_whole_of_dev(dev: Bill) -> None:
    agree(dev, BY_HAND, ("109.88", "162.14", "173.70", "5.32"))


def test_nothing_in_dev_is_without_a_price(dev: Bill) -> None:
    assert dev.unpriced == ()


def test_what_dev_is_expected_to_use_is_stated_and_told(dev: Bill) -> None:
    assert {use.key for use in dev.usage} == {line.assumes for line in dev.lines} - {""}
    assert all(use.stated for use in dev.usage)
    assert "50 GB pass through NAT gateways a month (stated in expected.nat_gb)" in dev.assumptions


def test_dev_costs_at_most_190_dollars_a_month_when_nobody_works(dev: Bill) -> None:
    assert dev.totals.idle_monthly <= 190


def test_dev_costs_at_most_110_dollars_a_month_asleep(dev: Bill) -> None:
    assert dev.totals.asleep_monthly <= 110
