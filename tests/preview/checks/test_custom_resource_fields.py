"""Fields of custom resources: what is misspelt, of another kind or missing is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.catalog.custom_resource_fields import kinds
from gpuplatform.catalog.custom_resources import GROUPS
from gpuplatform.plan.model import SECRET, UNKNOWN, Plan
from gpuplatform.preview.checks.kubernetes import custom_resources
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import and_also, with_input
from tests.preview.sound_cluster import KUEUE, a_object, sound_cluster

POOL = "spec|template|spec"
JOBS = [
    {"name": "workers", "template": {"spec": {"template": {"spec": {"containers": [{"name": "a", "imagee": "b"}]}}}}}
]

FAULTS: list[tuple[str, str, Any, str]] = [
    ("small", "spec|xyz", {}, "small: spec.xyz: is no field of the catalogue; known: disruption, limits, "),
    ("small", "spec|wieght", 3, "spec.wieght: is no field of the catalogue; did you mean weight?"),
    ("small", f"{POOL}|nodeClassRef|kind", None, "spec.template.spec.nodeClassRef: kind is missing"),
    ("small", f"{POOL}|requirements|0|operator", "Is", "requirements[0].operator: 'Is' is none of In, NotIn, Exists, DoesNotExist"),
    ("small", f"{POOL}|expireAfter", "1 day", "expireAfter: is '1 day', not a duration such as 5m"),
    ("queue", "spec|fairSharing", {"weight": "much"}, "spec.fairSharing.weight: is 'much', not a quantity such as 8 or 20Gi"),
    ("small", "spec|weight", True, "spec.weight: is True, not an integer"),
    ("small-class", "spec|blockDeviceMappings|0|ebs|kmsKeyId", "k", "ebs.kmsKeyId: is no field of the catalogue; did you mean kmsKeyID?"),
    ("small-class", "spec|subnetSelectorTerms", {"id": "subnet-1"}, "spec.subnetSelectorTerms: is an object, not a list"),
    ("small-class", "spec|instanceStorePolicy", "RAID1", "'RAID1' is none of RAID0"),
    ("model-scaler", "spec|triggers|0|metadata|start", 8, "spec.triggers[0].metadata.start: is 8, not a string"),
    ("model-scaler", "spec|advanced", {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDwn": {}}}}, "'scaleDwn' was unexpected"),
    ("queue", "spec|resourceGroups|0|flavors|0|resources|0|nominalQuota", None, "nominalQuota is missing"),
    ("queue", "spec|cohort", "all", "spec.cohort: is no field of the catalogue; did you mean cohortName?"),
    ("queue", "spec|namespaceSelector|matchLabel", {}, "'matchLabel' was unexpected"),
    ("queue", "spec|namespaceSelector|matchLabels", "all", "spec.namespaceSelector.matchLabels: 'all' is not of type"),
    ("big-flavor", "spec|tolerations|0|tolerate", "x", "'tolerate' was unexpected"),
    ("line", "metadata|label", {}, "metadata: Additional properties are not allowed ('label' was unexpected)"),
    ("soon", "value", "5", "value: is '5', not an integer"),
    ("small", "spec|weight", 101, "spec.weight: is 101; accepted: 1 to 100"),
    ("api-monitor", "spec|podMetricsEndpoints|0|intervall", "5s", "did you mean interval?"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "value", "words"), FAULTS, ids=[f"{n} {p}" for n, p, _, _ in FAULTS])
def test_custom_resource_field_finds_what_the_api_server_would_drop_or_refuse(
    name: str, path: str, value: Any, words: str
):
    found = run_checks(with_input(sound_cluster(), name, path, value))
    found = [f for f in found if not (path.endswith("matchLabels") and f.rule == "dead-selector")]

    assert [f.rule for f in found] == ["custom-resource-field"], [f.message for f in found]
    assert words in found[0].message


def test_custom_resource_field_judges_pods_by_kubernetes_itself():
    token = "jobset.x-k8s.io/v1alpha2:JobSet"
    broken = and_also(sound_cluster(), a_object(token, "set", {"spec": {"replicatedJobs": JOBS}}, KUEUE))

    found = [f.message for f in run_checks(broken) if f.rule == "custom-resource-field"]

    assert len(found) == 1
    assert "spec.replicatedJobs[0].template.spec.template.spec.containers[0]: " in found[0]
    assert "'imagee' was unexpected" in found[0]


@pytest.mark.parametrize("value", [SECRET, UNKNOWN])
@pytest.mark.parametrize("path", ["spec|limits", "spec|weight", f"{POOL}|expireAfter"])
def test_a_value_that_is_not_known_is_not_judged(path: str, value: str):
    assert run_checks(with_input(sound_cluster(), "small", path, value)) == []


def test_every_definition_is_of_a_kind_that_a_chart_brings():
    brought = {f"{group}/{version}:{kind}" for group, of in GROUPS.items() for kind, version in of.kinds.items()}

    assert kinds() <= brought


def test_every_custom_resource_of_ours_has_a_definition(plans: dict[str, Plan]):
    ours = {r.type.removeprefix("kubernetes:") for plan in plans.values() for r in custom_resources(plan)}

    assert ours <= kinds()
