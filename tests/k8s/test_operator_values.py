"""Values that the charts are given: the traps that their defaults hold."""

from __future__ import annotations

import re
from typing import Any

import pulumi
import pytest
import yaml

from components.iam import Account
from components.tags import CostTags
from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.pools import health
from gpuplatform.pools.autoscaler import SCALE_DOWN_UNCLAIMED
from gpuplatform.pools.sharing import Sharing
from k8s import (
    cluster_autoscaler,
    device_plugins,
    fsx_csi,
    karpenter,
    kueue,
    load_balancer_controller,
    monitoring,
    requests,
    workload_operators,
)
from k8s.alertmanager import Topics
from k8s.gpu_nodes import DAEMON_TOLERATIONS, UNCHECKED
from tests.conftest import Record
from tests.requested import Requests, requested

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="platform", contact="ml@example.com")
ACCOUNT = Account(id="111122223333", region="us-east-1")
POOLS = {"h100": ["capacity-block-0", "on-demand-1"], "a100": ["on-demand-0", "spot-1"]}


def autoscaler(**changed: Any) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "cluster_name": "main",
        "region": "us-east-1",
        "kubernetes_version": "1.35",
        "pools": POOLS,
        "replicas": 2,
    }
    return cluster_autoscaler.values(**(shape | changed))


def test_the_first_way_of_buying_has_the_highest_priority_in_every_pool() -> None:
    assert cluster_autoscaler.priorities(POOLS) == {
        "100": ["^eks-h100-capacity-block-0-nodes-", "^eks-a100-on-demand-0-nodes-"],
        "90": ["^eks-h100-on-demand-1-nodes-", "^eks-a100-spot-1-nodes-"],
        "1": [".*"],
    }


def test_without_pools_the_autoscaler_still_grows_the_system_nodes() -> None:
    assert cluster_autoscaler.priorities({}) == {"1": [".*"]}


def test_more_ways_of_buying_than_priorities_are_refused() -> None:
    with pytest.raises(ValueError, match="10 ways of buying in one pool; at most 9"):
        cluster_autoscaler.priorities({"h100": [f"on-demand-{i}" for i in range(10)]})


def test_priorities_are_all_different_and_above_the_rest() -> None:
    numbers = [int(p) for p in cluster_autoscaler.priorities({"h100": [f"spot-{i}" for i in range(9)]})]
    assert numbers == sorted(set(numbers), reverse=True)


def test_the_autoscaler_is_of_the_clusters_version() -> None:
    assert autoscaler()["image"] == {"tag": "v1.35.2"}
    with pytest.raises(ValueError, match=r"no Cluster Autoscaler is pinned for 1\.29; accepted: 1\.33"):
        cluster_autoscaler.image_tag("1.29")


def test_the_autoscaler_answers_provisioning_requests_and_keeps_busy_gpu_nodes() -> None:
    flags = autoscaler()["extraArgs"]
    assert flags["expander"] == "priority"
    assert flags["enable-provisioning-requests"] is True
    assert flags["balance-similar-node-groups"] is False
    assert (flags["startup-taint"], flags["status-taint"]) == (UNCHECKED["key"], health.UNHEALTHY)
    # Above 0, as idle nodes must go; below one GPU of sixteen, the most that a node has.
    assert 0 < flags["scale-down-gpu-utilization-threshold"] < 1 / 16


