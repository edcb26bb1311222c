"""Nodes by hand: how many run asleep, idle, as expected and at most, where they stand, and in what they are reserved."""

from __future__ import annotations

import datetime
import itertools
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuplatform.catalog.prices import Price
from gpuplatform.kinds.pricing.karpenter_pools import Choice, dearest
from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.preview.billing.bill import Bill, Line, bill
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, node_group, plan_of, template
from tests.preview.billing.bills_by_hand import cents, d

DAY = datetime.date(2026, 11, 22)
AWAKE: Json = {"awake": {"days": "mon-fri", "start": "07:00", "stop": "19:00", "zone": "Europe/Berlin"}}
AWAKE_HOURS = d(12) * 5 / 7 * 730 / 24
RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"
INSTANCE = "aws:ec2/instance:Instance"
GROUP = "aws:autoscaling/group:Group"


def billed(*resources: PlannedResource, **settings: Json) -> Bill:
    return bill(plan_of(*resources, **settings), DAY)


def nodes(line: Line, hour: str) -> tuple[float, float, float, float]:
    """Nodes asleep, idle and as expected, over the month, and at most; of a line at so many dollars an hour."""
    month = (line.asleep_monthly, line.idle_monthly, line.expected_monthly, line.maximum_hourly * 730)
    asleep, idle, expected, most = (round(float(amount / 730 / d(hour)), 6) for amount in month)
    return asleep, idle, expected, most


def schedule(name: str, action: str, call: Json, expression: str = "cron(0 19 ? * MON-FRI *)") -> PlannedResource:
    target = {"arn": f"arn:aws:scheduler:::aws-sdk:{action}", "input": json.dumps(call)}
    return made(by_hand.SCHEDULE, name, {"scheduleExpression": expression, "target": target})


def resized(group: str, size: int, expression: str = "cron(0 19 ? * MON-FRI *)") -> PlannedResource:
    call = {"NodegroupName": group, "ScalingConfig": {"MinSize": size, "DesiredSize": size}}
    return schedule(f"{group}-{size}", "eks:updateNodegroupConfig", call, expression)


SWEEP = schedule(
    "sweep",
    "ssm:startAutomationExecution",
    {
        "DocumentName": "AWS-TerminateEC2Instance",
        "Targets": [{"Key": "tag:eks:eks-cluster-name", "Values": ["cluster"]}],
    },
)


# --- managed groups --------------------------------------------------------------------------------------------------


def of_pool(*beside: PlannedResource, least: int, expected: int, hours: float, **settings: Json) -> Line:
    """A pool of at most four g6.xlarge, `least` of which always run."""
    of = template("l4", gib=1)
    labels = {"gpuplatform.io/pool": "l4", "gpuplatform.io/rung": "on-demand-0"}
    group = node_group("l4", of, types=("g6.xlarge",), least=least, most=4, labels=labels)
    pools: Json = {"l4": {"buy": [{"max": 4}], "expected": {"running": expected, "hours": hours}}}
    return billed(of, group, *beside, cluster={"pools": pools}, **settings).lines[0]


@pytest.mark.parametrize(
    ("least", "expected", "hours", "node_hours"),
    [
        (0, 4, 300, 4 * 300),
        # Two always, two more for 300 hours.
        (2, 4, 300, 2 * 730 + 2 * 300),
        (2, 1, 300, 2 * 730),
        (2, 2, 730, 2 * 730),
        (1, 4, 730, 4 * 730),
    ],
)
def test_expected_nodes_run_beside_the_fewest_for_their_hours(
    least: int, expected: int, hours: int, node_hours: int
) -> None:
    line = of_pool(least=least, expected=expected, hours=hours)
    assert cents(line.expected_monthly) == cents(node_hours * d("0.8048"))
    assert nodes(line, "0.8048")[:2] == (least, least)


@pytest.mark.parametrize(
    ("expected", "hours", "node_hours"),
    [
        (0, 0, AWAKE_HOURS),
        (3, 100, AWAKE_HOURS + 2 * 100),
        # Longer than the environment is awake: until it sleeps.
        (3, 300, AWAKE_HOURS + 2 * AWAKE_HOURS),
    ],
)
def test_nodes_that_sleep_run_while_awake_and_for_the_hours_that_are_expected(
    expected: int, hours: int, node_hours: Decimal
) -> None:
    line = of_pool(resized("l4", 0), resized("l4", 1), least=1, expected=expected, hours=hours, governance=AWAKE)
    assert cents(line.expected_monthly) == cents(node_hours * d("0.8048"))
    assert (line.asleep_monthly, cents(line.idle_monthly)) == (0, cents(730 * d("0.8048")))


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param(resized("l4", 4, "at(2026-12-01T11:30:00)"), id="a capacity block starts"),
        pytest.param(resized("l4", 0, "at(2026-12-01T11:30:00)"), id="something happens once"),
        pytest.param(resized("l4", 3), id="a schedule makes more than the fewest"),
    ],
)
def test_what_happens_once_and_what_grows_a_group_is_no_sleep(beside: PlannedResource) -> None:
    assert nodes(of_pool(beside, least=1, expected=0, hours=0), "0.8048") == (1, 1, 1, 4)


