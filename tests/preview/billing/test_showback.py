"""Who pays, by hand: quotas, models, tags, and the platform's share."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.kinds.cluster.pool_users import gpu_pools
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.wording import cents
from gpuplatform.preview.billing.bill import Bill, bill
from gpuplatform.preview.billing.lines import Line, State, Totals
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, node_group, plan_of, template

DAY = datetime.date(2026, 11, 22)
OWNER: Json = {"team": "ml-platform"}
QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
FLAVOR = "kubernetes:kueue.x-k8s.io/v1beta2:ResourceFlavor"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SCALER = "kubernetes:keda.sh/v1alpha1:ScaledObject"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
ADDRESS = made(by_hand.ADDRESS, "nat", {"tags": {"team": "ml-platform"}})
"""3.65 $ a month of the platform's: 730 h × 0.005."""


def pays(plan: Plan, state: State = State.EXPECTED) -> dict[str, str]:
    found = bill(plan, DAY)
    for each in State:
        assert sum(each.of(sums) for sums in found.by_team().values()) == each.of(found.totals), each
    return {team: str(cents(state.of(sums))) for team, sums in found.by_team().items()}


def parts(found: Bill, part: str) -> dict[str, str]:
    return {cost.team: str(cents(getattr(cost, part).expected_monthly)) for cost in found.showback.teams}


def pool(*, hours: int = 100, most: int = 4, nodes: str = "", **more: Any) -> list[PlannedResource]:
    """p4d.24xlarge on demand at 21.957642 $ with 8 GPUs a node, and 1 GiB a node. `nodes`: the team that instances are tagged with."""
    of = template("a100", gib=1)
    if nodes:
        tagged = [{"resourceType": "instance", "tags": {"team": nodes}}]
        of = replace(of, inputs={**of.inputs, "tagSpecifications": tagged})
    labels = {"gpuplatform.io/pool": "a100", "gpuplatform.io/rung": "on-demand-0"}
    return [of, node_group("a100", of, types=("p4d.24xlarge",), most=most, labels=labels, **more)]


def used(hours: int, nodes: int = 2) -> Json:
    return {"pools": {"a100": {"buy": [{"max": 4}], "expected": {"running": nodes, "hours": hours}}}}


def flavor(name: str = "a100") -> PlannedResource:
    labels = {"gpuplatform.io/pool": "a100"}
    return an_object(FLAVOR, name, {"nodeLabels": labels})


def queue(team: str, gpus: Json, *, labels: Json = None, of: str = "a100") -> PlannedResource:
    quota = {"name": "nvidia.com/gpu", "nominalQuota": gpus}
    groups = [{"flavors": [{"name": of, "resources": [quota]}]}]
    return an_object(QUEUE, team, {"resourceGroups": groups}, labels)


def an_object(token: str, name: str, spec: Json, labels: Json = None, namespace: str = "serving") -> PlannedResource:
    metadata: Json = {"name": name, "namespace": namespace, "labels": labels or {}}
    inputs: Json = {"apiVersion": "v1", "kind": token.rpartition(":")[2], "metadata": metadata, "spec": spec}
    return made(token, name, inputs, outputs={"metadata": {"name": name}})


# --- quotas ----------------------------------------------------------------------------------------------------------


def test_a_pool_is_paid_by_quota_and_the_platform_by_gpu_spend() -> None:
    plan = plan_of(*pool(), flavor(), queue("big", 24), queue("small", 8), ADDRESS, cluster=used(100), owner=OWNER)
    # 2 × 100 h × 21.957642 = 4,391.53, and 2 × 100 / 730 GiB × 0.08 = 0.02: 4,391.55. Of 32 GPUs big has 24: 3,293.66 and 1,097.89.
    # The address's 3.65: 2.74 and 0.91.
    assert pays(plan) == {"big": "3296.40", "small": "1098.80"}
    assert parts(bill(plan, DAY), "pools") == {"big": "3293.66", "small": "1097.89"}
    assert parts(bill(plan, DAY), "overhead") == {"big": "2.74", "small": "0.91"}


def test_what_no_quota_covers_is_the_platforms() -> None:
    plan = plan_of(*pool(), flavor(), queue("big", 8), queue("small", 8), cluster=used(100), owner=OWNER)
    found = bill(plan, DAY)
    # Of 32 GPUs 16 are nobody's: half of 4,391.55 is shared like other overhead.
    assert str(cents(found.showback.overhead.expected_monthly)) == "2195.78"
    assert pays(plan) == {"big": "2195.78", "small": "2195.78"}
    assert "nobody 16" in found.showback.pools[0].sentence


def test_quotas_beyond_the_pool_divide_all_of_it() -> None:
    plan = plan_of(*pool(most=1), flavor(), queue("one", 24), queue("two", "8"), cluster=used(100, 1), owner=OWNER)
    assert pays(plan) == {"one": "1646.83", "two": "548.94"}


