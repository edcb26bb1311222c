"""What is asked of an account is what the plans of dev and prod hold, and nothing that they do not."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.ops.demand import (
    ElasticPoolDemand,
    EndpointDemand,
    NodeGroupDemand,
    Reservation,
    UnreadablePlan,
    demand,
)
from gpuplatform.plan.model import Plan
from gpuplatform.pools.purchase import PurchaseType
from tests.ops.conftest import OwnPlans

PRIVATE = ("use1-az1", "use1-az4", "use1-az6")


def test_node_groups_of_prod(own_plans: OwnPlans) -> None:
    found = {group.name: group for group in demand(own_plans("prod")).node_groups}
    assert {name: (g.instance_types, g.how, g.max, g.zone_ids) for name, g in found.items()} == {
        "h100-capacity-block-0": (("p5.48xlarge",), PurchaseType.CAPACITY_BLOCK, 4, ("use1-az6",)),
        "h100-on-demand-1": (("p5.48xlarge",), PurchaseType.ON_DEMAND, 4, ("use1-az6",)),
        "a100-on-demand-0": (("p4d.24xlarge",), PurchaseType.ON_DEMAND, 2, ("use1-az6",)),
        "a100-spot-1": (("p4d.24xlarge",), PurchaseType.SPOT, 4, ("use1-az6",)),
        "system": (("m7g.xlarge",), PurchaseType.ON_DEMAND, 6, PRIVATE),
    }
    assert {name: g.reservation for name, g in found.items() if g.reservation} == {
        "h100-capacity-block-0": Reservation(id="cr-0123456789abcdef0", starts=None, until=datetime.date(2026, 12, 20))
    }


def test_elastic_pools_of_prod(own_plans: OwnPlans) -> None:
    both = (PurchaseType.SPOT, PurchaseType.ON_DEMAND)
    alias = ("al2023@v20261023",)
    assert demand(own_plans("prod")).pools == (
        ElasticPoolDemand(
            name="l40s",
            instance_types=("g6e.12xlarge", "g6e.24xlarge"),
            hows=both,
            max_gpus=20,
            zone_ids=PRIVATE,
            ami_aliases=alias,
        ),
        ElasticPoolDemand(
            name="small",
            instance_types=("g6.2xlarge", "g5.2xlarge", "g6e.2xlarge"),
            hows=both,
            max_gpus=8,
            zone_ids=PRIVATE,
            ami_aliases=alias,
        ),
    )


def test_endpoints_of_prod_are_at_the_most_that_their_scaling_allows(own_plans: OwnPlans) -> None:
    assert demand(own_plans("prod")).endpoints == (
        EndpointDemand(name="gpuplatform-prod-chat-8b", instance_type="ml.g6.2xlarge", max=6, twice_while_updated=True),
        EndpointDemand(
            name="gpuplatform-prod-transcribe", instance_type="ml.g5.2xlarge", max=4, twice_while_updated=True
        ),
    )


def test_dev_asks_for_its_own_account_and_for_no_endpoint_instances(own_plans: OwnPlans) -> None:
    found = demand(own_plans("dev"))
    assert (found.environment, found.region, found.accounts, found.kubernetes) == (
        "dev",
        "us-east-1",
        ("111122223333",),
        "1.36",
    )
    assert found.endpoints == (), "dev's endpoint is serverless"
    assert {g.name: g.how for g in found.node_groups} == {
        "l4-spot-0": PurchaseType.SPOT,
        "system": PurchaseType.ON_DEMAND,
    }


def test_created_names_carry_the_suffix_that_pulumi_adds(own_plans: OwnPlans) -> None:
    created = demand(own_plans("prod")).created
    assert created["aws:ec2/vpc:Vpc"] == "network-vpc-0000000"
    assert created["aws:sagemaker/endpoint:Endpoint"].startswith("gpuplatform-prod-"), "a fixed name stays as it is"
    assert not any(type_.startswith(("kubernetes:", "gpuplatform:", "pulumi:")) for type_ in created)


def _one(plan: Plan, name: str) -> Any:
    (found,) = (r for r in plan.resources if r.name == name)
    return found


def _group(plan: Plan, name: str) -> NodeGroupDemand:
    return next(g for g in demand(plan).node_groups if g.name == name)


def test_group_whose_template_targets_a_reservation_buys_by_reservation(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    _one(plan, "h100-on-demand-1-template").inputs["capacityReservationSpecification"] = {
        "capacityReservationTarget": {"capacityReservationId": "cr-00000001"}
    }
    found = _group(plan, "h100-on-demand-1")
    assert found.how is PurchaseType.RESERVATION
    assert found.reservation == Reservation(id="cr-00000001", starts=None, until=None)


def test_reservation_that_the_plan_itself_makes_is_not_looked_for(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    template = _one(plan, "h100-capacity-block-0-template")
    template.property_dependencies["capacityReservationSpecification"] = [template.urn]
    found = _group(plan, "h100-capacity-block-0")
    assert found.reservation is None
    assert found.how is PurchaseType.CAPACITY_BLOCK


def _h100_buys(plan: Plan) -> list[dict[str, Any]]:
    return plan.settings["gpuplatform:cluster"]["pools"]["h100"]["buy"]


def test_end_of_a_reservation_may_be_a_time(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    _h100_buys(plan)[0]["until"] = "2026-12-20T11:30:00Z"
    found = _group(plan, "h100-capacity-block-0").reservation
    assert found
    assert found.until == datetime.datetime(2026, 12, 20, 11, 30, tzinfo=datetime.UTC)


def test_block_that_is_to_be_bought_is_a_purchase(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    assert demand(plan).purchases == ()
    offered = {
        "how": "capacity-block",
        "offering": "cb-01234567",
        "max": 2,
        "starts": "2026-12-02",
        "until": "2026-12-06",
    }
    _h100_buys(plan).append(offered)
    (found,) = demand(plan).purchases
    assert (found.pool, found.instance_type, found.rung.offering) == ("h100", "p5.48xlarge", "cb-01234567")


def test_pinned_release_of_a_group_is_kept(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    _one(plan, "a100-spot-1-nodes").inputs["releaseVersion"] = "1.35.2-20260714"
    assert _group(plan, "a100-spot-1").release == "1.35.2-20260714"


def test_elastic_pool_confined_to_a_zone_is_asked_there_alone(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    _one(plan, "small-pool").inputs["spec"]["template"]["spec"]["requirements"].append(
        {"key": "topology.k8s.aws/zone-id", "operator": "In", "values": ["use1-az4"]}
    )
    assert next(p for p in demand(plan).pools if p.name == "small").zone_ids == ("use1-az4",)


def test_elastic_pool_without_instance_types_is_refused(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    spec = _one(plan, "small-pool").inputs["spec"]["template"]["spec"]
    spec["requirements"] = [r for r in spec["requirements"] if r["key"] != "node.kubernetes.io/instance-type"]
    with pytest.raises(UnreadablePlan, match="pool small names no instance types"):
        demand(plan)


def test_endpoint_that_is_updated_in_batches_needs_no_second_fleet(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    _one(plan, "chat-8b-endpoint").inputs["deploymentConfig"] = {"rollingUpdatePolicy": {}}
    chat, transcribe = demand(plan).endpoints
    assert not chat.twice_while_updated
    assert transcribe.twice_while_updated


def test_endpoint_without_scaling_has_the_instances_it_starts_with(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    kept = tuple(r for r in plan.resources if r.name != "chat-8b-scaling-target")
    assert demand(replace(plan, resources=kept)).endpoints[0].max == 6
