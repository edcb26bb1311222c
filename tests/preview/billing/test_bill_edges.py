"""What is easily billed wrong: volumes by their class, parts that a plan does not show, tiers, replicas, budgets and old prices."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from gpuplatform.catalog import prices
from gpuplatform.catalog.prices import Price
from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.preview.billing.bill import Bill, bill
from gpuplatform.preview.checks.budget import over_budget
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, node_group, plan_of, template
from tests.preview.billing.bills_by_hand import cents, d

DAY = datetime.date(2026, 11, 22)
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"


def billed(*resources: PlannedResource, today: datetime.date = DAY, **settings: Json) -> Bill:
    return bill(plan_of(*resources, **settings), today)


def idle(found: Bill) -> dict[str, str]:
    return {line.what: cents(line.idle_monthly) for line in found.lines}


def why(found: Bill) -> list[str]:
    return [reason for _, reason in found.unpriced]


# --- volumes that pods claim -----------------------------------------------------------------------------------------


def claim(**spec: Json) -> PlannedResource:
    return made(CLAIM, "scratch", {"spec": {"resources": {"requests": {"storage": "100Gi"}}, **spec}})


def storage_class(name: str, provisioner: str, default: bool = False, **parameters: Json) -> PlannedResource:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    inputs: Json = {"metadata": {"name": name, "annotations": annotations}, "provisioner": provisioner}
    return made(CLASS, name, {**inputs, "parameters": parameters})


FAST = storage_class("fast", "ebs.csi.aws.com", default=True, type="gp3", iops="5000", throughput="250")
LUSTRE = storage_class("lustre", "fsx.csi.aws.com", deploymentType="SCRATCH_2")


def test_a_claim_costs_what_its_class_provisions() -> None:
    for named in ({"storageClassName": "fast"}, {}):
        # 100 × 0.08; 2,000 IOPS and 125 MiB/s beyond those included: 2000 × 0.005, 125 × 0.04
        assert list(idle(billed(FAST, claim(**named))).values()) == ["8.00", "10.00", "5.00"]


def test_a_claim_of_another_provisioner_is_no_ebs_volume() -> None:
    assert why(billed(LUSTRE, claim(storageClassName="lustre"))) == [
        "the volume of scratch is made by fsx.csi.aws.com, and no price row is of such volumes"
    ]


@pytest.mark.parametrize(("named", "month"), [("gp2", "10.00"), ("gp3", "8.00"), (None, "8.00")])
def test_a_class_of_the_cluster_itself_is_known_by_its_name(named: Json, month: str) -> None:
    assert list(idle(billed(claim(storageClassName=named))).values()) == [month]


@pytest.mark.parametrize(("replicas", "month"), [(3, "6.00"), (None, "2.00"), (0, "0.00")])
def test_a_stateful_set_has_a_volume_a_replica(replicas: Json, month: str) -> None:
    spec = {"resources": {"requests": {"storage": "25Gi"}}}
    templates = [{"metadata": {"name": "data"}, "spec": spec}]
    found = billed(
        made(
            "kubernetes:apps/v1:StatefulSet", "db", {"spec": {"replicas": replicas, "volumeClaimTemplates": templates}}
        )
    )
    # 25 × 0.08 each
    assert idle(found) == {"volume of data, 25 GiB gp3": month}


# --- parts that a plan does not show ---------------------------------------------------------------------------------


def test_what_a_component_of_another_package_hides_is_not_free() -> None:
    hidden = made("awsx:ecs:FargateService", "web", {}, custom=False, remote=True)
    assert why(billed(hidden)) == ["what awsx:ecs:FargateService makes is not in the plan"]
    shown = made(by_hand.ADDRESS, "address", parent=hidden.urn)
    assert not billed(hidden, shown).unpriced


def test_nodes_of_pulumi_eks_are_priced_as_it_makes_them() -> None:
    stated = {"instanceTypes": ["g5.2xlarge"], "scalingConfig": {"minSize": 1, "desiredSize": 3, "maxSize": 4}}
    managed = made("eks:index:ManagedNodeGroup", "gpus", stated, custom=False, remote=True)
    whole = made("aws:eks/nodeGroup:NodeGroup", "gpus", stated)

    assert billed(managed).totals == billed(whole).totals
    assert billed(managed).totals.expected_monthly > 0
    # As the engine's own documents show it, with what is in it.
    assert (
        billed(managed, made("aws:eks/nodeGroup:NodeGroup", "part", stated, parent=managed.urn)).totals
        == billed(whole).totals
    )


def test_a_cluster_of_pulumi_eks_has_two_nodes_unless_it_is_told_otherwise() -> None:
    version = {"version": "1.35"}
    bare = billed(made(by_hand.CLUSTER, "c", {**version, "instanceType": "m6i.large"}, custom=False, remote=True))
    told = billed(made(by_hand.CLUSTER, "c", {**version, "skipDefaultNodeGroup": True}, custom=False, remote=True))

    # Two m6i.large at 0.096 $ an hour, and 20 GiB of gp2 at 0.10 $ a GB for each.
    assert bare.totals.expected_monthly - told.totals.expected_monthly == 2 * Decimal("0.096") * 730 + 4


def test_a_vpc_of_awsx_has_a_gateway_in_each_zone() -> None:
    def gateways(**inputs: Json) -> Decimal:
        return billed(made("awsx:ec2:Vpc", "v", inputs, custom=False, remote=True)).totals.idle_monthly

    assert gateways() == 3 * (Decimal("0.045") + Decimal("0.005")) * 730
    assert gateways(natGateways={"strategy": "Single"}) * 3 == gateways()
    assert gateways(natGateways={"strategy": "None"}) == 0


def test_our_own_components_are_their_parts() -> None:
    assert not billed(made("gpuplatform:aws:Network", "network", custom=False)).unpriced


# --- addresses of nodes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("public", "interfaces", "addresses"),
    [
        ((True, True), [], 2),
        ((True, False), [], 1),
        ((False, False), [], 0),
        ((True, True), [{"associatePublicIpAddress": "false"}], 0),
        ((False, False), [{"associatePublicIpAddress": "true"}], 2),
        # EC2 gives no public address to an instance of several interfaces.
        ((True, True), [{"deviceIndex": "0"}, {"deviceIndex": "1"}], 0),
    ],
)
def test_nodes_in_public_subnets_pay_their_addresses(
    public: tuple[bool, ...], interfaces: list[Json], addresses: int
) -> None:
    """Two nodes over two subnets."""
    subnets = [
        made(
            by_hand.SUBNET,
            f"s{n}",
            {"availabilityZoneId": "use1-az4", "mapPublicIpOnLaunch": of},
            outputs={"id": f"s{n}"},
        )
        for n, of in enumerate(public)
    ]
    of = template("web")
    of = made(of.type, "web", {**of.inputs, "networkInterfaces": interfaces}, outputs=of.outputs)
    group = node_group("web", of, types=("m7g.large",), least=2, most=4)
    group = made(group.type, "web", {**group.inputs, "subnetIds": ["s0", "s1"]}, values=group.property_dependencies)
    found = idle(billed(*subnets, of, group))
    # 730 × 0.005 each
    assert found.get("public IPv4 address of each node", "0.00") == cents(addresses * 730 * d("0.005"))


@pytest.mark.parametrize("how", ["by the address itself", "by an association", "not at all"])
def test_an_elastic_ip_takes_the_place_of_the_address_that_ec2_gives(how: str) -> None:
    disk = {"volumeSize": 8, "volumeType": "gp3"}
    inputs: Json = {"instanceType": "t4g.medium", "associatePublicIpAddress": True, "rootBlockDevice": disk}
    lone = made("aws:ec2/instance:Instance", "lone", inputs)
    taken = {"instance": (lone.urn,)} if how == "by the address itself" else {}
    address = made(by_hand.ADDRESS, "address", values=taken)
    bound = made("aws:ec2/eipAssociation:EipAssociation", "bound", values={"instanceId": (lone.urn,)})
    found = billed(lone, address, *([bound] if how == "by an association" else []))
    assert len([line for line in found.lines if "IPv4" in line.what]) == (2 if how == "not at all" else 1)


def test_a_service_that_is_given_its_addresses_pays_no_others() -> None:
    notes = {"service.beta.kubernetes.io/aws-load-balancer-type": "external"}
    notes["service.beta.kubernetes.io/aws-load-balancer-scheme"] = "internet-facing"
    given = {"service.beta.kubernetes.io/aws-load-balancer-eip-allocations": "eipalloc-1,eipalloc-2"}
    for more, there in (({}, True), (given, False)):
        inputs: Json = {"metadata": {"annotations": {**notes, **more}}, "spec": {"type": "LoadBalancer"}}
        found = idle(billed(made("kubernetes:core/v1:Service", "api", inputs)))
        assert ("public IPv4 address" in found) is there


# --- tiers, replicas, gateways ---------------------------------------------------------------------------------------


def test_a_replica_of_a_secret_is_a_secret() -> None:
    token = made("aws:secretsmanager/secret:Secret", "token", {"replicas": [{"region": "eu-west-1"}]})
    assert idle(billed(token))["secret, and 1 replica"] == "0.80"


def test_a_regional_nat_gateway_is_not_billed_as_one_of_a_zone() -> None:
    found = billed(made(by_hand.NAT, "nat", {"availabilityMode": "regional"}))
    assert why(found) == ["a regional NAT gateway is paid in each zone that it serves, and the plan does not say which"]


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Rows of us-east-1 beside those that are on file, or in their place."""
    known = prices.price

    def price(service: str, key: str, region: str, purchase: str = "on-demand") -> Price | None:
        value = values.get(key)
        found = known(service, key, region, purchase)
        return Price(value=d(value), unit=_UNITS.get(service, "month"), source="a test", as_of=DAY) if value else found

    monkeypatch.setattr(prices, "price", price)