def test_a_queue_is_of_the_team_that_its_label_names() -> None:
    labels = {"gpuplatform.io/team": "research"}
    plan = plan_of(*pool(), flavor(), queue("gold", 32, labels=labels), cluster=used(100), owner=OWNER)
    assert pays(plan) == {"research": "4391.55"}


def test_a_quota_of_another_pools_flavour_is_no_share_of_this_one() -> None:
    other = replace(flavor("l4"), inputs={**flavor("l4").inputs, "spec": {"nodeLabels": {"gpuplatform.io/pool": "l4"}}})
    queues = (queue("mine", 32), queue("theirs", 32, of="l4"))
    plan = plan_of(*pool(), flavor(), other, *queues, cluster=used(100), owner=OWNER)
    assert pays(plan) == {"mine": "4391.55"}


def test_quotas_of_a_shared_gpu_count_what_nodes_advertise() -> None:
    told = {"key": "k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/gpu", "value": "32"}
    tag = made(
        "aws:autoscaling/tag:Tag",
        "gpus",
        {"autoscalingGroupName": "asg", "tag": told},
        values={"autoscalingGroupName": (by_hand.urn(by_hand.NODE_GROUP, "a100"),)},
    )
    plan = plan_of(*pool(), tag, flavor(), queue("one", 32), cluster=used(100), owner=OWNER)
    (found,) = gpu_pools(plan)
    # 4 nodes of 8 GPUs in 4 parts each.
    assert found.capacity(plan) == 128


# --- tags ------------------------------------------------------------------------------------------------------------


def test_a_dedicated_pool_is_its_teams_by_the_tag_of_its_instances() -> None:
    plan = plan_of(*pool(nodes="safety"), ADDRESS, cluster=used(100), owner=OWNER)
    assert pays(plan) == {"safety": "4395.20"}
    assert parts(bill(plan, DAY), "tagged")["safety"] == "4391.55"


def test_a_node_groups_own_tag_says_who_pays_but_aws_never_sees_it() -> None:
    plan = plan_of(*pool(team="safety"), cluster=used(100), owner=OWNER)
    assert pays(plan) == {"safety": "4391.55"}
    assert parts(bill(plan, DAY), "tagged") == {"safety": "0.00"}


def test_a_pool_that_nobody_has_is_the_platforms_own() -> None:
    plan = plan_of(*pool(nodes="ml-platform"), cluster=used(100), owner=OWNER)
    assert pays(plan) == {"ml-platform": "4391.55"}
    assert "no team" in bill(plan, DAY).showback.pools[0].sentence


# --- models ----------------------------------------------------------------------------------------------------------


