"""What a serving engine must answer, so that `k8s/inference_service.py` can deploy and scale it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pulumi
import pulumi_kubernetes as kubernetes

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.sizing.shares import Share, pod_share


@dataclass(frozen=True, kw_only=True)
class ServedModel:
    """The model that an engine loads."""

    weights: pulumi.Input[str]
    """`s3://bucket/prefix/`."""
    context: int
    """Tokens of prompt and answer together."""
    tensor_parallel: int
    """GPUs that share one copy."""
    api_key_secret: str | None = None
    """Name in Secrets Manager; the value is read by the pod and appears in no manifest."""

    def __post_init__(self) -> None:
        if self.context < 1 or self.tensor_parallel < 1:
            raise ValueError(
                f"context: {self.context}, tensor_parallel: {self.tensor_parallel}; accepted: at least 1 each"
            )


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """Nodes that can hold a copy of the model."""

    pool: str
    instances: Sequence[InstanceType]
    """Those of the pool's types on which the weights fit; Karpenter may take any of them."""

    def __post_init__(self) -> None:
        if not self.instances:
            raise ValueError(
                f"instances: none of pool {self.pool} can hold the model; see gpuplatform.sizing.fit.hosts"
            )

    def share(self, gpus: int) -> Share:
        """What a pod can request on every one of the types."""
        shares = [pod_share(instance, gpus) for instance in self.instances]
        return Share(
            gpus=gpus,
            millicores=min(share.millicores for share in shares),
            memory_mib=min(share.memory_mib for share in shares),
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the copies run, and as whom."""

    region: str
    namespace: pulumi.Input[str]
    service_account: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A number by which copies are added: a query of Prometheus, and the value at which a copy has enough to do.

    The query must give one number over all copies: KEDA fails on more ("returned multiple elements"), which is from the second copy on.
    """

    name: str
    query: str
    threshold: str
    kind: Literal["AverageValue", "Value"]
    """`AverageValue`: the number is divided by the copies. `Value`: it is a mean already."""


class Engine(Protocol):
    """A server of models. An implementation is a file in this folder and a line in `ENGINES`."""

    @property
    def ports(self) -> Mapping[str, int]:
        """Of its container, by name. Callers are answered at `http`; each is open to the gateway and to Prometheus, and to nobody else."""
        ...

    @property
    def api_path(self) -> str:
        """Where its API begins, such as `/v1`; callers find it below the model's own path of the gateway."""
        ...

    @property
    def metrics(self) -> tuple[str, str]:
        """Where Prometheus reads its metrics: the name of the port, and the path."""
        ...

    @property
    def start_seconds(self) -> int:
        """The longest that a sound copy takes from the container's start to its first answer."""
        ...

    @property
    def memory_utilisation(self) -> float:
        """The part of a GPU's memory that it may fill with weights and cache."""
        ...

    def pod(
        self,
        name: str,
        model: ServedModel,
        hardware: Hardware,
        place: Place,
        *,
        selector: Mapping[str, str],
        labels: Mapping[str, str],
    ) -> kubernetes.core.v1.PodTemplateSpecArgsDict:
        """The pod of one copy, with its arguments and probes. `selector`: those of its `labels` that never change."""
        ...

    def signals(self, name: str, waiting_requests: int) -> Sequence[Signal]:
        """What tells that the copies are busy. `waiting_requests`: queued for each copy at which another is added."""
        ...
