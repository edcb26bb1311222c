"""Bills by hand: each amount is worked out in the test from the price table's own figures, and must agree to the cent."""

from __future__ import annotations

import datetime
import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from gpuplatform.kinds.pricing.sleep import awake_hours
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.billing.bill import Bill, Line, bill
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, node_group, plan_of, template, urn

DAY = datetime.date(2026, 11, 22)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def billed(plan: Plan, today: datetime.date = DAY) -> Bill:
    return bill(plan, today)


def states(of: Any) -> tuple[str, str, str, str]:
    """Asleep, idle and expected month, and the dearest hour, to the cent."""
    return (
        str(cents(of.asleep_monthly)),
        str(cents(of.idle_monthly)),
        str(cents(of.expected_monthly)),
        str(cents(of.maximum_hourly)),
    )


def only(found: Bill) -> Line:
    assert not found.unpriced
    (line,) = found.lines
    return line


# --- a pool of H100 nodes --------------------------------------------------------------------------------------------

H100 = {
    "instance": "p5.48xlarge",
    "buy": [{"how": "capacity-block", "max": 4}, {"how": "on-demand", "max": 4}],
    "expected": {"running": 6, "hours": 100},
}


def h100_pool(**changes: Any) -> Plan:
    blocks = template("block", gib=200, reservation="cr-0123456789abcdef0", instance="p5.48xlarge")
    rest = template("rest", gib=200)
    return plan_of(
        blocks,
        rest,
        node_group(
            "h100-capacity-block-0",
            blocks,
            bought="CAPACITY_BLOCK",
            most=4,
            labels={"gpuplatform.io/pool": "h100", "gpuplatform.io/rung": "capacity-block-0"},
            team="research",
        ),
        node_group(
            "h100-on-demand-1",
            rest,
            types=("p5.48xlarge",),
            most=4,
            labels={"gpuplatform.io/pool": "h100", "gpuplatform.io/rung": "on-demand-1"},
            team="research",
        ),
        cluster={"pools": {"h100": H100 | changes}},
    )


def test_bill_of_a_p5_pool() -> None:
    found = billed(h100_pool())
    # Capacity block, paid used or not: 4 × 730 h × 47.76 = 139,459.20 in any month
    # Of the 6 nodes expected the block holds 4, so on-demand has 2: 2 × 100 h × 55.04 = 11,008.00
    # Root volumes of 200 GiB: block 4 × 100 h / 730 × 200 × 0.08 = 8.7671; on-demand 2 × 100 / 730 × 200 × 0.08 = 4.3836
    # Dearest hour: 4 × 47.76 + 4 × 55.04 + 8 × 200 × 0.08 / 730 = 191.04 + 220.16 + 0.17534
    assert states(found.totals) == ("139459.20", "139459.20", "150480.35", "411.38")
    assert not found.unpriced
    assert set(found.by_team()) == {"research"}


def test_nodes_expected_fill_the_first_rung_before_the_next() -> None:
    lines = {
        line.what: line
        for line in billed(h100_pool(expected={"running": 3, "hours": 100})).lines
        if "on-demand" in line.what
    }
    (on_demand,) = lines.values()
    assert on_demand.expected_monthly == 0


def test_a_reservation_is_paid_at_the_on_demand_rate_used_or_not() -> None:
    of = template("reserved", gib=100, reservation="cr-0123456789abcdef0")
    found = billed(plan_of(of, node_group("a100", of, types=("p4d.24xlarge",), most=2)))
    # 2 × 730 h × 21.957642 = 32,058.16
    assert cents(found.lines[0].idle_monthly) == cents(found.lines[0].asleep_monthly) == Decimal("32058.16")


def test_spot_is_priced_at_a_reference_of_its_zones_and_capped_at_on_demand() -> None:
    of = template("spot", gib=100)
    zone = made(by_hand.SUBNET, "private", {"availabilityZoneId": "use1-az6"}, outputs={"id": "subnet-1"})
    group = node_group("a100", of, types=("p4d.24xlarge",), bought="SPOT", most=4, least=1)
    line = billed(plan_of(of, zone, group)).lines[0]
    # 1 × 730 h × 11.787 = 8,604.51; dearest hour 4 × 21.957642 = 87.83
    assert states(line) == ("8604.51", "8604.51", "8604.51", "87.83")


