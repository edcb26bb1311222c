"""What the SDK's private input types must keep offering, and what is read from them."""

from __future__ import annotations

from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest
from pulumi import _types  # pyright: ignore[reportPrivateUsage]  (guarded because it is private)

from gpuplatform.preview.checking.sdk_types import input_class, input_violations


def test_the_private_readers_of_input_types_still_exist():
    assert _types.is_input_type(aws.sqs.QueueArgs)
    assert _types.input_type_types(aws.sqs.QueueArgs)["delaySeconds"] is int
    assert _types.input_type_py_to_pulumi_names(aws.sqs.QueueArgs)["delay_seconds"] == "delaySeconds"


@pytest.mark.parametrize(
    ("token", "found"),
    [
        ("aws:sqs/queue:Queue", aws.sqs.QueueArgs),
        ("aws:lambda/function:Function", aws.lambda_.FunctionArgs),
        ("kubernetes:apps/v1:Deployment", kubernetes.apps.v1.DeploymentInitArgs),
        ("kubernetes:storage.k8s.io/v1:StorageClass", kubernetes.storage.v1.StorageClassInitArgs),
        ("kubernetes:helm.sh/v3:Release", kubernetes.helm.v3.ReleaseArgs),
        ("kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue", None),
        ("gpuplatform:aws:Network", None),
        ("aws:sqs/queue:Nothing", None),
    ],
)
def test_a_type_token_leads_to_the_class_of_its_arguments(token: str, found: type | None):
    assert input_class(token) is found


TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
POD = {"selector": {}, "template": {"spec": {"containers": [{"name": "a", "imag": "b"}]}}}


@pytest.mark.parametrize(
    ("token", "inputs", "wrong"),
    [
        (TEMPLATE, {"networkInterfaces": [{"interfaceTipe": "efa"}]}, "networkInterfaces[0].interfaceTipe"),
        (TEMPLATE, {"networkInterfaces": [{"networkCardIndex": "x"}]}, "networkInterfaces[0].networkCardIndex"),
        (TEMPLATE, {"networkInterfaces": {"deviceIndex": 0}}, "networkInterfaces"),
        (TEMPLATE, {"imageID": "ami-1"}, "imageID"),
        (TEMPLATE, {"tags": {"a": 1.5}}, "tags.a"),
        (TEMPLATE, {"ebsOptimized": True}, "ebsOptimized"),
        (DEPLOYMENT, {"spec": POD}, "spec.template.spec.containers[0].imag"),
        (DEPLOYMENT, {"spec": {"template": {}}}, "spec"),
        ("aws:sqs/queue:Queue", {"delaySeconds": True}, "delaySeconds"),
        ("aws:sqs/queue:Queue", {"delaySeconds": [1]}, "delaySeconds"),
        ("pulumi:providers:kubernetes", {"enableServerSideApply": "maybe"}, "enableServerSideApply"),
    ],
)
def test_what_the_types_do_not_allow_is_named_by_its_path(token: str, inputs: dict[str, Any], wrong: str):
    assert [w.path for w in input_violations(token, inputs)] == [wrong]


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (TEMPLATE, {"networkInterfaces": [{"deviceIndex": 0, "deleteOnTermination": "true"}], "tags": "[secret]"}),
        (TEMPLATE, {"imageId": "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "tags": {"a": None}}),
        ("aws:sqs/queue:Queue", {"policy": '{"Statement": []}', "delaySeconds": 3}),
        ("kubernetes:core/v1:Service", {"spec": {"ports": [{"port": 80, "targetPort": "http"}]}}),
        ("kubernetes:core/v1:Service", {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}),
        ("kubernetes:helm.sh/v3:Release", {"chart": "c", "values": {"any": {"thing": [1, None, "x"]}}}),
        ("pulumi:providers:kubernetes", {"enableServerSideApply": "true", "kubeconfig": '{"a": 1}'}),
        ("nothing:of:Ours", {"what": "ever"}),
    ],
)
def test_what_the_types_allow_is_let_through(token: str, inputs: dict[str, Any]):
    assert list(input_violations(token, inputs)) == []


def test_a_value_beyond_an_open_set_is_told_apart_from_a_wrong_type():
    [wrong] = input_violations("aws:ec2/instance:Instance", {"instanceType": "z9.huge"})

    assert wrong.enum
    assert "'z9.huge' is not one of" in wrong.message
