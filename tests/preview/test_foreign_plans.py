"""Plans of other people's programs, and of Pulumi's own engine: judged without a crash and without a false alarm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gpuplatform.cli import app
from gpuplatform.preview.checking.check import Severity
from gpuplatform.preview.judgement.run import run_checks
from gpuplatform.preview.record.readers import plan_from
from tests.preview.planted import told
from tests.preview.sound import a_plan, a_resource, kubernetes, sound, with_input

RUNNER = CliRunner(env={"COLUMNS": "200"})
CLUSTERS = """
import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
role = aws.iam.Role("nodes", assume_role_policy=trust)
cluster = eks.Cluster("main", version="1.35", instance_roles=[role], endpoint_private_access=True)
managed = eks.ManagedNodeGroup("gpus", cluster=cluster, node_role=role, instance_types=["g5.2xlarge"])
profile = aws.iam.InstanceProfile("nodes", role=role.name)
own = eks.NodeGroupV2("own", cluster=cluster, instance_type="g6.xlarge", max_size=3, instance_profile=profile)
pulumi.export("asg", own.auto_scaling_group.name)
pulumi.export("group", managed.node_group.node_group_name)
pulumi.export("endpoint", cluster.core.endpoint)
pulumi.export("nodes", cluster.node_security_group.id)
"""
LOOKUP = """
import pulumi_aws as aws

zones = aws.get_availability_zones(state="available")
for name in zones.names[:2]:
    aws.ec2.Subnet(name, vpc_id="vpc-1", cidr_block="10.0.0.0/24", availability_zone=name)
"""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another project."""
    (tmp_path / "Pulumi.yaml").write_text("name: elsewhere\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.live.yaml").write_text("config:\n  aws:region: us-east-1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_cluster_is_handed_to_node_groups_of_pulumi_eks(elsewhere: Path):
    (elsewhere / "__main__.py").write_text(CLUSTERS, encoding="utf-8")

    done = RUNNER.invoke(app, ["preview", "live", "--json", "plan.json"])

    bill = json.loads((elsewhere / "plan.json").read_text("utf-8"))["bill"]
    priced = {line["what"].partition(",")[0] for line in bill["lines"]}
    assert "Error" not in done.stderr
    assert {"g5.2xlarge on-demand", "g6.xlarge on-demand", "t3.medium on-demand"} <= priced


def test_a_lookup_is_told_with_what_it_asked_and_how_to_answer(elsewhere: Path):
    (elsewhere / "__main__.py").write_text(LOOKUP, encoding="utf-8")

    done = RUNNER.invoke(app, ["preview", "live"])

    assert done.exit_code == 2
    assert "it looks up getAvailabilityZones (state: available)" in done.stderr
    assert "write the answer into Pulumi.live.yaml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["live"], ["dev"], []])
def test_a_plan_of_any_project_is_judged(elsewhere: Path, arguments: list[str]):
    document: dict[str, Any] = {"project": "theirs", "environment": "blue", "region": "us-east-1", "resources": []}
    (elsewhere / "theirs.json").write_text(json.dumps(document), encoding="utf-8")

    done = RUNNER.invoke(app, ["preview", *arguments, "--plan", "theirs.json"])

    assert done.exit_code == 0, done.stderr
    assert "theirs blue" in done.stdout


def test_without_a_plan_an_environment_is_named(elsewhere: Path):
    done = RUNNER.invoke(app, ["preview"])

    assert done.exit_code == 2
    assert "name an environment" in done.stderr


def _state(type_: str, name: str, inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:blue::theirs::{type_}::{name}"
    return {"urn": urn, "type": type_, "custom": True, "id": name, "inputs": inputs, "outputs": inputs, **more}


def _exported(*resources: dict[str, Any]):
    return plan_from({"version": 3, "deployment": {"resources": list(resources)}}, "theirs.json")


def test_the_engines_tags_are_no_property_that_is_unknown():
    tags = dict.fromkeys(("team", "project", "environment", "component", "managed-by"), "x")
    queue = _state("aws:sqs/queue:Queue", "q", {"sqsManagedSseEnabled": True, "tags": {}, "tagsAll": tags}, parent=None)

    assert told([f for f in run_checks(_exported(queue)) if f.rule in ("schema", "cost-tags")]) == []


def test_objects_are_of_their_cluster():
    first = kubernetes("kubernetes:core/v1:ConfigMap", "one", {"metadata": {"name": "settings"}})
    other = "urn:pulumi:dev::gpuplatform::pulumi:providers:kubernetes::second::5678"
    second = kubernetes("kubernetes:core/v1:ConfigMap", "two", {"metadata": {"name": "settings"}})
    apart = a_plan(first, a_resource(second.type, "two", second.inputs, provider=other))

    assert [f for f in run_checks(apart) if f.rule == "duplicate-object"] == []
    assert [f.rule for f in run_checks(a_plan(first, second)) if f.rule == "duplicate-object"] == ["duplicate-object"]


def _rule(protocol: str):
    inputs = {"type": "egress", "protocol": protocol, "fromPort": 0, "toPort": 0, "cidrBlocks": ["10.0.0.0/8"]}
    return a_plan(a_resource("aws:ec2/securityGroupRule:SecurityGroupRule", "r", {**inputs, "securityGroupId": "sg-1"}))


@pytest.mark.parametrize("protocol", ["-1", "50", "tcp"])
def test_a_protocol_by_its_number_is_one(protocol: str):
    assert told([f for f in run_checks(_rule(protocol)) if f.rule in ("schema", "schema-value", "security-rule")]) == []


def test_a_protocol_that_is_none_is_still_told():
    assert "security-rule" in {f.rule for f in run_checks(_rule("tpc"))}


@pytest.mark.parametrize("name", ["t3.medium", "m5.large", "c5.xlarge", "g4dn.xlarge"])
def test_common_types_are_in_the_catalogue(name: str):
    found = run_checks(with_input(sound(), "system-template", "instanceType", name))

    assert {f.rule for f in found}.isdisjoint({"known-hardware", "known-price"}), told(found)


def test_a_type_that_nobody_knows_is_a_warning():
    found = [
        f
        for f in run_checks(with_input(sound(), "system-template", "instanceType", "p3.2xlarge"))
        if f.rule == "known-hardware"
    ]

    assert [f.severity for f in found] == [Severity.WARNING]