def test_a_purchase_without_a_price_is_listed_as_unpriced_and_its_volumes_are_not() -> None:
    of = template("block", instance="p5.4xlarge", reservation="cr-0123456789abcdef0")
    found = billed(plan_of(of, node_group("h100", of, bought="CAPACITY_BLOCK", most=1)))
    assert found.unpriced == (
        (
            urn(by_hand.NODE_GROUP, "h100"),
            "no source gives the price of ec2 p5.4xlarge as capacity-block in us-east-1",
        ),
    )
    assert len(found.lines) == 1


def test_gp3_beyond_what_is_included_is_paid_by_iops_and_throughput() -> None:
    disk = {"volumeSize": 500, "volumeType": "gp3", "iops": 16000, "throughput": 1000}
    of = made(by_hand.TEMPLATE, "fast", {"blockDeviceMappings": [{"ebs": disk}]}, outputs={"id": "lt-fast"})
    found = billed(plan_of(of, node_group("system", of, types=("t4g.medium",), least=1, most=1)))
    volume = [line for line in found.lines if "volume" in line.what]
    # 500 × 0.08 = 40.00; (16000 − 3000) × 0.005 = 65.00; (1000 − 125) × 0.04 = 35.00
    assert [str(cents(line.idle_monthly)) for line in volume] == ["40.00", "65.00", "35.00"]


# --- sleep -----------------------------------------------------------------------------------------------------------

AWAKE = {"awake": {"days": "mon-fri", "start": "07:00", "stop": "19:00", "zone": "Europe/Berlin"}}


def sleeping(
    *, resized: str = "system", arn: str = "arn:aws:scheduler:::aws-sdk:eks:updateNodegroupConfig", **governance: Any
) -> Plan:
    of = template("system", gib=20)

    def step(name: str, nodes: int) -> Any:
        call = {
            "ClusterName": "cluster",
            "NodegroupName": resized,
            "ScalingConfig": {"MinSize": nodes, "DesiredSize": nodes},
        }
        return made(by_hand.SCHEDULE, name, {"target": {"arn": arn, "input": json.dumps(call)}})

    return plan_of(
        of,
        node_group("system", of, types=("t4g.medium",), least=2, most=4),
        step("sleep", 0),
        step("wake", 2),
        governance=governance or AWAKE,
    )


def test_a_node_group_that_a_schedule_empties_costs_nothing_asleep() -> None:
    found = billed(sleeping())
    # Awake 12 h × 5/7 × 730/24 days = 260.7143 h a month.
    # Nodes:   idle 2 × 730 × 0.0336 = 49.056; expected 2 × 260.7143 × 0.0336 = 17.52; dearest hour 4 × 0.0336 = 0.1344
    # Volumes: idle 2 × 20 × 0.08 = 3.20; expected × 260.7143 / 730 = 1.142857; dearest hour 4 × 20 × 0.08 / 730 = 0.008767
    assert states(found.lines[0]) == ("0.00", "49.06", "17.52", "0.13")
    # Credits: 4 × (2 vCPU - 24 / 60) × 0.04 = 0.256 in an hour at full load, none as expected
    assert states(found.lines[1]) == ("0.00", "0.00", "0.00", "0.26")
    assert states(found.lines[2]) == ("0.00", "3.20", "1.14", "0.01")
    assert not found.unpriced


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (sleeping(resized="another"), "the schedule resizes another group"),
        (sleeping(arn="arn:aws:scheduler:::aws-sdk:eks:deleteNodegroup"), "the schedule does something else"),
    ],
)
def test_a_node_group_that_no_schedule_empties_is_always_paid(plan: Plan, why: str) -> None:
    line = billed(plan).lines[0]
    assert states(line) == ("49.06", "49.06", "49.06", "0.13"), why


@pytest.mark.parametrize(
    ("awake", "hours"),
    [
        ({"days": "mon-fri", "start": "07:00", "stop": "19:00"}, Decimal(12) * 5 / 7 * 730 / 24),
        ({"days": "mon-sun", "start": "08:30", "stop": "20:00"}, Decimal("11.5") * 730 / 24),
        (None, Decimal(730)),
    ],
)
def test_awake_hours_of_a_month(awake: Any, hours: Decimal) -> None:
    assert abs(awake_hours(plan_of(governance={"awake": awake})) - hours) < Decimal("1e-9")


