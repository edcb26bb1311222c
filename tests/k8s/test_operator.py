from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import iam
from components.pod_identity import PodIdentityArgs
from gpuplatform.catalog import charts
from gpuplatform.plan.model import Plan, PlannedResource
from k8s.operator import Operator, OperatorArgs
from tests.conftest import Record

RELEASE = "kubernetes:helm.sh/v3:Release"
RIGHTS = PodIdentityArgs(
    namespace="kube-system",
    service_account="controller",
    statements=[iam.allow("sqs:ReceiveMessage", on="arn:aws:sqs:us-east-1:111122223333:q")],
    tags={"team": "ml"},
    cluster_name="main",
)


def operator(**changed: Any) -> Callable[[], Operator]:
    def program() -> Operator:
        nodes = aws.sqs.Queue("nodes")
        shape: dict[str, Any] = {
            "chart": charts.KUEUE,
            "namespace": "kube-system",
            "values": {"replicas": 1},
            "after": [nodes],
        }
        return Operator("queues", OperatorArgs(**(shape | changed)))

    return program


def recorded(record_plan: Record, **changed: Any) -> tuple[Plan, PlannedResource]:
    plan = record_plan(operator(**changed))
    return plan, plan.one(RELEASE)


def names(plan: Plan, urns: tuple[str, ...]) -> set[str]:
    return {plan.by_urn[urn].name for urn in urns}


def test_a_release_is_one_pinned_chart_named_after_it(record_plan: Record) -> None:
    _, release = recorded(record_plan)

    assert release.inputs["chart"] == "oci://registry.k8s.io/kueue/charts/kueue"
    assert release.inputs["version"] == charts.KUEUE.version
    assert release.inputs["name"] == "kueue", "service accounts and services are named after the release"
    assert "repositoryOpts" not in release.inputs


def test_an_index_of_charts_is_named_beside_the_chart(record_plan: Record) -> None:
    _, release = recorded(record_plan, chart=charts.KEDA)

    assert (release.inputs["chart"], release.inputs["repositoryOpts"]) == ("keda", {"repo": charts.KEDA.repository})


def test_a_failed_release_is_rolled_back_and_waited_for(record_plan: Record) -> None:
    _, release = recorded(record_plan)

    assert (release.inputs["atomic"], release.inputs["cleanupOnFail"]) == (True, True)
    assert release.inputs["skipAwait"] is False
    assert release.inputs["timeout"] == 600


def test_pods_start_after_the_nodes_and_after_their_credentials(record_plan: Record) -> None:
    plan, release = recorded(record_plan, identity=RIGHTS)

    assert "nodes" in names(plan, release.dependencies)
    assert "queues-identity-association" in names(plan, release.dependencies)


def test_an_operator_that_calls_no_service_has_no_role(record_plan: Record) -> None:
    plan, _ = recorded(record_plan)

    assert not plan.all("aws:iam/role:Role")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"namespace": "monitoring", "identity": RIGHTS},
            "rights are for namespace kube-system, and kueue runs in monitoring",
        ),
        ({"after": list[pulumi.Resource]()}, "kueue would be installed before there is a node"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    shape: dict[str, Any] = {"chart": charts.KUEUE, "namespace": "kube-system", "values": {}, "after": [object()]}
    with pytest.raises(ValueError, match=sentence):
        OperatorArgs(**(shape | changed))