_UNITS = {"prometheus": "10M samples", "ebs": "IOPS-month"}


def test_provisioned_iops_are_cheaper_by_tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, **{"io2-iops-above-32000": "0.04", "io2-iops-above-64000": "0.03"})
    volume = made("aws:ebs/volume:Volume", "db", {"size": 1000, "type": "io2", "iops": 100_000})
    # 1000 × 0.125; 32000 × 0.065; 32000 × 0.04; 36000 × 0.03
    assert list(idle(billed(volume)).values()) == ["125.00", "2080.00", "1280.00", "1080.00"]


@pytest.mark.parametrize(
    ("samples", "month"),
    [
        # 2 billion at 0.90 a ten million; the next 250 billion at 0.40; the rest at 0.20.
        (10**9, ["90.00"]),
        (2 * 10**9, ["180.00"]),
        (12 * 10**9, ["180.00", "400.00"]),
        (262 * 10**9, ["180.00", "10000.00", "200.00"]),
    ],
)
def test_samples_are_cheaper_by_tiers(monkeypatch: pytest.MonkeyPatch, samples: int, month: list[str]) -> None:
    given(monkeypatch, **{"samples-above-2-b": "0.40", "samples-above-252-b": "0.20"})
    found = billed(made("aws:amp/workspace:Workspace", "metrics"), expected={"metric_samples": samples})
    assert [cents(line.expected_monthly) for line in found.lines if "taken in" in line.what] == month