# --- the control plane -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "day", "extra", "month"),
    [
        ("1.35", datetime.date(2026, 11, 22), {}, "73.00"),
        ("1.35", datetime.date(2027, 3, 26), {}, "73.00"),
        ("1.35", datetime.date(2027, 3, 27), {}, "438.00"),
        ("1.34", datetime.date(2026, 12, 3), {}, "438.00"),
        ("1.29", datetime.date(2026, 11, 22), {}, "438.00"),
        ("1.36", datetime.date(2027, 3, 28), {}, "73.00"),
        ("1.34", datetime.date(2026, 12, 3), {"upgradePolicy": {"supportType": "STANDARD"}}, "73.00"),
    ],
)
def test_a_control_plane_costs_more_in_extended_support(
    version: str, day: datetime.date, extra: Any, month: str
) -> None:
    inputs = {"version": version, "skipDefaultNodeGroup": True, **extra}
    plan = plan_of(made(by_hand.CLUSTER, "cluster", inputs, custom=False, remote=True))
    assert states(only(billed(plan, day)))[1] == month


def test_a_control_plane_is_paid_once_when_the_engine_lists_what_is_inside_the_component() -> None:
    inside = made(
        "aws:eks/cluster:Cluster", "cluster-eksCluster", {"version": "1.35"}, parent=urn(by_hand.CLUSTER, "cluster")
    )
    plan = plan_of(made(by_hand.CLUSTER, "cluster", {"version": "1.35"}, custom=False, remote=True), inside)
    assert only(billed(plan)).urn == inside.urn


# --- storage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tier", "month"), [(125, "174.00"), (250, "252.00"), (500, "408.00"), (1000, "720.00")])
def test_a_file_system_costs_by_its_throughput_tier(tier: int, month: str) -> None:
    inputs = {"storageCapacity": 1200, "deploymentType": "PERSISTENT_2", "perUnitStorageThroughput": tier}
    assert (
        states(only(billed(plan_of(made("aws:fsx/lustreFileSystem:LustreFileSystem", "lustre", inputs)))))[1] == month
    )


def test_volumes_that_a_chart_asks_for_are_paid_asleep_too() -> None:
    claim = {"spec": {"resources": {"requests": {"storage": "50Gi"}}}}
    values = {
        "prometheus": {"prometheusSpec": {"replicas": 2, "storageSpec": {"volumeClaimTemplate": claim}}},
        "grafana": {"persistence": {"enabled": True, "size": "10Gi"}},
        "other": {"persistence": {"enabled": False, "size": "10Gi"}},
    }
    found = billed(plan_of(made(by_hand.RELEASE, "monitoring", {"values": values}, layer="platform")))
    # 2 × 50 × 0.08 = 8.00 and 10 × 0.08 = 0.80
    assert [str(cents(line.asleep_monthly)) for line in found.lines] == ["8.00", "0.80"]


@pytest.mark.parametrize("names", [{"storageClassName": ""}, {"storageClassName": "lustre", "volumeName": "lustre"}])
def test_a_claim_of_a_volume_that_exists_costs_nothing_again(names: dict[str, str]) -> None:
    bound = {"spec": {**names, "resources": {"requests": {"storage": "4800Gi"}}}}
    assert billed(plan_of(made("kubernetes:core/v1:PersistentVolumeClaim", "lustre", bound))).lines == ()


def test_a_claim_that_makes_a_volume_is_paid_by_its_size() -> None:
    claim = {"spec": {"storageClassName": "gp3", "resources": {"requests": {"storage": "1Ti"}}}}
    # 1024 × 0.08 = 81.92
    assert (
        states(only(billed(plan_of(made("kubernetes:core/v1:PersistentVolumeClaim", "scratch", claim)))))[0] == "81.92"
    )


# --- SageMaker -------------------------------------------------------------------------------------------------------


def endpoint(variant: Any, hours: float, capacity: tuple[int, int] | None = None, **configuration: Any) -> Plan:
    config = made(by_hand.ENDPOINT_CONFIGURATION, "chat-config", {"productionVariants": [variant], **configuration})
    front = made(
        by_hand.ENDPOINT,
        "chat-endpoint",
        {"name": "p-test-chat"},
        outputs={"name": "p-test-chat"},
        values={"endpointConfigName": (config.urn,)},
    )
    bounds = [] if capacity is None else [{"minCapacity": capacity[0], "maxCapacity": capacity[1]}]
    targets = [
        made(by_hand.SCALABLE_TARGET, "chat-scale", {"resourceId": "endpoint/p-test-chat/variant/primary", **b})
        for b in bounds
    ]
    fewest = capacity[0] if capacity else int(variant.get("initialInstanceCount", 0))
    models = {"chat": {"on": "sagemaker", "team": "applied", "expected": {"running": fewest + 1, "hours": hours}}}
    return plan_of(config, front, *targets, serving={"models": models})


