"""What an endpoint serves, on what, from where: values that its parts share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pulumi

from components.tags import CostTags
from gpuplatform.catalog.instances import UnknownInstanceType, instance

NAME = "primary"
"""Of the one production variant. A blue/green update must keep it (SageMaker guide, "Exclusions", read 2026-11)."""

_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/"
    r"(?P<repository>[a-z0-9._/-]+)(:(?P<tag>[\w.-]+)|@sha256:[0-9a-f]{64})"
)


class Mode(StrEnum):
    REALTIME = "realtime"
    ASYNC = "async"
    SERVERLESS = "serverless"


@dataclass(frozen=True, kw_only=True)
class Latency:
    """What is late, and when."""

    limit_ms: int
    first_chunk: bool = False
    """Of a streamed answer it is the first chunk that counts."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The compute behind an endpoint and the bounds within which it scales."""

    mode: Mode
    instance: str | None = None
    """For realtime and async, such as ml.g5.xlarge."""
    memory_mib: int | None = None
    """For serverless: 1024 to 6144 in steps of 1024 (botocore, ProductionVariantServerlessConfig)."""
    min: int
    """Instances; for serverless, the provisioned concurrency."""
    max: int
    """Instances; for serverless, the concurrency."""
    requests_per_minute: int
    """What one instance is expected to answer: the autoscaler's target."""
    latency: Latency | None
    """When an update is rolled back; None for serverless, whose slow answers are cold starts, which no rollback cures."""
    start: int | None = None
    """Instances that a new fleet starts with, at creation and at each update, before the autoscaler has it; see `first`."""

    def __post_init__(self) -> None:
        if self.serverless and (self.memory_mib is None or self.instance is not None):
            raise ValueError(f"memory_mib: a serverless endpoint has memory and no instance, not {self.instance}")
        if not self.serverless and (self.instance is None or self.memory_mib is not None):
            raise ValueError(f"instance: a {self.mode} endpoint has an ml. instance type and no memory_mib")
        if self.memory_mib is not None and self.memory_mib not in range(1024, 6145, 1024):
            raise ValueError(f"memory_mib: {self.memory_mib}; accepted: 1024, 2048, 3072, 4096, 5120, 6144")
        if self.mode is Mode.REALTIME and self.min < 1:
            raise ValueError(
                f"min: {self.min}; a real-time endpoint keeps at least 1 instance, async and serverless may keep 0"
            )
        if not 0 <= self.min <= self.max or self.max < 1:
            raise ValueError(f"min: {self.min}, max: {self.max}; accepted: 0 ≤ min ≤ max and max ≥ 1")
        if self.start is not None and (self.serverless or not max(1, self.min) <= self.start <= self.max):
            raise ValueError(
                f"start: {self.start}; accepted: {max(1, self.min)} to {self.max} instances, and none for serverless"
            )
        if (self.latency is None) is not self.serverless:
            raise ValueError(f"latency: {self.latency}; accepted: none for serverless, one for everything else")
        if self.serverless and self.max > 200:
            raise ValueError(f"max: {self.max}; a serverless endpoint takes 200 requests at once at most")

    @property
    def serverless(self) -> bool:
        return self.mode is Mode.SERVERLESS

    @property
    def first(self) -> int:
        """Instances that a new fleet starts with.

        An update moves all traffic to a new fleet of this size, however many instances served before: the provider cannot ask
        SageMaker to keep their number (terraform-provider-aws#48990; decision 27). So callers who wait for an answer get the
        maximum, from which the autoscaler takes what is too much ten minutes later; requests in a queue get the minimum.
        """
        if self.start is not None:
            return self.start
        return self.max if self.mode is Mode.REALTIME else max(1, self.min)

    @property
    def takes_volume_key(self) -> bool:
        """Whether a KMS key for the instance's volume is legal and encrypts anything.

        SageMaker refuses, or ignores, a key where the instance has NVMe, which the hardware encrypts by itself
        (CreateEndpointConfig, KmsKeyId; aws/sagemaker-python-sdk#3677, 2023). Where the hardware is unknown to the
        catalogue the key is left out: SageMaker then encrypts the volume with its own.
        """
        if self.instance is None:
            return False
        try:
            return instance(self.instance.removeprefix("ml.")).nvme_gb == 0
        except UnknownInstanceType:
            return False


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """Image and weights of a model."""

    image: str
    """In ECR, with a tag or digest that never moves."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables of the container; nothing secret, they are shown in clear."""
    bucket_name: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    key: str
    """One `….tar.gz`, or a prefix ending in `/` whose objects are loaded as they are."""
    kms_key_arn: pulumi.Input[str] | None = None
    """Key of the bucket; None where S3 encrypts with the account's own."""

    def __post_init__(self) -> None:
        found = _IMAGE.fullmatch(self.image)
        if found is None or found["tag"] == "latest":
            raise ValueError(
                f"image: {self.image}; accepted: an ECR image with a fixed tag or digest, "
                "such as 111122223333.dkr.ecr.us-east-1.amazonaws.com/embed:1.4.0"
            )
        if not self.key.endswith((".tar.gz", "/")) or self.key.startswith("/"):
            raise ValueError(f"key: {self.key}; accepted: an object ending in .tar.gz, or a prefix ending in /")

    @property
    def archive(self) -> bool:
        return not self.key.endswith("/")

    def repository_arn(self, partition: str) -> str:
        """ARN of the image's ECR repository, which may be another account's."""
        found = _IMAGE.fullmatch(self.image)
        assert found is not None
        return f"arn:{partition}:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"


@dataclass(frozen=True, kw_only=True)
class Results:
    """Where an endpoint writes: captured requests, and answers of an asynchronous one."""

    bucket_name: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    prefix: str
    """Such as sagemaker/embed/; nothing else writes below it."""

    def __post_init__(self) -> None:
        if not self.prefix.endswith("/") or self.prefix.startswith("/"):
            raise ValueError(f"prefix: {self.prefix!r}; accepted: a prefix ending in /, such as sagemaker/embed/")

    def uri(self, folder: str) -> pulumi.Output[str]:
        return pulumi.Output.concat("s3://", self.bucket_name, "/", self.prefix, folder)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where the endpoint's interfaces stand in the VPC."""

    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_ids: Sequence[pulumi.Input[str]]


LONGEST_ENDPOINT_NAME = 63
"""SageMaker's CreateEndpoint API, read 2026-11."""


def endpoint_name(tags: CostTags, model: str) -> str:
    """The endpoint's name in AWS: clients type it, so it is ours to choose."""
    name = f"{tags.project}-{tags.environment}-{model}"
    if len(name) > LONGEST_ENDPOINT_NAME or not re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*", name):
        raise ValueError(
            f"endpoint name {name!r}; accepted: at most {LONGEST_ENDPOINT_NAME} letters, digits and dashes; shorten the model's name"
        )
    return name