def test_the_dearest_hour_of_a_group_of_several_types_is_that_of_its_dearest() -> None:
    of = template("l4", gib=1)
    line = billed(of, node_group("l4", of, types=("g6.xlarge", "g6e.xlarge"), least=1, most=4)).lines[0]
    assert (cents(line.idle_monthly), line.maximum_hourly) == (cents(730 * d("0.8048")), 4 * d("1.861"))


@pytest.mark.parametrize(
    ("placement", "image", "why"),
    [
        ({"tenancy": "dedicated"}, "", "no price row for instances of tenancy dedicated"),
        ({}, "WINDOWS_FULL_2022_x86_64", "no price row for instances with Windows"),
    ],
)
def test_nodes_that_cost_more_than_the_list_says_are_not_priced_by_it(placement: Json, image: str, why: str) -> None:
    of = template("odd")
    of = made(of.type, "odd", {**of.inputs, "placement": placement}, outputs=of.outputs)
    group = node_group("odd", of, types=("g6.xlarge",))
    group = made(group.type, "odd", {**group.inputs, "amiType": image}, values=group.property_dependencies)
    assert [reason for _, reason in billed(of, group).unpriced] == [why]


# --- reservations of the plan ----------------------------------------------------------------------------------------

TARGET: Json = {"capacityReservationTarget": {"capacityReservationId": "cr-1"}}


def held() -> PlannedResource:
    inputs: Json = {"instanceType": "p4d.24xlarge", "instanceCount": 3, "instanceMatchCriteria": "targeted"}
    return made(RESERVATION, "held", inputs, outputs={"id": "cr-1"})


def alone(name: str) -> PlannedResource:
    disk = {"volumeSize": 100, "volumeType": "gp3"}
    inputs = {"instanceType": "p4d.24xlarge", "capacityReservationSpecification": TARGET, "rootBlockDevice": disk}
    return made(INSTANCE, name, inputs)


def grouped(name: str) -> tuple[PlannedResource, PlannedResource]:
    of = template(f"{name}-template", gib=100, reservation="cr-1", instance="p4d.24xlarge")
    return of, made(GROUP, name, {"minSize": 1, "maxSize": 2}, values={"launchTemplate": (of.urn,)})


def managed(name: str) -> tuple[PlannedResource, PlannedResource]:
    of = template(name, gib=100, reservation="cr-1")
    return of, node_group(name, of, types=("p4d.24xlarge",), least=1)


@pytest.mark.parametrize(
    "users",
    [
        pytest.param((alone("one"), alone("two")), id="instances"),
        pytest.param(grouped("one"), id="an Auto Scaling group"),
        pytest.param((*managed("one"), *managed("two")), id="two node groups"),
        pytest.param((alone("one"), *grouped("two"), *managed("three")), id="one of each"),
    ],
)
def test_a_reservation_is_paid_once_whoever_runs_in_it(users: tuple[PlannedResource, ...]) -> None:
    found = billed(held(), *users)
    (paid,) = [line for line in found.lines if "volume" not in line.what]
    assert (paid.idle_monthly, paid.expected_monthly) == (3 * 730 * d("21.957642"),) * 2
    assert paid.maximum_hourly == 3 * d("21.957642")
    # The root volumes of those that run in it are paid as everywhere.
    assert len(found.lines) - 1 == sum(user.type in (INSTANCE, GROUP, by_hand.NODE_GROUP) for user in users)
    assert not found.unpriced


def test_an_instance_in_a_reservation_of_elsewhere_pays_its_own_hours() -> None:
    assert billed(alone("one")).lines[0].idle_monthly == 730 * d("21.957642")


# --- Karpenter's pools -----------------------------------------------------------------------------------------------


def elastic(
    *beside: PlannedResource,
    types: tuple[str, ...] = ("g6.xlarge",),
    ways: tuple[str, ...] = ("on-demand",),
    limit: int = 8,
    zone: Json = None,
    **settings: Json,
) -> Bill:
    """A pool whose one model keeps one replica on one GPU."""
    requirements = [
        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": list(types)},
        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": list(ways)},
        *([zone] if zone else []),
    ]
    of: Json = {"requirements": requirements, "nodeClassRef": {"name": "gpu"}}
    labels = {"gpuplatform.io/pool": "small"}
    spec: Json = {"limits": {"nvidia.com/gpu": str(limit)}, "template": {"metadata": {"labels": labels}, "spec": of}}
    disk: Json = {"ebs": {"volumeSize": "100Gi", "volumeType": "gp3"}}
    pod: Json = {"nodeSelector": labels, "containers": [{"resources": {"limits": {"nvidia.com/gpu": "1"}}}]}
    return billed(
        *(
            made(
                by_hand.SUBNET,
                f"private-{zone}",
                {"availabilityZoneId": zone},
                outputs={"id": zone, "availabilityZone": name},
            )
            for zone, name in (("use1-az4", "us-east-1a"), ("use1-az6", "us-east-1b"))
        ),
        made(
            "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
            "gpu",
            {"metadata": {"name": "gpu"}, "spec": {"blockDeviceMappings": [disk]}},
        ),
        made(by_hand.NODE_POOL, "small", {"spec": spec}),
        made("kubernetes:apps/v1:Deployment", "chat", {"spec": {"replicas": 1, "template": {"spec": pod}}}),
        *beside,
        **settings,
    )