def serving(*models: tuple[str, str, int, int, int, Json]) -> Plan:
    """Deployments on the pool `l4` of g6.xlarge on demand: name, team, GPUs, least and most copies, what settings expect."""
    spec = {
        "nodeClassRef": {"name": "l4"},
        "requirements": [{"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}],
    }
    node_pool = made(
        by_hand.NODE_POOL,
        "l4-pool",
        {
            "spec": {
                "template": {"metadata": {"labels": {"gpuplatform.io/pool": "l4"}}, "spec": spec},
                "limits": {"nvidia.com/gpu": "8"},
            }
        },
    )
    disk = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": "1Gi", "volumeType": "gp3"}}
    of = {"metadata": {"name": "l4"}, "spec": {"blockDeviceMappings": [disk], "tags": {"team": "ml-platform"}}}
    objects: list[PlannedResource] = [node_pool, made(NODE_CLASS, "l4-class", of)]
    for name, team, gpus, least, most, _ in models:
        container = {"name": "it", "resources": {"limits": {"nvidia.com/gpu": str(gpus)}}}
        pod = {
            "metadata": {"labels": {"gpuplatform.io/team": team}},
            "spec": {"nodeSelector": {"gpuplatform.io/pool": "l4"}, "containers": [container]},
        }
        objects.append(an_object(DEPLOYMENT, name, {"replicas": least, "template": pod}))
        scaled = {"scaleTargetRef": {"name": name}, "minReplicaCount": least, "maxReplicaCount": most}
        objects.append(an_object(SCALER, f"{name}-scaler", scaled))
    settings = {
        "pools": {"l4": {"expected": {"running": 4, "hours": 100}}},
        "models": {
            name: {"team": team, "pool": "l4", "runs_on": "eks", "tensor_parallel": gpus, **more}
            for name, team, gpus, _, _, more in models
        },
    }
    return plan_of(*objects, serving=settings, owner=OWNER)


def test_a_shared_serving_pool_is_paid_by_expected_gpu_hours() -> None:
    plan = serving(
        ("chat", "applied", 1, 0, 4, {"expected": {"running": 3, "hours": 100}}),
        ("embed", "research", 1, 0, 2, {"expected": {"running": 1, "hours": 100}}),
    )
    # 4 × 100 h × 0.8048 = 321.92, and 400 / 730 GiB × 0.08 = 0.04: of 321.96 three quarters are applied's.
    assert pays(plan) == {"applied": "241.47", "research": "80.49"}


def test_what_never_goes_is_paid_by_whose_copies_never_go() -> None:
    plan = serving(
        ("chat", "applied", 1, 2, 4, {"expected": {"running": 2, "hours": 730}}),
        ("embed", "research", 1, 0, 4, {"expected": {"running": 2, "hours": 730}}),
    )
    assert pays(plan, State.IDLE) == {"applied": "1175.17", "research": "0.00"}


def test_models_that_nobody_expects_are_weighed_by_what_may_run() -> None:
    plan = serving(("chat", "applied", 1, 0, 3, {}), ("embed", "research", 1, 0, 1, {}))
    assert pays(plan) == {"applied": "241.47", "research": "80.49"}


def test_a_model_without_a_team_is_the_platforms_and_nothing_is_lost() -> None:
    plan = serving(("chat", "", 1, 0, 3, {}), ("embed", "research", 1, 0, 1, {}))
    found = bill(plan, DAY)
    assert str(cents(found.showback.overhead.expected_monthly)) == "241.47"
    assert pays(plan) == {"research": "321.96"}


def test_where_no_team_is_known_to_be_the_platforms_models_say_more_than_the_tag_of_nodes() -> None:
    plan = replace(serving(("chat", "applied", 1, 0, 3, {}), ("embed", "research", 1, 0, 1, {})), settings={})
    assert bill(plan, DAY).showback.pools[0].basis.value == "models"


def test_an_endpoint_is_its_tags_and_weighs_in_the_key() -> None:
    variants = [{"variantName": "v", "instanceType": "ml.g5.xlarge", "initialInstanceCount": 1}]
    configuration = made(
        by_hand.ENDPOINT_CONFIGURATION, "chat", {"productionVariants": variants}, outputs={"name": "chat", "id": "chat"}
    )
    endpoint = made(
        by_hand.ENDPOINT,
        "chat",
        {"endpointConfigName": "chat", "tags": {"team": "applied"}},
        outputs={"name": "chat"},
        values={"endpointConfigName": (configuration.urn,)},
    )
    found = bill(plan_of(configuration, endpoint, ADDRESS, owner=OWNER), DAY)
    assert parts(found, "overhead") == {"applied": "3.65"}


# --- the key ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "overhead"),
    [
        ("gpu-spend", {"big": "2.74", "small": "0.91"}),
        ("evenly", {"big": "1.83", "small": "1.83"}),
        ("owner", {"big": "0.00", "ml-platform": "3.65", "small": "0.00"}),
    ],
)
def test_the_platform_is_shared_by_the_key_that_settings_state(key: str, overhead: dict[str, str]) -> None:
    queues = (queue("big", 24), queue("small", 8))
    plan = plan_of(*pool(), flavor(), *queues, ADDRESS, cluster=used(100), owner=OWNER, governance={"overhead": key})
    assert parts(bill(plan, DAY), "overhead") == overhead
    pays(plan)


def test_where_nobody_uses_a_gpu_the_platform_keeps_what_it_costs() -> None:
    assert pays(plan_of(ADDRESS, owner=OWNER)) == {"ml-platform": "3.65"}
    assert pays(plan_of(ADDRESS)) == {"ml-platform": "3.65"}


def test_where_nobody_is_expected_to_use_a_gpu_the_cap_says_whose_the_platform_is() -> None:
    queues = (queue("big", 24), queue("small", 8))
    plan = plan_of(*pool(), flavor(), *queues, ADDRESS, cluster=used(0), owner=OWNER)
    assert pays(plan) == {"big": "2.74", "small": "0.91"}


def test_prods_teams_pay_for_their_quotas_and_their_models(plans: dict[str, Plan]) -> None:
    """The review's figures: safety 37.8 thousand of GPU nodes; applied 50.8 thousand with its endpoint; by tag both are nearly nothing."""
    plan = plans["prod"]
    found = bill(plan, DAY)
    nodes = {share.name: share.of(Totals.of(_of_pool(plan, found, share.name))) for share in found.showback.pools}
    of_team = {cost.team: cost for cost in found.showback.teams}
    assert set(of_team) == {"research", "applied", "safety"}
    for team, part in (("research", 2), ("applied", 4), ("safety", 4)):
        h100, a100 = nodes["h100"][team].expected_monthly, nodes["a100"][team].expected_monthly
        assert h100 * part == pytest.approx(Totals.of(_of_pool(plan, found, "h100")).expected_monthly)
        assert a100 * 3 == pytest.approx(Totals.of(_of_pool(plan, found, "a100")).expected_monthly)
        assert of_team[team].pools.expected_monthly >= h100 + a100
    assert of_team["safety"].tagged.expected_monthly < of_team["safety"].total.expected_monthly / 100


def _of_pool(plan: Plan, found: Bill, name: str) -> list[Line]:
    (pool,) = [one for one in gpu_pools(plan) if one.name == name]
    return [line for line in found.lines if line.urn in pool.resources(plan)]