def test_a_real_time_endpoint_costs_its_minimum_and_the_hours_beyond() -> None:
    plan = endpoint({"variantName": "primary", "instanceType": "ml.g6.2xlarge", "initialInstanceCount": 2}, 400, (2, 6))
    # 2 × 730 × 1.222 = 1,784.12; + 400 × 1.222 = 488.80; dearest hour 2 × 6 × 1.222 = 14.664, both fleets of an update
    assert states(only(billed(plan))) == ("1784.12", "1784.12", "2272.92", "14.66")


def test_an_asynchronous_endpoint_costs_nothing_at_rest() -> None:
    variant = {"variantName": "primary", "instanceType": "ml.g5.2xlarge", "initialInstanceCount": 1}
    plan = endpoint(variant, 60, (0, 4), asyncInferenceConfig={"outputConfig": {"s3OutputPath": "s3://out/"}})
    # 60 × 1.515 = 90.90; dearest hour 2 × 4 × 1.515 = 12.12
    assert states(only(billed(plan))) == ("0.00", "0.00", "90.90", "12.12")


def test_a_serverless_endpoint_costs_its_memory_for_the_time_it_computes() -> None:
    plan = endpoint({"variantName": "primary", "serverlessConfig": {"memorySizeInMb": 3072, "maxConcurrency": 5}}, 5)
    # 5 h × 3600 s × 3 GB × 0.00002 = 1.08; dearest hour 5 × 3600 × 3 × 0.00002 = 1.08
    assert states(only(billed(plan))) == ("0.00", "0.00", "1.08", "1.08")


def test_an_endpoint_without_bounds_keeps_the_instances_it_starts_with() -> None:
    plan = endpoint({"variantName": "primary", "instanceType": "ml.g5.xlarge", "initialInstanceCount": 3}, 0)
    # 3 × 730 × 1.408 = 3,083.52
    assert states(only(billed(plan)))[1] == "3083.52"


# --- Karpenter's pools -----------------------------------------------------------------------------------------------


def elastic(
    types: list[str], *, capacity: list[str], limit: Any = "16", expected: Any = None, beside: Any = ()
) -> Plan:
    requirements = [
        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": types},
        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": capacity},
    ]
    pool = {
        "spec": {
            "limits": {"nvidia.com/gpu": limit} if limit else {},
            "template": {
                "metadata": {"labels": {"gpuplatform.io/pool": "l40s"}},
                "spec": {"requirements": requirements, "nodeClassRef": {"name": "gpu"}},
            },
        }
    }
    disk = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": "100Gi", "volumeType": "gp3"}}
    return plan_of(
        made(by_hand.SUBNET, "private", {"availabilityZoneId": "use1-az1"}),
        made(
            "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
            "gpu",
            {"metadata": {"name": "gpu"}, "spec": {"blockDeviceMappings": [disk]}},
        ),
        made(by_hand.NODE_POOL, "l40s", pool, layer="platform"),
        *beside,
        serving={"pools": {"l40s": expected or {}}},
    )


def served(name: str, *, gpus: int, replicas: int, pool: str = "l40s", scaler: Any = None) -> list[PlannedResource]:
    """A Deployment on GPU nodes, and what scales it."""
    pod = {
        "nodeSelector": {"gpuplatform.io/pool": pool},
        "containers": [{"resources": {"limits": {"nvidia.com/gpu": str(gpus)}}}, {"name": "proxy"}],
    }
    named = {"metadata": {"namespace": "serving", "name": name}}
    deployment = made(
        "kubernetes:apps/v1:Deployment", name, {**named, "spec": {"replicas": replicas, "template": {"spec": pod}}}
    )
    if scaler is None:
        return [deployment]
    target = {"scaleTargetRef": {"name": name}, **scaler}
    return [deployment, made("kubernetes:keda.sh/v1alpha1:ScaledObject", name, {**named, "spec": target})]