def test_what_karpenter_started_sleeps_where_a_schedule_ends_it() -> None:
    line, volume, *_ = elastic(SWEEP, governance=AWAKE).lines
    # One while awake, 260.71 hours of a month; around the clock when idle; eight of one GPU at most.
    assert nodes(line, "0.8048") == (0, 1, pytest.approx(float(AWAKE_HOURS / 730), abs=1e-6), 8)
    assert cents(volume.expected_monthly) == cents(AWAKE_HOURS / 730 * 100 * d("0.08"))
    assert volume.asleep_monthly == 0


@pytest.mark.parametrize(
    "other",
    [
        schedule("scan", "ssm:startAutomationExecution", {"DocumentName": "AWS-RestartEC2Instance"}),
        schedule(
            "others",
            "ssm:startAutomationExecution",
            {"DocumentName": "AWS-TerminateEC2Instance", "Targets": [{"Key": "tag:team", "Values": ["a"]}]},
        ),
        resized("system", 0),
    ],
    ids=("another runbook", "other instances", "another group"),
)
def test_what_karpenter_started_is_always_paid_where_nothing_ends_it(other: PlannedResource) -> None:
    assert nodes(elastic(other, governance=AWAKE).lines[0], "0.8048") == (1, 1, 1, 8)


def test_expected_nodes_of_an_elastic_pool_run_beside_those_that_never_go() -> None:
    pools: Json = {"small": {"expected": {"running": 3, "hours": 100}}}
    line = elastic(serving={"pools": pools}).lines[0]
    assert cents(line.expected_monthly) == cents((730 + 2 * 100) * d("0.8048"))


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        (None, "13.9933"),  # the dearer of use1-az4, 13.9933, and use1-az6, 11.787
        ({"key": "topology.k8s.aws/zone-id", "operator": "In", "values": ["use1-az6"]}, "11.787"),
        ({"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["us-east-1b"]}, "11.787"),
    ],
)
def test_spot_of_an_elastic_pool_is_priced_in_its_zone(zone: Json, hour: str) -> None:
    found = elastic(types=("p4d.24xlarge",), ways=("spot", "on-demand"), zone=zone)
    assert found.lines[0].idle_monthly == 730 * d(hour)


def test_the_dearest_hour_of_an_elastic_pool_may_mix_types() -> None:
    line, volume, *_ = elastic(types=("g6e.xlarge", "g6e.12xlarge"), limit=6).lines
    # Six GPUs: g6e.12xlarge has four at 10.49264, g6e.xlarge one at 1.861; dearer than six of the latter, 11.166.
    assert line.maximum_hourly == d("10.49264") + 2 * d("1.861")
    assert line.what.endswith("at most as 1 g6e.12xlarge and 2 g6e.xlarge on-demand")
    # There may be as many volumes as there may be of the smallest type.
    assert cents(volume.maximum_hourly * 730) == cents(6 * 100 * d("0.08"))


CHOICES = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 50)), min_size=1, max_size=3)


@given(CHOICES, st.integers(1, 16))
def test_no_mixture_of_nodes_costs_more_than_the_dearest(sizes: list[tuple[int, int]], limit: int) -> None:
    def choice(number: int, gpus: int, dollars: int) -> Choice:
        price = Price(value=Decimal(dollars), unit="hour", source="", as_of=DAY)
        return Choice(name=str(number), gpus=Decimal(gpus), usual=price, how="on-demand", ceiling=price)

    choices = [choice(number, *size) for number, size in enumerate(sizes)]

    def cost(counts: tuple[int, ...]) -> Any:
        return sum(n * c.ceiling.value for n, c in zip(counts, choices, strict=True))

    def gpus(counts: tuple[int, ...]) -> Any:
        return sum(n * c.gpus for n, c in zip(counts, choices, strict=True))

    every = itertools.product(*(range(limit // int(c.gpus) + 1) for c in choices))
    found = dearest(choices, Decimal(limit))
    assert sum(n * c.ceiling.value for c, n in found) == max(cost(n) for n in every if gpus(n) <= limit)
    assert sum(n * c.gpus for c, n in found) <= limit
