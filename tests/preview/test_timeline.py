"""Times by hand: who waits for whom, and how long the longest wait is."""

from __future__ import annotations

import pytest

from gpuplatform.kinds.registry import UNLISTED
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.checks.timeline import needless_wait
from gpuplatform.preview.judgement.run import run_checks
from gpuplatform.preview.timeline import timeline
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, plan_of, urn

# Durations of the table: VPC 12, subnet 8, control plane 532, node group 125, NAT gateway 94, release 120, FSx 600, association 420.

VPC = made(by_hand.VPC, "vpc")
SUBNET = made(by_hand.SUBNET, "subnet", values={"vpcId": (VPC.urn,)})
CLUSTER = made(by_hand.CLUSTER, "cluster", custom=False, remote=True, values={"subnetIds": (SUBNET.urn,)})
NODES = made(by_hand.NODE_GROUP, "nodes", values={"clusterName": (CLUSTER.urn,)})
NAT = made(by_hand.NAT, "nat", values={"subnetId": (SUBNET.urn,)})


def release(name: str, *waits_for: str) -> PlannedResource:
    return made(by_hand.RELEASE, name, waits_for=waits_for, values={}, provider=f"{CLUSTER.urn}::0")


def test_a_chain_takes_the_sum_of_its_parts() -> None:
    times = timeline(plan_of(VPC, SUBNET, CLUSTER, NODES))
    assert times.critical_path_seconds == 12 + 8 + 532 + 125 == 677
    assert times.chain == (VPC.urn, SUBNET.urn, CLUSTER.urn, NODES.urn)
    assert times.starts[NODES.urn] == (552, 677)
    assert times.lower_bound_seconds == 677
    assert times.needless == ()


def test_what_does_not_wait_runs_beside_it() -> None:
    times = timeline(plan_of(VPC, SUBNET, CLUSTER, NODES, NAT))
    assert times.starts[NAT.urn] == (20, 114)
    assert times.critical_path_seconds == 677


def test_an_order_without_a_value_lengthens_the_path_and_not_the_bound() -> None:
    late = late_cluster()
    times = timeline(plan_of(VPC, SUBNET, NAT, late, NODES))
    assert times.critical_path_seconds == 677 + 94
    assert times.lower_bound_seconds == 677
    assert times.needless == ((late.urn, NAT.urn),)


def late_cluster(*, custom_wait: bool = True) -> PlannedResource:
    awaited = (NAT.urn,) if custom_wait else ()
    return made(
        by_hand.CLUSTER, "cluster", custom=False, remote=True, values={"subnetIds": (SUBNET.urn,)}, waits_for=awaited
    )


def told(*resources: PlannedResource) -> list[tuple[str, str]]:
    return [(f.urn, f.message) for f in run_checks(plan_of(*resources), [needless_wait])]


def test_the_edge_that_lengthens_the_path_is_found_and_nothing_else() -> None:
    """The check "needless-wait"."""
    assert told(VPC, SUBNET, NAT, late_cluster(custom_wait=False), NODES) == []
    assert told(VPC, SUBNET, NAT, late_cluster(), NODES) == [
        (
            CLUSTER.urn,
            "cluster: waits for nat, of which it uses nothing; without depends_on all is ready 2 min sooner, after 11 min",
        )
    ]


def test_a_wait_that_costs_next_to_nothing_is_none() -> None:
    role = made("aws:iam/role:Role", "role")
    nodes = made(by_hand.NODE_GROUP, "nodes", values={"clusterName": (CLUSTER.urn,)}, waits_for=(role.urn,))
    late_role = made("aws:iam/role:Role", "role", waits_for=(CLUSTER.urn,))

    assert told(VPC, SUBNET, CLUSTER, role, nodes) == [], "it is there long before"
    assert told(VPC, SUBNET, CLUSTER, late_role, nodes) == [], "one second more"


def test_the_component_that_asks_for_the_wait_is_named() -> None:
    whole = made("gpuplatform:aws:Late", "whole", custom=False, waits_for=(NAT.urn,))
    part = made(by_hand.NODE_GROUP, "whole-part", parent=whole.urn)

    assert [urn for urn, _ in told(VPC, SUBNET, NAT, whole, part)] == [whole.urn]


def test_ours_is_ready_within_two_hundredths_of_the_bound(plans: dict[str, Plan]) -> None:
    for name, plan in plans.items():
        times = timeline(plan)
        assert times.lower_bound_seconds > 600, name
        assert times.critical_path_seconds <= 1.02 * times.lower_bound_seconds, name


def test_what_the_cluster_needs_in_order_belongs_to_the_bound() -> None:
    kueue = release("kueue", NODES.urn)
    queue = made(
        "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue", "team", waits_for=(kueue.urn,), provider=f"{CLUSTER.urn}::0"
    )
    times = timeline(plan_of(VPC, SUBNET, CLUSTER, NODES, kueue, queue))
    assert times.critical_path_seconds == times.lower_bound_seconds == 677 + 120 + UNLISTED.seconds
    assert times.needless == ()