def test_bill_of_an_elastic_pool() -> None:
    nodes, volumes = billed(
        elastic(
            ["g6e.12xlarge", "g6e.24xlarge"],
            capacity=["spot", "on-demand"],
            expected={"expected": {"running": 2, "hours": 730}},
            beside=served("llama", gpus=4, replicas=1, scaler={"minReplicaCount": 1, "maxReplicaCount": 4}),
        )
    ).lines
    # One replica on 4 GPUs never goes: 1 node of the dearer type, on us-east-1's zones on average: g6e.12xlarge spot at 8.11265, for
    # g6e.24xlarge is at (9.191 + 2.068 + 7.4412 + 10.6735) / 4 = 7.343425.
    # idle 1 × 730 × 8.11265 = 5,922.23; expected 2 × 730 × 8.11265 = 11,844.47
    # dearest hour: 16 GPUs as 4 × g6e.24xlarge on-demand = 4 × 15.06559 = 60.26
    assert states(nodes) == ("5922.23", "5922.23", "11844.47", "60.26")
    # 100 GiB: idle 100 × 0.08 = 8.00; expected 16.00; dearest hour 4 × 100 × 0.08 / 730 = 0.0438
    assert states(volumes) == ("8.00", "8.00", "16.00", "0.04")


def test_an_elastic_pool_whose_models_scale_to_zero_costs_nothing_idle() -> None:
    plan = elastic(
        ["g6.xlarge"],
        capacity=["on-demand"],
        limit=2,
        expected={"expected": {"running": 1, "hours": 40}},
        beside=served("qwen", gpus=1, replicas=0, scaler={"minReplicaCount": 0, "maxReplicaCount": 4}),
    )
    # 40 × 0.8048 = 32.192; dearest hour 2 × 0.8048 = 1.6096
    assert states(billed(plan).lines[0]) == ("0.00", "0.00", "32.19", "1.61")


@pytest.mark.parametrize(
    ("workloads", "nodes"),
    [
        (served("a", gpus=1, replicas=3), 3),
        (served("a", gpus=1, replicas=3, scaler={"minReplicaCount": 2}), 2),
        (served("a", gpus=1, replicas=3, scaler={"minReplicaCount": 2, "idleReplicaCount": 0}), 0),
        (served("a", gpus=1, replicas=3, pool="another"), 0),
        ([*served("a", gpus=1, replicas=1), *served("b", gpus=1, replicas=1)], 2),
    ],
)
def test_the_idle_nodes_of_an_elastic_pool_are_those_of_replicas_that_never_go(
    workloads: list[PlannedResource], nodes: int
) -> None:
    line = billed(elastic(["g6.xlarge"], capacity=["on-demand"], beside=workloads)).lines[0]
    assert line.idle_monthly == nodes * 730 * Decimal("0.8048")


def test_an_elastic_pool_without_a_limit_has_no_maximum_to_bill() -> None:
    ((_, why),) = billed(elastic(["g6.xlarge"], capacity=["spot"], limit=None)).unpriced
    assert why == "the NodePool has no limit of nvidia.com/gpu, so its cost has no maximum"


# --- watching --------------------------------------------------------------------------------------------------------


def test_alarms_are_paid_by_metric_and_by_resolution() -> None:
    plan = plan_of(
        made("aws:cloudwatch/metricAlarm:MetricAlarm", "slow", {"period": 300}),
        made("aws:cloudwatch/metricAlarm:MetricAlarm", "fast", {"period": 10}),
        made(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "ratio",
            {"metricQueries": [{"metric": {"period": 60}}, {"metric": {"period": 60}}, {"expression": "a/b"}]},
        ),
        made("aws:appautoscaling/policy:Policy", "track", {"policyType": "TargetTrackingScaling"}),
        made("aws:appautoscaling/policy:Policy", "step", {"policyType": "StepScaling"}),
    )
    # 0.10, 0.30, 2 × 0.10, and 2 × 0.10 for the two that target tracking makes
    assert [str(cents(line.idle_monthly)) for line in billed(plan).lines] == ["0.10", "0.30", "0.20", "0.20"]


# --- what is not priced ----------------------------------------------------------------------------------------------


def test_a_type_that_nobody_knows_is_listed_and_a_free_one_is_not() -> None:
    found = billed(plan_of(made("aws:redshift/cluster:Cluster", "warehouse"), made("aws:iam/role:Role", "role")))
    assert found.unpriced == (
        (
            urn("aws:redshift/cluster:Cluster", "warehouse"),
            "nothing here knows what aws:redshift/cluster:Cluster costs, nor that it is free",
        ),
    )


