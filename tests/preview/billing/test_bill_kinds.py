"""Variants of a kind that change its price, and those that have none."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.preview.billing.bill import Bill, bill
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, node_group, plan_of, template, urn
from tests.preview.billing.bills_by_hand import cents

DAY = datetime.date(2026, 11, 22)
LB = "aws:lb/loadBalancer:LoadBalancer"
SERVICE = "kubernetes:core/v1:Service"


def billed(*resources: PlannedResource, **settings: Json) -> Bill:
    return bill(plan_of(*resources, **settings), DAY)


def idle(found: Bill) -> dict[str, str]:
    """What is paid for → the idle month, of what costs at rest."""
    return {line.what: cents(line.idle_monthly) for line in found.lines if line.idle_monthly}


def why(found: Bill) -> list[str]:
    return [reason for _, reason in found.unpriced]


# --- EC2 -------------------------------------------------------------------------------------------------------------


def warmed(group_type: str, config: Json) -> Bill:
    """A group of one node at least, two as it starts and six at most, with a warm pool beside it."""
    of = template("gpu", gib=100, instance="g6.xlarge")
    inputs: Json = {"minSize": 1, "desiredCapacity": 2, "maxSize": 6, "warmPool": config}
    if group_type == by_hand.NODE_GROUP:
        sizes: Json = {"minSize": 1, "desiredSize": 2, "maxSize": 6}
        inputs = {"instanceTypes": ["g6.xlarge"], "scalingConfig": sizes, "warmPoolConfig": config}
    return billed(of, made(group_type, "gpu", inputs, values={"launchTemplate": (of.urn,)}))


@pytest.mark.parametrize("group_type", [by_hand.NODE_GROUP, "aws:autoscaling/group:Group"])
@pytest.mark.parametrize(
    ("config", "instances", "volumes"),
    [
        # Without a prepared capacity a warm pool fills the group up to its maximum, whatever its own minimum is.
        ({"minSize": 1}, (1, 2, 6), (6, 6, 7)),
        ({}, (1, 2, 6), (1, 2, 6)),
        ({"maxGroupPreparedCapacity": -1}, (1, 2, 6), (6, 6, 6)),
        # Filled up to four: three beside one that runs, two beside two, none beside six.
        ({"maxGroupPreparedCapacity": 4}, (1, 2, 6), (4, 4, 6)),
        ({"maxGroupPreparedCapacity": 4, "minSize": 3}, (1, 2, 6), (4, 5, 9)),
        # As large as its minimum: of one size whatever the group does.
        ({"maxGroupPreparedCapacity": 3, "minSize": 3}, (1, 2, 6), (4, 5, 9)),
        # What waits running is paid like what works.
        ({"maxGroupPreparedCapacity": 4, "poolState": "Running"}, (4, 4, 6), (4, 4, 6)),
        ({"maxGroupPreparedCapacity": 4, "poolState": "Hibernated"}, (1, 2, 6), (4, 4, 6)),
    ],
)
def test_a_warm_pool_fills_its_group_up_to_the_prepared_capacity(
    group_type: str, config: Json, instances: tuple[int, ...], volumes: tuple[int, ...]
) -> None:
    """Counts of instances and volumes: idle, as it starts, at most (EC2 Auto Scaling API reference, PutWarmPool)."""
    nodes, disks = warmed(group_type, config).lines
    hour, disk = Decimal("0.8048"), 100 * Decimal("0.08")
    assert (
        nodes.idle_monthly / 730 / hour,
        nodes.expected_monthly / 730 / hour,
        nodes.maximum_hourly / hour,
    ) == instances
    assert (disks.idle_monthly / disk, disks.expected_monthly / disk) == volumes[:2]
    assert round(disks.maximum_hourly * 730 / disk, 9) == volumes[2]


def test_a_group_of_on_demand_and_spot_is_paid_by_its_shares() -> None:
    of = template("mixed", gib=10)
    zone = made(by_hand.SUBNET, "private", {"availabilityZoneId": "use1-az6"}, outputs={"id": "subnet-1"})
    shares = {"onDemandBaseCapacity": 2, "onDemandPercentageAboveBaseCapacity": 25}
    overrides = [{"instanceType": "g6.xlarge"}, {"instanceType": "g5.xlarge"}]
    policy = {"instancesDistribution": shares, "launchTemplate": {"overrides": overrides}}
    group = made(
        "aws:autoscaling/group:Group",
        "mixed",
        {"minSize": 6, "maxSize": 10, "mixedInstancesPolicy": policy},
        values={"mixedInstancesPolicy": (of.urn,)},
    )
    found = billed(of, zone, group)
    # On demand 2 + (6 − 2) × 25 % = 3 of g6.xlarge: 3 × 730 × 0.8048; spot 3 at the dearer type's reference: 3 × 730 × 0.62978
    assert idle(found) == {
        "g6.xlarge on-demand, 3 to 4 nodes": "1762.51",
        "g5.xlarge spot, 3 to 6 nodes": "1379.22",
        "volume of each node, 10 GiB gp3": "4.80",
    }
    # At most: 2 + 8 × 25 % = 4 on demand, and 6 of spot at the dearest on-demand price.
    assert [cents(line.maximum_hourly) for line in found.lines[:2]] == ["3.22", "6.04"]


def test_a_group_is_expected_at_the_size_that_it_starts_with() -> None:
    of = template("plain", gib=10)
    group = node_group("plain", of, types=("m7g.xlarge",), most=9)
    sized = {**group.inputs, "scalingConfig": {"minSize": 1, "desiredSize": 3, "maxSize": 9}}
    line = billed(of, made(group.type, "plain", sized, values=group.property_dependencies)).lines[0]
    # 1 × 730 × 0.1632, 3 × 730 × 0.1632
    assert (cents(line.idle_monthly), cents(line.expected_monthly)) == ("119.14", "357.41")


def reserved(*, targeted: bool) -> Plan:
    held = made(
        "aws:ec2/capacityReservation:CapacityReservation",
        "held",
        {"instanceType": "p4d.24xlarge", "instanceCount": 3},
        outputs={"id": "cr-1"},
    )
    of = template("a100", gib=10, reservation="cr-1" if targeted else "")
    return plan_of(held, of, node_group("a100", of, types=("p4d.24xlarge",), most=2))


@pytest.mark.parametrize("targeted", [True, False])
def test_a_reservation_is_paid_once_whole_used_or_not(targeted: bool) -> None:
    found = bill(reserved(targeted=targeted), DAY)
    paid = [line for line in found.lines if line.idle_monthly]
    # 3 × 730 × 21.957642, though no more than two nodes can run in it.
    assert [(line.urn.rpartition("::")[2], cents(line.asleep_monthly)) for line in paid] == [
        ("a100" if targeted else "held", "48087.24")
    ]


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        (
            {"size": 100, "type": "io2", "iops": 40000},
            "no source gives the price of ebs io2-iops-above-32000 in us-east-1",
        ),
        (
            {"snapshotId": "snap-1"},
            "the volume it states no size: the image or the snapshot that it is made of decides",
        ),
    ],
)
def test_a_volume_without_a_whole_price_says_why(inputs: dict[str, Any], reason: str) -> None:
    assert why(billed(made("aws:ebs/volume:Volume", "it", inputs))) == [reason]


def test_detailed_monitoring_is_seven_metrics_an_instance() -> None:
    inputs = {
        "instanceType": "g6.xlarge",
        "monitoring": True,
        "rootBlockDevice": {"volumeSize": 8, "volumeType": "gp3"},
    }
    # 7 × 0.30
    found = billed(made("aws:ec2/instance:Instance", "it", inputs))
    assert idle(found)["detailed monitoring of each node"] == "2.10"


@pytest.mark.parametrize(
    ("subnet", "month"),
    [
        ({"availabilityZoneId": "use1-az6"}, "8604.51"),  # 730 × 11.787
        # Names of zones mean another place in every account: the dearest of the region, use1-az4, 730 × 13.9933.
        ({"availabilityZone": "us-east-1a"}, "10215.11"),
    ],
)
def test_spot_is_priced_at_the_dearest_of_the_zones_that_it_may_be_in(subnet: Any, month: str) -> None:
    of = template("spot", gib=10)
    zone = made(by_hand.SUBNET, "private", subnet, outputs={"id": "subnet-1"})
    found = billed(of, zone, node_group("spot", of, types=("p4d.24xlarge",), bought="SPOT", least=1, most=1))
    assert idle(found)["p4d.24xlarge spot, 1 to 1 nodes"] == month


# --- the network -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "addresses"),
    [
        ({"subnets": ["a", "b", "c"]}, "10.95"),
        ({"subnets": ["a", "b"], "internal": True}, None),
        ({"subnets": ["a", "b"], "ipAddressType": "dualstack-without-public-ipv4"}, None),
        ({"loadBalancerType": "network", "subnetMappings": [{"allocationId": "eip-1"}, {"subnetId": "b"}]}, "3.65"),
    ],
)
def test_a_balancer_that_faces_the_internet_has_an_address_in_each_zone(inputs: Any, addresses: str | None) -> None:
    paid = idle(billed(made(LB, "front", inputs)))
    assert next((month for what, month in paid.items() if "IPv4" in what), None) == addresses


NLB, CLB, ADDRESS = "network load balancer", "classic load balancer", "public IPv4 address"
TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"
SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme"
INTERNAL = "service.beta.kubernetes.io/aws-load-balancer-internal"


@pytest.mark.parametrize(
    ("notes", "spec", "controller", "becomes"),
    [
        ({}, {}, True, {NLB}),
        ({SCHEME: "internet-facing"}, {}, True, {NLB, ADDRESS}),
        ({}, {}, False, {CLB, ADDRESS}),
        ({INTERNAL: "true"}, {}, False, {CLB}),
        ({TYPE: "nlb"}, {}, False, {NLB, ADDRESS}),
        ({TYPE: "external"}, {}, False, {NLB}),
        ({}, {"loadBalancerClass": "service.k8s.aws/nlb"}, False, {NLB}),
        ({}, {"type": "NodePort"}, True, set[str]()),
    ],
)
def test_what_a_service_becomes(notes: Any, spec: Any, controller: bool, becomes: set[str]) -> None:
    inputs: Json = {"metadata": {"annotations": notes}, "spec": {"type": "LoadBalancer", **spec}}
    chart = [made(by_hand.RELEASE, "lbc", {"chart": "aws-load-balancer-controller"})] if controller else []
    assert set(idle(billed(made(SERVICE, "api", inputs), *chart))) == becomes


def test_an_address_of_the_accounts_own_range_is_free() -> None:
    assert billed(made(by_hand.ADDRESS, "ours", {"publicIpv4Pool": "ipv4pool-ec2-1"})).lines == ()


def test_an_endpoint_is_paid_for_the_subnets_that_join_it_too() -> None:
    door = made(
        by_hand.VPC_ENDPOINT,
        "ecr",
        {"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.us-east-1.ecr.api", "subnetIds": ["a"]},
        outputs={"id": "vpce-1"},
    )
    joins = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
    found = billed(door, made(joins, "b", {"vpcEndpointId": "vpce-1"}, values={"vpcEndpointId": (door.urn,)}))
    # 2 × 730 × 0.01
    assert idle(found) == {"interface endpoint of ecr.api in 2 zones": "14.60"}


def test_a_resource_in_another_region_is_paid_at_its_prices() -> None:
    provider = made("pulumi:providers:aws", "ireland", {"region": "eu-west-1"})
    there = made(by_hand.NAT, "there", provider=f"{provider.urn}::id")
    found = billed(made(by_hand.NAT, "here"), made(by_hand.NAT, "named", {"region": "eu-west-1"}), provider, there)
    months = {line.urn.rpartition("::")[2]: cents(line.idle_monthly) for line in found.lines if line.idle_monthly}
    # 730 × 0.045 in us-east-1, 730 × 0.048 in eu-west-1
    assert months == {"here": "32.85", "named": "35.04", "there": "35.04"}


# --- what has no price -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "inputs", "reason"),
    [
        (
            "aws:eks/cluster:Cluster",
            {"controlPlaneScalingConfig": {"tier": "tier-16xl"}},
            "no source gives the price of eks control-plane-16xl in us-east-1",
        ),
        (
            "aws:eks/cluster:Cluster",
            {"computeConfig": {"enabled": True}},
            "no price row for EKS Auto Mode, which launches instances by itself and asks a fee for each",
        ),
        (
            "aws:ec2/flowLog:FlowLog",
            {"logDestinationType": "fax"},
            "no source gives the price of cloudwatch delivery of flow logs to fax in us-east-1",
        ),
        (
            "aws:kinesis/stream:Stream",
            {"shardCount": 1, "retentionPeriod": 48},
            "no source gives the price of kinesis retention beyond 24 hours in us-east-1",
        ),
        (
            "aws:sagemaker/trainingJob:TrainingJob",
            {"resourceConfig": {"instanceType": "ml.g5.xlarge"}, "enableManagedSpotTraining": True},
            "no source gives the price of sagemaker training/ml.g5.xlarge as spot in us-east-1",
        ),
        (
            "aws:elasticache/cluster:Cluster",
            {"engine": "redis", "nodeType": "cache.z9.huge"},
            "no source gives the price of elasticache redis/cache.z9.huge in us-east-1",
        ),
    ],
)
def test_what_no_source_prices_is_listed_with_its_name(type_: str, inputs: Any, reason: str) -> None:
    assert (urn(type_, "it"), reason) in billed(made(type_, "it", inputs)).unpriced


def test_a_training_job_is_billed_for_a_month_at_most() -> None:
    inputs = {
        "resourceConfig": {"instanceType": "ml.g5.xlarge"},
        "stoppingCondition": {"maxRuntimeInSeconds": 5 * 10**6},
    }
    (line,) = billed(made("aws:sagemaker/trainingJob:TrainingJob", "it", inputs)).lines
    # 730 × 1.408
    assert cents(line.expected_monthly) == "1027.84"


def test_an_instance_that_hosts_pays_its_volume_as_long_as_it_runs() -> None:
    variant = {
        "variantName": "primary",
        "instanceType": "ml.m5.large",
        "initialInstanceCount": 1,
        "volumeSizeInGb": 100,
    }
    config = made(by_hand.ENDPOINT_CONFIGURATION, "chat-config", {"productionVariants": [variant]})
    named, here = {"name": "chat"}, {"endpointConfigName": (config.urn,)}
    between = {"resourceId": "endpoint/chat/variant/primary", "minCapacity": 1, "maxCapacity": 4}
    _, volumes = billed(
        config,
        made(by_hand.ENDPOINT, "chat-endpoint", named, outputs=named, values=here),
        made(by_hand.SCALABLE_TARGET, "chat-scale", between),
        serving={"models": {"chat": {"expected": {"running": 2, "hours": 73}}}},
    ).lines
    # 100 GB at 0.112 $: of one instance always, of a tenth of one more on average, and of twice four at once in the dearest hour.
    assert volumes.what == "volumes of 100 GiB, of 1 to 4 instances"
    assert (cents(volumes.asleep_monthly), cents(volumes.idle_monthly)) == ("11.20", "11.20")
    assert cents(volumes.expected_monthly) == "12.32"
    assert round(volumes.maximum_hourly, 6) == Decimal("0.122740")


@pytest.mark.parametrize("to", ["s3", "kinesis-data-firehose"])
def test_flow_logs_are_paid_where_they_are_delivered(to: str) -> None:
    flow = made("aws:ec2/flowLog:FlowLog", "it", {"logDestinationType": to})
    other = made("aws:ec2/flowLog:FlowLog", "other", {"logDestinationType": to})
    (line, _) = billed(flow, other, expected={"flow_log_gb": 40}).lines
    # Half of 40 GB at 0.25 $; nothing is taken in or kept by a log group.
    assert (line.what, cents(line.expected_monthly)) == (f"VPC flow logs, delivered to {to}", "5.00")


# --- use -------------------------------------------------------------------------------------------------------------


def test_use_that_nobody_states_is_assumed_and_said_so() -> None:
    found = billed(made(by_hand.NAT, "nat"))
    # 100 × 0.045
    assert [cents(line.expected_monthly) for line in found.lines if line.assumes] == ["4.50"]
    assert found.assumptions[-1:] == (
        "100 GB pass through NAT gateways a month (assumed, for nobody states expected.nat_gb)",
    )
    assert found.to_json()["usage"] == [{"key": "nat_gb", "monthly": 100.0, "stated": False}]


def test_use_is_paid_in_the_expected_month_alone() -> None:
    found = billed(made(by_hand.NAT, "nat"), made("aws:sqs/queue:Queue", "q"), expected={"nat_gb": 730})
    rows = [line for line in found.lines if line.assumes]
    assert [(line.asleep_monthly, line.idle_monthly) for line in rows] == [(0, 0), (0, 0)]
    # The dearest hour counts the average one: 1 GB, 0.045 $.
    assert rows[0].maximum_hourly == Decimal("0.045")


def test_use_is_shared_by_those_that_it_concerns() -> None:
    found = billed(*(made("aws:kms/key:Key", f"key-{n}") for n in range(3)), expected={"kms_requests": 900_000})
    # 30 × 10,000 requests each, at 0.03
    assert [cents(line.expected_monthly) for line in found.lines if line.assumes] == ["0.90", "0.90", "0.90"]
