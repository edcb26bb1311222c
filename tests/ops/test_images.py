"""The public parameter of every image the nodes boot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws
from gpuplatform.ops.images import parameters, rows
from gpuplatform.ops.results import Verdict
from tests.ops.samples import H100, SMALL, SYSTEM, wanting

AL2023 = "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023"
BOTTLEROCKET = "/aws/service/bottlerocket/aws-k8s-1.35"


@pytest.mark.parametrize(
    ("ami_type", "release", "parameter"),
    [
        ("AL2023_x86_64_NVIDIA", None, f"{AL2023}/x86_64/nvidia/recommended/image_id"),
        ("AL2023_ARM_64_NVIDIA", None, f"{AL2023}/arm64/nvidia/recommended/image_id"),
        ("AL2023_ARM_64_STANDARD", None, f"{AL2023}/arm64/standard/recommended/image_id"),
        (
            "AL2023_x86_64_NVIDIA",
            "1.35.2-20260714",
            f"{AL2023}/x86_64/nvidia/amazon-eks-node-al2023-x86_64-nvidia-1.35-v20260714/image_id",
        ),
        ("BOTTLEROCKET_x86_64_NVIDIA", None, f"{BOTTLEROCKET}-nvidia/x86_64/latest/image_id"),
        ("BOTTLEROCKET_ARM_64", "1.50.0-dc3d1c0f", f"{BOTTLEROCKET}/arm64/1.50.0/image_id"),
        ("BOTTLEROCKET_x86_64_FIPS", None, f"{BOTTLEROCKET}-fips/x86_64/latest/image_id"),
        ("BOTTLEROCKET_x86_64_NVIDIA_FIPS", None, f"{BOTTLEROCKET}-nvidia-fips/x86_64/latest/image_id"),
    ],
)
def test_parameter_of_a_managed_group(ami_type: str, release: str | None, parameter: str) -> None:
    group = replace(H100, ami_type=ami_type, release=release)
    assert parameters(wanting(group)) == {parameter: ["h100-capacity-block-0"]}


@pytest.mark.parametrize(
    ("alias", "types", "found"),
    [
        (
            "al2023@v20260714",
            ("g6.xlarge", "g5.xlarge"),
            [f"{AL2023}/x86_64/nvidia/amazon-eks-node-al2023-x86_64-nvidia-1.35-v20260714/image_id"],
        ),
        ("al2023@latest", ("m7g.large",), [f"{AL2023}/arm64/standard/recommended/image_id"]),
        (
            "bottlerocket@v1.50.0",
            ("m7i.large", "g6.xlarge"),
            [f"{BOTTLEROCKET}/x86_64/1.50.0/image_id", f"{BOTTLEROCKET}-nvidia/x86_64/1.50.0/image_id"],
        ),
    ],
)
def test_parameters_of_an_elastic_pool(alias: str, types: tuple[str, ...], found: list[str]) -> None:
    assert list(parameters(wanting(replace(SMALL, ami_aliases=(alias,), instance_types=types)))) == found


def test_groups_with_one_image_ask_for_it_once() -> None:
    other = replace(H100, name="a100")
    assert list(parameters(wanting(H100, other)).values()) == [["h100-capacity-block-0", "a100"]]


def test_published_image_is_right(aws: Aws) -> None:
    with Stubber(aws.client("ssm")) as ssm:
        ssm.add_response(
            "get_parameter",
            {"Parameter": {"Value": "ami-0123456789abcdef0"}},
            {"Name": f"{AL2023}/arm64/standard/recommended/image_id"},
        )
        (row,) = rows(aws, wanting(SYSTEM))
    assert (row.verdict, row.found, row.wanted) == (Verdict.OK, "ami-0123456789abcdef0", "published, for system")


def test_image_that_is_not_published_fails_with_the_command_that_lists_those_that_are(aws: Aws) -> None:
    with Stubber(aws.client("ssm")) as ssm:
        ssm.add_client_error("get_parameter", "ParameterNotFound")
        ssm.add_response("get_parameters_by_path", {"Parameters": [{"Name": f"{AL2023}/x86_64/standard/newer"}]})
        (row,) = rows(aws, wanting(SYSTEM))
    assert (row.verdict, row.found) == (Verdict.FAIL, "not published in us-east-1")
    assert f"--path {AL2023}/arm64/standard --recursive --region us-east-1" in row.what_to_do


def test_where_no_image_at_all_is_listed_nothing_is_known(aws: Aws) -> None:
    """As of moto, which has no image of EKS: AWS lists some in every region."""
    (row,) = rows(aws, wanting(SYSTEM))
    assert (row.verdict, row.found) == (Verdict.UNKNOWN, "no image of EKS at all is listed in us-east-1")
    assert "--path /aws/service/eks/optimized-ami --recursive" in row.what_to_do


def test_image_of_ones_own_is_unknown(aws: Aws) -> None:
    (row,) = rows(aws, wanting(replace(SYSTEM, ami_type="CUSTOM")))
    assert (row.verdict, row.found) == (Verdict.UNKNOWN, "AMI type CUSTOM: an image of your own")


def test_image_that_may_not_be_read_names_the_action(aws: Aws) -> None:
    with Stubber(aws.client("ssm")) as ssm:
        ssm.add_client_error("get_parameter", "AccessDeniedException")
        (row,) = rows(aws, wanting(SYSTEM))
    assert (row.verdict, row.found) == (Verdict.UNKNOWN, "not allowed: the caller lacks ssm:GetParameter")