def test_a_region_without_a_price_is_unpriced_not_free() -> None:
    found = billed(plan_of(made(by_hand.NAT, "nat"), region="mx-central-1"))
    assert found.lines == ()
    assert [why for _, why in found.unpriced] == [
        "no source gives the price of vpc nat-gateway in mx-central-1",
        "no source gives the price of vpc nat-gateway-data in mx-central-1",
    ]


# --- who pays, and how it is written ---------------------------------------------------------------------------------


def test_the_team_is_that_of_the_tag_else_of_the_ancestor_else_of_the_owner() -> None:
    component = made("gpuplatform:aws:ModelEndpoint", "chat", custom=False)
    tagged = made("aws:sns/topic:Topic", "chat-topic", {"tags": {"team": "applied"}}, parent=component.urn)
    untagged = made(
        "aws:appautoscaling/policy:Policy", "chat-track", {"policyType": "TargetTrackingScaling"}, parent=component.urn
    )
    labelled = made(
        "kubernetes:core/v1:Service",
        "svc",
        {"metadata": {"labels": {"gpuplatform.io/team": "safety"}}, "spec": {"type": "LoadBalancer"}},
    )
    alone = made(by_hand.NAT, "nat")
    found = billed(plan_of(component, tagged, untagged, labelled, alone, owner={"team": "ml-platform"}))
    teams = {line.urn.rpartition("::")[2]: line.team for line in found.lines}
    assert teams == {"chat-topic": "applied", "chat-track": "applied", "svc": "safety", "nat": "ml-platform"}


def test_totals_are_the_sums_of_every_grouping() -> None:
    found = billed(h100_pool())
    for groups in (found.by_team(), found.by_layer(), found.by_resource()):
        assert sum(g.expected_monthly for g in groups.values()) == found.totals.expected_monthly
        assert sum(g.maximum_hourly for g in groups.values()) == found.totals.maximum_hourly


def test_the_expected_month_of_every_line_is_its_quantity_times_its_price() -> None:
    for line in billed(h100_pool()).lines:
        assert line.quantity * line.unit_price == line.expected_monthly


def test_amounts_are_rounded_only_when_they_are_written() -> None:
    found = billed(plan_of(*(made("aws:cloudwatch/dashboard:Dashboard", f"d{i}") for i in range(7))))
    # Seven dashboards at 3 / 730 = 0.00411 an hour: 0.0288 together, though each alone is no cent.
    assert found.to_json()["maximum_hourly"] == 0.03
    assert all(line["maximum_hourly"] == 0.00411 for line in found.to_json()["lines"])


def test_lines_as_they_are_written_add_up_to_the_totals() -> None:
    # 100,000 requests by seven queues: 0.0057 $ each, which is a cent as it stands and 0.04 $ together.
    found = billed(
        plan_of(*(made("aws:sqs/queue:Queue", f"q{i}") for i in range(7)), expected={"queue_requests": 10**5})
    )
    written = found.to_json()
    assert round(sum(line["expected_monthly"] for line in written["lines"]), 2) == written["expected_monthly"] == 0.04


def test_the_json_has_the_keys_of_the_contract() -> None:
    found = billed(h100_pool()).to_json()
    assert {
        "currency",
        "as_of",
        "asleep_monthly",
        "idle_monthly",
        "expected_monthly",
        "maximum_hourly",
        "lines",
        "unpriced",
    } <= set(found)
    assert {
        "urn",
        "team",
        "what",
        "quantity",
        "unit",
        "unit_price",
        "asleep_monthly",
        "idle_monthly",
        "expected_monthly",
        "maximum_hourly",
        "source",
        "as_of",
    } <= set(found["lines"][0])
    assert json.loads(json.dumps(found)) == found


def test_totals_are_written_by_team_layer_and_resource() -> None:
    written = billed(h100_pool()).to_json()
    for grouping in ("by_team", "by_layer", "by_resource"):
        assert round(sum(group["idle_monthly"] for group in written[grouping].values()), 2) == written["idle_monthly"]


def test_a_stale_price_is_said() -> None:
    plan = plan_of(made(by_hand.ADDRESS, "address"))
    assert billed(plan, datetime.date(2026, 12, 1)).stale == ()
    (line,) = billed(plan, datetime.date(2027, 12, 1)).stale
    assert line.what == "public IPv4 address"