def test_kueue_leaves_jobs_alone_that_name_no_queue_and_operators_jobs_whatever_they_name() -> None:
    config = kueue.configuration(["kube-system", "monitoring"])

    assert config["manageJobsWithoutQueueName"] is False
    assert config["managedJobsNamespaceSelector"]["matchExpressions"] == [
        {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system", "monitoring"]}
    ]


def test_kueue_queues_the_kinds_that_we_install_and_ray_s() -> None:
    assert set(kueue.configuration([])["integrations"]["frameworks"]) == {
        "batch/job",
        "jobset.x-k8s.io/jobset",
        "trainer.kubeflow.org/trainjob",
        "ray.io/rayjob",
        "leaderworkerset.x-k8s.io/leaderworkerset",
    }


def test_kueue_is_configured_in_yaml_and_reports_the_use_of_queues() -> None:
    written = kueue.values(replicas=1, excluded_namespaces=["kube-system"])["managerConfig"][
        "controllerManagerConfigYaml"
    ]

    config = yaml.safe_load(written)
    assert config == kueue.configuration(["kube-system"])
    assert config["metrics"]["enableClusterQueueResources"] is True


def test_trainer_does_not_bring_a_second_jobset() -> None:
    assert workload_operators.trainer_values(1)["jobset"] == {"install": False}


@pytest.mark.parametrize(
    "daemon",
    [
        device_plugins.nvidia_values(),
        device_plugins.nvidia_values()["nfd"]["worker"],
        monitoring.dcgm_values(TAGS.labels()),
    ],
    ids=["device plugin", "feature discovery", "dcgm"],
)
def test_daemons_of_gpu_nodes_bear_their_taints_and_run_nowhere_else(daemon: dict[str, object]) -> None:
    assert daemon["tolerations"] == DAEMON_TOLERATIONS
    assert daemon["affinity"] == device_plugins.ON_GPU_NODES


def test_gpu_nodes_are_all_nodes_of_a_pool_but_the_operators() -> None:
    affinity = device_plugins.ON_GPU_NODES["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]

    assert affinity["nodeSelectorTerms"][0]["matchExpressions"] == [
        {"key": POOL_LABEL, "operator": "Exists"},
        {"key": POOL_LABEL, "operator": "NotIn", "values": ["system"]},
    ]


def test_nvidias_plugin_stays_off_nodes_whose_image_has_it() -> None:
    values = device_plugins.nvidia_values(exclude_pools=["rocket"])
    (term,) = values["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]

    assert term["matchExpressions"][1] == {"key": POOL_LABEL, "operator": "NotIn", "values": ["system", "rocket"]}
    assert values["nfd"]["worker"]["affinity"] == device_plugins.ON_GPU_NODES


def test_nodes_choose_how_gpus_are_shared_by_label_and_others_have_whole_gpus() -> None:
    shared = {"slices-4": Sharing(time_slices=4), "parts": Sharing(mig="1g.10gb")}
    config = device_plugins.nvidia_values(shared=shared)["config"]

    assert config["default"] == "whole"
    assert {name: yaml.safe_load(text) for name, text in config["map"].items()} == {
        "whole": {"version": "v1"},
        "slices-4": {
            "version": "v1",
            "sharing": {
                "timeSlicing": {
                    "renameByDefault": False,
                    "failRequestsGreaterThanOne": True,
                    "resources": [{"name": "nvidia.com/gpu", "replicas": 4}],
                }
            },
        },
        # Under any other strategy the parts have names of their own, which neither quotas nor the autoscaler count.
        "parts": {"version": "v1", "flags": {"migStrategy": "single"}},
    }
    assert "config" not in device_plugins.nvidia_values()


def nodes_of(values: dict[str, Any]) -> list[dict[str, Any]]:
    (term,) = values["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return term["matchExpressions"]


def test_plugin_and_driver_are_never_on_the_same_nodes() -> None:
    plugin = nodes_of(device_plugins.nvidia_values(exclude_pools=["claimed"]))
    driver = nodes_of(device_plugins.nvidia_driver_values(["claimed"])["kubeletPlugin"])

    assert plugin[1] == {"key": POOL_LABEL, "operator": "NotIn", "values": ["system", "claimed"]}
    assert driver == [{"key": POOL_LABEL, "operator": "In", "values": ["claimed"]}]


def test_the_drivers_tolerate_our_taint_and_leave_the_fabric_of_gb200_alone() -> None:
    gpus, efa = device_plugins.nvidia_driver_values(["a"]), device_plugins.efa_driver_values(["a"])

    assert gpus["kubeletPlugin"]["tolerations"] == efa["tolerations"] == DAEMON_TOLERATIONS
    assert (gpus["gpuResourcesEnabledOverride"], gpus["resources"]["computeDomains"]["enabled"]) == (True, False)
    assert efa["supportedInstanceLabels"] == {"keys": [POOL_LABEL], "values": ["a"]}


def test_kueue_charges_claims_to_the_quotas_of_counted_devices() -> None:
    assert "resources" not in kueue.configuration([])
    assert kueue.configuration([], claims=True)["resources"]["deviceClassMappings"] == [
        {"name": "nvidia.com/gpu", "deviceClassNames": ["gpu.nvidia.com"]},
        {"name": "vpc.amazonaws.com/efa", "deviceClassNames": ["efa.networking.k8s.aws"]},
    ]


def test_the_autoscaler_looks_at_claims_where_there_are_any() -> None:
    flag = "enable-dynamic-resource-allocation"

    assert flag not in autoscaler()["extraArgs"]
    assert autoscaler(claims=True)["extraArgs"][flag] is True


def test_a_node_goes_when_no_gpu_is_used_counted_or_claimed() -> None:
    (claimed,) = SCALE_DOWN_UNCLAIMED.values()

    assert float(claimed) == autoscaler()["extraArgs"]["scale-down-gpu-utilization-threshold"]


def test_the_efa_plugin_runs_on_pools_with_efa_alone() -> None:
    values = device_plugins.efa_values(["h100", "a100"])

    assert values["supportedInstanceLabels"] == {"keys": [POOL_LABEL], "values": ["h100", "a100"]}
    assert values["tolerations"] == DAEMON_TOLERATIONS
    with pytest.raises(ValueError, match="none has EFA"):
        device_plugins.efa_values([])


def test_nothing_on_the_cluster_may_make_a_file_system() -> None:
    values = fsx_csi.values()

    assert values["controller"] == {"replicaCount": 0, "podDisruptionBudget": {"enabled": False}}
    assert values["node"]["affinity"] == device_plugins.ON_GPU_NODES


def test_karpenter_knows_its_cluster_queue_and_region_without_asking() -> None:
    values = karpenter.values(cluster_name="main", queue_name="interruptions", account=ACCOUNT, replicas=2)

    assert values["settings"]["clusterName"] == "main"
    assert values["settings"]["interruptionQueue"] == "interruptions"
    assert values["controller"]["env"] == [{"name": "AWS_REGION", "value": "us-east-1"}]


def test_sick_serving_nodes_are_replaced() -> None:
    values = karpenter.values(cluster_name="main", queue_name="interruptions", account=ACCOUNT, replicas=2)

    assert values["settings"]["featureGates"] == {"nodeRepair": True}


def test_kueue_works_at_as_many_objects_at_a_time_as_its_chart_means() -> None:
    concurrency = kueue.configuration([])["controller"]["groupKindConcurrency"]

    assert (concurrency["Workload.kueue.x-k8s.io"], concurrency["Job.batch"], len(concurrency)) == (10, 5, 6)


def test_services_can_be_made_while_the_load_balancer_controller_is_down() -> None:
    values = load_balancer_controller.values(
        cluster_name="main", vpc_id="vpc-1", region="us-east-1", tags=TAGS, replicas=2
    )

    assert values["enableServiceMutatorWebhook"] is False
    assert (values["vpcId"], values["region"]) == ("vpc-1", "us-east-1"), "pods do not reach the metadata"
    assert values["defaultTags"] == TAGS.aws()


def stack(dashboards: bool = True) -> dict[str, dict[str, Any]]:
    return monitoring.stack_values(
        retention_days=15,
        storage_gib=50,
        dashboards=dashboards,
        cost_labels=TAGS.labels(),
        storage_class="gp3",
        topics=Topics(alerts="arn:alerts", heartbeat=None, key_arn=None),
        region="us-east-1",
    )


def test_prometheus_sees_the_objects_of_every_chart() -> None:
    spec: dict[str, Any] = stack()["prometheus"]["prometheusSpec"]

    seen = {key: value for key, value in spec.items() if key.endswith("NilUsesHelmValues")}
    assert len(seen) == 5
    assert set(seen.values()) == {False}


def test_no_alert_is_about_what_eks_hides() -> None:
    values = stack()

    for hidden in ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy"):
        assert values[hidden] == {"enabled": False}
    rules: dict[str, bool] = values["defaultRules"]["rules"]
    assert set(rules) >= {
        "etcd",
        "kubeControllerManager",
        "kubeSchedulerAlerting",
        "kubeSchedulerRecording",
        "kubeProxy",
    }
    assert not any(rules.values())


def test_alerts_reach_the_topic_and_not_the_charts_null() -> None:
    values = stack()["alertmanager"]
    receivers: list[dict[str, Any]] = values["config"]["receivers"]

    assert values["serviceAccount"] == {"name": "alertmanager"}
    assert [sns["topic_arn"] for r in receivers for sns in r.get("sns_configs", [])] == ["arn:alerts"]
    assert values["config"]["route"]["receiver"] == "people"
    assert values["alertmanagerSpec"]["storage"]["volumeClaimTemplate"]


def test_alerts_that_would_always_ring_here_are_off() -> None:
    assert stack()["defaultRules"]["disabled"] == {
        "KubeCPUOvercommit": True,
        "KubeMemoryOvercommit": True,
        "KubeJobNotCompleted": True,
    }


def test_dcgm_exporter_is_not_held_to_the_charts_fifth_of_a_core() -> None:
    assert monitoring.dcgm_values([])["resources"]["limits"] == {"memory": "1024Mi", "cpu": "2"}


def test_prometheus_stops_before_its_volume_is_full() -> None:
    spec = stack()["prometheus"]["prometheusSpec"]

    assert spec["retentionSize"] == "42GiB"
    assert spec["storageSpec"]["volumeClaimTemplate"]["spec"]["resources"] == {"requests": {"storage": "50Gi"}}


def test_costs_can_be_told_by_pod_and_by_pool() -> None:
    allowed = stack()["kube-state-metrics"]["metricLabelsAllowlist"]

    assert allowed == [
        "pods=[gpuplatform.io/team,gpuplatform.io/project,gpuplatform.io/environment,gpuplatform.io/component]",
        "nodes=[gpuplatform.io/pool,gpuplatform.io/rung,node.kubernetes.io/instance-type]",
    ]


def test_grafana_is_a_choice() -> None:
    assert stack(dashboards=False)["grafana"] == {"enabled": False}
    assert stack(dashboards=True)["grafana"]["enabled"] is True


def test_gpu_errors_are_counted_rather_than_remembered() -> None:
    fields = [field for field, _, _ in monitoring.COUNTERS]

    assert "DCGM_EXP_XID_ERRORS_COUNT" in fields
    assert "DCGM_FI_DEV_XID_ERRORS" not in fields, "the last code never returns to 0"
    assert len(fields) == len(set(fields))


def test_counters_are_written_as_the_exporter_reads_them() -> None:
    for line in monitoring.counters_csv().splitlines():
        assert re.fullmatch(r"DCGM_(FI|EXP)_[A-Z0-9_]+, (gauge|counter), [^,]+", line)


def test_gpu_metrics_name_the_pod_that_uses_the_gpu() -> None:
    values = monitoring.dcgm_values(TAGS.labels())

    assert values["serviceMonitor"]["honorLabels"] is True
    assert values["kubernetes"]["enablePodLabels"] is True
    assert all(
        re.fullmatch(p, label)
        for p, label in zip(values["kubernetes"]["podLabelAllowlistRegex"], TAGS.labels(), strict=True)
    )


def test_one_engine_a_node_asks_the_gpus() -> None:
    values = monitoring.dcgm_values(TAGS.labels())

    assert values["arguments"][-2:] == ["-r", "$(NODE_IP):5555"]
    assert values["extraEnv"][0]["name"] == "NODE_IP"


def test_requests_add_up_wherever_they_stand_and_volumes_are_none() -> None:
    values = {
        "a": {"resources": requests.container(cpu_m=50, memory_mib=100, limit_mib=200)},
        "b": [{"resources": {"requests": {"cpu": "5m"}}}],
        "volume": {"resources": {"requests": {"storage": "50Gi"}}},
    }
    assert requested(values) == Requests(cpu_m=55, memory_mib=100)


@pytest.mark.parametrize("amount", [{"cpu": "1"}, {"memory": "1Gi"}])
def test_requests_in_other_units_are_refused_rather_than_miscounted(amount: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="whole numbers of"):
        requested({"requests": amount})


def test_a_limit_below_the_request_is_refused() -> None:
    with pytest.raises(ValueError, match="64 is less than the 96 MiB requested"):
        requests.container(cpu_m=10, memory_mib=96, limit_mib=64)


def test_the_load_balancer_controller_uses_nothing_that_its_rights_leave_out() -> None:
    found = load_balancer_controller.values(cluster_name="c", vpc_id="vpc-1", region="us-east-1", tags=TAGS, replicas=1)

    assert {key: found[key] for key in ("enableShield", "enableWaf", "enableWafv2")} == {
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
    }
    assert set(found["controllerConfig"]["featureGates"].values()) == {False}, "nobody installs the Gateway API's kinds"


def test_nvidias_plugin_hands_out_no_infiniband_beside_what_the_efa_plugin_counts() -> None:
    assert device_plugins.nvidia_values()["mofedEnabled"] is False


def test_the_kind_of_capacity_requests_keeps_every_field(record_plan: Record) -> None:
    plan = record_plan(lambda: cluster_autoscaler.provisioning_request("provreq", pulumi.ResourceOptions()))
    (version,) = plan.one("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition").inputs["spec"]["versions"]
    properties = version["schema"]["openAPIV3Schema"]["properties"]

    assert [part["x-kubernetes-preserve-unknown-fields"] for part in (properties["spec"], properties["status"])] == [
        True,
        True,
    ], "Kueue writes fields that no schema of ours has"
