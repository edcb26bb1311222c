"""Simulated outputs have the form that AWS's own validators accept, and are the same at every run."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from gpuplatform.plan.values import leaves
from gpuplatform.preview.record.cloud import Cloud

CLOUD = Cloud("444455556666", "eu-west-1")


def created(type_: str, name: str = "thing", **inputs: Any) -> tuple[str, dict[str, Any]]:
    return CLOUD.create(type_, name, f"urn:pulumi:dev::p::{type_}::{name}", inputs)


@pytest.mark.parametrize(
    ("type_", "form"),
    [
        ("aws:ec2/vpc:Vpc", r"vpc-[0-9a-f]{17}"),
        ("aws:ec2/subnet:Subnet", r"subnet-[0-9a-f]{17}"),
        ("aws:ec2/securityGroup:SecurityGroup", r"sg-[0-9a-f]{17}"),
        ("aws:ec2/launchTemplate:LaunchTemplate", r"lt-[0-9a-f]{17}"),
        ("aws:ec2/natGateway:NatGateway", r"nat-[0-9a-f]{17}"),
        ("aws:fsx/lustreFileSystem:LustreFileSystem", r"fs-[0-9a-f]{17}"),
        ("aws:kms/key:Key", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        ("aws:sqs/queue:Queue", r"https://sqs\.eu-west-1\.amazonaws\.com/444455556666/thing-[0-9a-f]{7}"),
        ("aws:sns/topic:Topic", r"arn:aws:sns:eu-west-1:444455556666:thing-[0-9a-f]{7}"),
    ],
)
def test_identifiers_have_awss_form(type_: str, form: str):
    identifier, outputs = created(type_)

    assert re.fullmatch(form, identifier)
    assert outputs["id"] == identifier


@pytest.mark.parametrize(
    ("type_", "form"),
    [
        ("aws:iam/role:Role", r"arn:aws:iam::444455556666:role/thing-[0-9a-f]{7}"),
        ("aws:s3/bucket:Bucket", r"arn:aws:s3:::thing-[0-9a-f]{7}"),
        ("aws:ec2/securityGroup:SecurityGroup", r"arn:aws:ec2:eu-west-1:444455556666:security-group/sg-[0-9a-f]{17}"),
        (
            "aws:eks/nodeGroup:NodeGroup",
            r"arn:aws:eks:eu-west-1:444455556666:nodegroup/c/thing-[0-9a-f]{7}/[0-9a-f-]{36}",
        ),
    ],
)
def test_arns_name_partition_region_and_account(type_: str, form: str):
    _, outputs = created(type_, clusterName="c")

    assert re.fullmatch(form, outputs["arn"])


def test_a_name_that_the_program_chose_is_kept_and_a_prefix_is_filled():
    assert created("aws:iam/role:Role", name="r")[0].startswith("r-")
    assert CLOUD.create("aws:iam/role:Role", "r", "urn", {"name": "chosen"})[0] == "chosen"
    assert re.fullmatch(r"pre-[0-9a-f]{26}", CLOUD.create("aws:iam/role:Role", "r", "urn", {"namePrefix": "pre-"})[0])


def test_a_cluster_has_a_kubeconfig_that_asks_aws_for_a_token():
    _, outputs = created("eks:index:Cluster", name="c", version="1.35")
    kubeconfig = json.loads(outputs["kubeconfigJson"])

    server = kubeconfig["clusters"][0]["cluster"]["server"]
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.eu-west-1\.eks\.amazonaws\.com", server)
    assert kubeconfig["users"][0]["user"]["exec"]["args"][1] == "eu-west-1"
    assert outputs["eksCluster"]["state"]["endpoint"] == server


def test_an_object_is_named_as_pulumi_would_and_lies_in_its_namespace():
    type_ = "kubernetes:core/v1:ConfigMap"

    assert created(type_, name="m", metadata={"name": "own", "namespace": "serving"})[0] == "serving/own"
    assert re.fullmatch(r"default/m-[0-9a-f]{8}", created(type_, name="m")[0])


@pytest.mark.parametrize(
    "type_",
    [
        "aws:ec2/subnet:Subnet",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:s3/bucket:Bucket",
    ],
)
def test_no_output_is_missing_or_a_placeholder(type_: str):
    _, outputs = created(type_, availabilityZoneId="euw1-az1", clusterName="c")

    assert not [path for path, value in leaves(outputs) if value is None or str(value) in ("None", "TODO", "x")]


def test_the_same_resource_has_the_same_outputs_at_every_run():
    assert created("aws:ec2/vpc:Vpc") == created("aws:ec2/vpc:Vpc")
    assert created("aws:ec2/vpc:Vpc", name="a")[0] != created("aws:ec2/vpc:Vpc", name="b")[0]


@pytest.mark.parametrize("zone", ["use1-az9", "az", "", 3, None, ["use1-az1"]])
def test_a_zone_that_is_none_has_no_name(zone: object):
    assert "availabilityZone" not in created("aws:ec2/subnet:Subnet", availabilityZoneId=zone)[1]


@pytest.mark.parametrize("metadata", [None, "name", [1], 3])
def test_metadata_that_is_none_is_made_up(metadata: object):
    outputs = created("kubernetes:core/v1:Service", "s", metadata=metadata)[1]

    assert outputs["metadata"]["namespace"] == "default"
