from __future__ import annotations

import pulumi

from components.tags import CostTags
from k8s import dcgm_engine, monitoring
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="platform", contact="ml@example.com")


def test_the_engine_answers_the_exporter_alone(record_plan: Record) -> None:
    plan = record_plan(lambda: dcgm_engine.policy("dcgm-engine", TAGS, pulumi.ResourceOptions()))
    made = plan.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs

    assert made["metadata"]["namespace"] == "kube-system", "the agent's own"
    assert made["spec"]["podSelector"] == {"matchLabels": {"k8s-app": "dcgm-server"}}
    (rule,) = made["spec"]["ingress"]
    # One peer that must be both: two would be either.
    assert rule["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": "dcgm-exporter"}},
        }
    ]


def test_it_is_open_at_the_port_that_the_exporter_calls(record_plan: Record) -> None:
    plan = record_plan(lambda: dcgm_engine.policy("dcgm-engine", TAGS, pulumi.ResourceOptions()))
    (rule,) = plan.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"]["ingress"]
    (port,) = rule["ports"]

    assert monitoring.dcgm_values([])["arguments"][-1] == f"$(NODE_IP):{port['port']}"