def test_what_lies_above_a_tier_without_a_row_is_not_billed_at_the_tier_below() -> None:
    found = billed(made("aws:amp/workspace:Workspace", "metrics"), expected={"metric_samples": 3 * 10**9})
    assert [cents(line.expected_monthly) for line in found.lines if "taken in" in line.what] == ["180.00"]
    assert why(found) == ["no source gives the price of prometheus samples-above-2-b in us-east-1"]


@pytest.mark.parametrize(
    ("spec", "dollars"),
    [
        ("SYMMETRIC_DEFAULT", "3.00"),
        ("HMAC_256", "3.00"),
        ("RSA_2048", "3.00"),
        ("RSA_4096", "15.00"),
        ("ECC_NIST_P256", "15.00"),
    ],
)
def test_requests_cost_by_the_kind_of_key(spec: str, dollars: str) -> None:
    key = made("aws:kms/key:Key", "key", {"customerMasterKeySpec": spec})
    # A million at 0.03 or 0.15 a ten thousand.
    assert cents(billed(key, expected={"kms_requests": 10**6}).lines[1].expected_monthly) == dollars


def test_target_tracking_of_a_group_makes_two_alarms() -> None:
    policy = "aws:autoscaling/policy:Policy"
    tracked, stepped = (made(policy, kind, {"policyType": kind}) for kind in ("TargetTrackingScaling", "StepScaling"))
    assert idle(billed(tracked, stepped)) == {"two alarms that target tracking creates": "0.20"}


