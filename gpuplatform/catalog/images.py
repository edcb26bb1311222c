"""Container images that our own objects run, pinned: operators come from charts, which pin theirs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    repository: str
    tag: str
    architectures: frozenset[str]
    """For which the image is known to exist; nodes of another architecture cannot run it."""
    source: str
    as_of: str

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}"


VLLM = Image(
    repository="docker.io/vllm/vllm-openai",
    tag="v0.33.0",
    architectures=frozenset({"amd64"}),
    source="release 0.33.0 on PyPI, in whose wheel our flags, variables and metrics were found; tagged as the releases before it were, "
    "which was not checked for this one",
    as_of="2026-11-02",
)
"""Has the Run:ai streamer for S3, and a user `vllm`, 2000:0, whose home is writable (vllm-project/vllm#40275)."""

ENVOY = Image(
    repository="docker.io/envoyproxy/envoy",
    tag="distroless-v1.39.3",
    architectures=frozenset({"amd64", "arm64"}),
    source="release 1.39.3; the tag as other projects pin it. Our configuration was run on this version",
    as_of="2026-11-22",
)

AWS_CLI = Image(
    repository="public.ecr.aws/aws-cli/aws-cli",
    tag="2.37.1",
    architectures=frozenset({"amd64", "arm64"}),
    source="the tag as other projects pin it; that both architectures exist is said of the repository, not checked for the tag",
    as_of="2026-11-22",
)

DCGM = Image(
    repository="nvcr.io/nvidia/cloud-native/dcgm",
    tag="4.6.0-1-ubuntu24.04",
    architectures=frozenset({"amd64", "arm64"}),
    source="NVIDIA/gpu-operator, deployments/gpu-operator/values.yaml, `dcgm`; that arm64 exists was not checked",
    as_of="2026-08-21",
)
"""The engine, `dcgmi` and the diagnostic with its plugins for CUDA, which the engine of EKS's node monitoring agent lacks
(aws/eks-node-monitoring-agent, Dockerfile, 2026-08-18). Its Dockerfile is based on Ubuntu's CUDA image: it has a shell."""

PYTHON = Image(
    repository="public.ecr.aws/docker/library/python",
    tag="3.14.2-alpine3.23",
    architectures=frozenset({"amd64", "arm64"}),
    source="Docker's official image, the tag as other projects pin it; that AWS's mirror has this tag was not checked",
    as_of="2026-11-22",
)