def test_a_provider_is_waited_for() -> None:
    alone = release("alone")
    assert timeline(plan_of(VPC, SUBNET, CLUSTER, alone)).starts[alone.urn] == (552, 672)


def test_a_component_is_there_when_its_last_part_is() -> None:
    whole = made("gpuplatform:aws:Network", "net", custom=False)
    vpc = made(by_hand.VPC, "net-vpc", parent=whole.urn)
    subnet = made(by_hand.SUBNET, "net-subnet", parent=whole.urn, values={"vpcId": (vpc.urn,)})
    after = made("aws:iam/role:Role", "after", waits_for=(whole.urn,))
    times = timeline(plan_of(whole, vpc, subnet, after))
    assert times.starts[whole.urn] == (0, 20)
    assert times.starts[after.urn] == (20, 21)
    assert times.chain == (vpc.urn, subnet.urn, after.urn)


def test_a_component_of_another_package_takes_its_time_once_where_its_parts_are_shown() -> None:
    """As the engine lists it: the component, and the control plane that it makes."""
    role = made("aws:iam/role:Role", "cluster-role", parent=CLUSTER.urn)
    values = {"roleArn": (role.urn,), "vpcConfig": (SUBNET.urn,)}
    inside = made("aws:eks/cluster:Cluster", "cluster-eks", parent=CLUSTER.urn, values=values)
    times = timeline(plan_of(VPC, SUBNET, CLUSTER, role, inside, NODES))
    # VPC 12, subnet 8, role 1, control plane 532, node group 125; the role by itself needs no subnet.
    assert times.critical_path_seconds == 12 + 8 + 1 + 532 + 125
    assert times.lower_bound_seconds == 12 + 8 + 532 + 125
    assert times.starts[CLUSTER.urn] == (20, 553)
    # What it makes in no time tells nothing of how long it takes itself.
    assert timeline(plan_of(VPC, SUBNET, CLUSTER, role, NODES)).critical_path_seconds >= 12 + 8 + 532 + 125


def test_a_part_does_not_wait_for_what_it_is_part_of() -> None:
    whole = made("gpuplatform:aws:Network", "net", custom=False, waits_for=(NAT.urn,))
    part = made(by_hand.VPC, "net-vpc", parent=whole.urn, waits_for=(whole.urn,))
    assert timeline(plan_of(whole, part)).starts[part.urn] == (0, 12)


@pytest.mark.parametrize(
    ("variant", "seconds"),
    [({"serverlessConfig": {"memorySizeInMb": 1024}}, 600), ({"instanceType": "ml.g5.xlarge"}, 900)],
)
def test_a_serverless_endpoint_is_there_sooner(variant: dict[str, object], seconds: float) -> None:
    config = made(by_hand.ENDPOINT_CONFIGURATION, "config", {"productionVariants": [variant]})
    endpoint = made(by_hand.ENDPOINT, "endpoint", values={"endpointConfigName": (config.urn,)})
    times = timeline(plan_of(config, endpoint))
    assert times.critical_path_seconds == UNLISTED.seconds + seconds


def test_a_chart_of_definitions_alone_is_there_at_once() -> None:
    definitions = made(
        by_hand.RELEASE, "crds", {"chart": "oci://registry/prometheus-operator-crds"}, provider=f"{CLUSTER.urn}::0"
    )
    assert timeline(plan_of(VPC, SUBNET, CLUSTER, definitions)).starts[definitions.urn] == (552, 562)


def test_types_that_nobody_has_timed_are_named() -> None:
    assert timeline(plan_of(VPC, release("kueue"))).estimated == (by_hand.RELEASE,)


def test_a_long_chain_needs_no_recursion() -> None:
    chain = [VPC]
    for index in range(3000):
        chain.append(made("aws:iam/role:Role", f"role-{index}", waits_for=(chain[-1].urn,)))
    assert timeline(plan_of(*chain)).critical_path_seconds == 12 + 3000


def test_a_circle_is_an_error_that_names_its_resources() -> None:
    one = made("aws:iam/role:Role", "one", waits_for=(urn("aws:iam/role:Role", "two"),))
    two = made("aws:iam/role:Role", "two", waits_for=(one.urn,))
    with pytest.raises(ValueError, match=r"resources wait for one another in a circle: .*::one → .*::two"):
        timeline(plan_of(one, two))


def test_an_empty_plan_takes_no_time() -> None:
    times = timeline(plan_of())
    assert (times.critical_path_seconds, times.chain) == (0, ())


def test_the_json_has_the_keys_of_the_contract() -> None:
    found = timeline(_small()).to_json()
    assert {"critical_path_seconds", "lower_bound_seconds", "chain"} <= set(found)
    assert found["starts"][SUBNET.urn] == [12.0, 20.0]


def _small() -> Plan:
    return plan_of(VPC, SUBNET)