def test_logs_of_a_control_plane_are_billed_with_it_alone() -> None:
    cluster = made("aws:eks/cluster:Cluster", "cluster", {"version": "1.35", "enabledClusterLogTypes": ["audit"]})
    group = made("aws:cloudwatch/logGroup:LogGroup", "logs", {"name": "/aws/eks/a/cluster", "retentionInDays": 73})
    found = billed(cluster, group, expected={"control_plane_log_gb": 10, "log_gb": 10})
    # 10 × 0.50; 10 × 2.4 months × 0.03
    assert [cents(line.expected_monthly) for line in found.lines] == ["73.00", "5.00", "0.72"]
    assert {line.urn for line in found.lines} == {cluster.urn}


def test_a_control_planes_logs_are_kept_as_long_as_a_schedule_tells_cloudwatch() -> None:
    cluster = made("aws:eks/cluster:Cluster", "cluster", {"version": "1.35", "enabledClusterLogTypes": ["audit"]})
    said = json.dumps({"LogGroupName": "/aws/eks/a/cluster", "RetentionInDays": 73})
    target = {"arn": "arn:aws:scheduler:::aws-sdk:cloudwatchlogs:putRetentionPolicy", "input": said}
    schedule = made("aws:scheduler/schedule:Schedule", "logs", {"target": target})
    found = billed(cluster, schedule, expected={"control_plane_log_gb": 10})
    # 10 × 0.50; 10 × 2.4 months × 0.03
    assert [cents(line.expected_monthly) for line in found.lines] == ["73.00", "5.00", "0.72"]


def test_instances_beside_an_open_reservation_are_said_to_be_counted_too() -> None:
    inputs: Json = {"instanceType": "p4d.24xlarge", "instanceCount": 1}
    for criteria, told in (("open", True), (None, True), ("targeted", False)):
        held = made(
            "aws:ec2/capacityReservation:CapacityReservation", "r", {**inputs, "instanceMatchCriteria": criteria}
        )
        assert ("open reservation" in billed(held).lines[0].note) is told


def test_a_capacity_block_says_when_it_ends() -> None:
    of = template("h100", reservation="cr-1", instance="p5.48xlarge")
    labels = {"gpuplatform.io/pool": "h100", "gpuplatform.io/rung": "capacity-block-0"}
    group = node_group("h100", of, bought="CAPACITY_BLOCK", labels=labels)
    pools: Json = {"h100": {"buy": [{"max": 2, "until": "2026-12-20"}]}}
    assert billed(of, group, cluster={"pools": pools}).lines[0].note.endswith("; cr-1 ends on 2026-12-20")


def test_that_use_has_no_cap_is_said_where_use_is_billed() -> None:
    told = "use that is paid by the request or by the GB has no cap: the dearest hour counts an hour of its average"
    assert told in billed(made("aws:sqs/queue:Queue", "q")).assumptions
    assert told not in billed(made(by_hand.ADDRESS, "a")).assumptions


# --- the control plane -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "support", "note"),
    [
        (
            "1.34",
            "EXTENDED",
            "standard support of Kubernetes 1.34 ends on 2026-12-02; from then on its control plane costs what extended support does",
        ),
        ("1.34", "STANDARD", ""),
        ("1.35", "EXTENDED", ""),
        (
            "1.33",
            "STANDARD",
            "Kubernetes 1.33 is past its standard support: EKS upgrades the cluster by itself, as its support type asks",
        ),
    ],
)
def test_a_control_plane_that_is_about_to_cost_more_is_said(version: str, support: str, note: str) -> None:
    inputs: Json = {"version": version, "upgradePolicy": {"supportType": support}}
    (line,) = billed(made("aws:eks/cluster:Cluster", "cluster", inputs)).lines
    assert (line.note, cents(line.idle_monthly)) == (note, "73.00")


# --- budgets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "team", "found"),
    [
        (7.30, 3.65, []),
        (7.31, 3.66, []),
        (7.29, 3.65, ["budgets.environment is 7.29 $ a month, and 7.30 $ are expected"]),
        (7.30, 3.64, ["budgets.teams.research is 3.64 $ a month, and 3.65 $ are expected"]),
        (7, 3, ["budgets.environment is 7 $ a month", "budgets.teams.research is 3 $ a month"]),
        (True, None, []),
    ],
)
def test_a_budget_is_exceeded_by_a_cent_and_not_before(environment: float, team: float, found: list[str]) -> None:
    """Two addresses at 730 × 0.005 = 3.65 $ a month, of one team and of another."""
    plan = plan_of(
        *(made(by_hand.ADDRESS, name, {"tags": {"team": name}}) for name in ("research", "applied")),
        governance={"budgets": {"environment": environment, "teams": {"research": team, "nobody": 0.01}}},
    )
    told = [fault.message for fault in over_budget(plan)]
    assert len(told) == len(found)
    assert all(message.startswith(begins) for message, begins in zip(told, found, strict=True))


def test_less_than_a_cent_exceeds_no_budget() -> None:
    # A queue asked 110,000 times: 0.044 $, which is written 0.04.
    queue = made("aws:sqs/queue:Queue", "q")
    plan = plan_of(queue, expected={"queue_requests": 110_000}, governance={"budgets": {"environment": 0.04}})
    assert not list(over_budget(plan))


def test_a_bill_that_lacks_prices_is_at_least_so_much() -> None:
    odd = made("aws:redshift/cluster:Cluster", "odd")
    plan = plan_of(made(by_hand.ADDRESS, "a"), odd, governance={"budgets": {"environment": 1}})
    (fault,) = over_budget(plan)
    assert "and at least 3.65 $ are expected" in fault.message


# --- old prices ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "stale"), [(0, False), (119, False), (120, False), (121, True), (500, True)])
def test_a_price_is_old_after_120_days(days: int, stale: bool) -> None:
    address = made(by_hand.ADDRESS, "a")
    (line,) = billed(address).lines
    found = billed(address, today=line.as_of + datetime.timedelta(days=days))
    assert bool(found.stale) is stale
    assert found.to_json()["stale"] == ([f"public IPv4 address: price of {line.as_of}"] if stale else [])


def test_the_price_of_the_dearest_hour_grows_old_too(monkeypatch: pytest.MonkeyPatch) -> None:
    known, old = prices.price, datetime.date(2026, 1, 1)

    def price(service: str, key: str, region: str, purchase: str = "on-demand") -> Price | None:
        found = known(service, key, region, purchase)
        of_spot = purchase.startswith("spot")
        return found and replace(found, as_of=DAY if of_spot or service != "ec2" else old)

    monkeypatch.setattr(prices, "price", price)
    zone = made(by_hand.SUBNET, "private", {"availabilityZoneId": "use1-az6"})
    of = template("spot")
    found = billed(zone, of, node_group("spot", of, types=("p4d.24xlarge",), bought="SPOT", least=1))
    assert [line.as_of for line in found.stale] == [DAY]
    assert found.as_of == old
    assert found.to_json()["stale"] == ["p4d.24xlarge spot, 1 to 2 nodes: price of 2026-01-01"]
