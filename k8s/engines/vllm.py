"""vLLM: weights are streamed from the lake to the GPUs, nothing runs as root, and nothing is written to the image.

Flags, environment and user as documented for vLLM 0.28 ("Loading models with Run:ai Model Streamer", "Using Docker", read
2026-11), flags and environment again in the wheel of 0.33 (2026-12).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from gpuplatform.catalog.images import VLLM as IMAGE
from gpuplatform.sizing.fit import MIB
from gpuplatform.sizing.shares import Share
from k8s.engines import pod
from k8s.engines.engine import Hardware, Place, ServedModel, Signal

START_SECONDS = 1800
"""From the container's start to its first answer: weights, compilation, CUDA graphs. Published cold starts of the slowest kind
took 525 s, image included (notes of AWS's ML blog, 2026); a probe that gives up too early starts all over."""

PORT = 8000

UTILISATION = 0.90
"""`--gpu-memory-utilization`, which we pass explicitly."""

BUSY_KV_CACHE = 0.8
"""Share of the KV cache in use above which a copy counts as saturated (llm-d's autoscaler, 2026-02)."""

STREAM_BUFFER_BYTES = 40_000_000_000
"""The streamer's own default, which is more than small nodes have."""

_HOME = "/home/vllm"
_USER, _GROUP = 2000, 0
"""`vllm`, of group 0, in the image."""


@dataclass(frozen=True)
class Vllm:
    """The engine of `vllm serve`, with OpenAI's API."""

    api_path: str = "/v1"
    metrics: tuple[str, str] = ("http", "/metrics")
    start_seconds: int = START_SECONDS
    memory_utilisation: float = UTILISATION

    @property
    def ports(self) -> Mapping[str, int]:
        return {"http": PORT}

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
        secret = model.api_key_secret
        return pod.template(
            hardware,
            place,
            user=_USER,
            group=_GROUP,
            container=self._server(name, model, hardware.share(model.tensor_parallel), place.region),
            init_containers=[pod.api_key_reader(secret, place.region)] if secret is not None else [],
            volumes=_volumes(model),
            selector=selector,
            labels=labels,
        )

    def signals(self, name: str, waiting_requests: int) -> list[Signal]:
        return [
            Signal(name="waiting", query=waiting(name), threshold=str(waiting_requests), kind="AverageValue"),
            Signal(name="kv-cache", query=kv_cache(name), threshold=str(BUSY_KV_CACHE), kind="Value"),
        ]

    def arguments(self, name: str, model: ServedModel, memory_mib: int) -> list[pulumi.Input[str]]:
        """Of `vllm serve`. The name that clients give as `model`, and metrics as `model_name`, is ours."""
        # Half of the container's memory, by process: every GPU's process reads for itself.
        buffer = min(STREAM_BUFFER_BYTES, memory_mib * MIB // 2 // model.tensor_parallel)
        loading: dict[str, int | bool] = {"concurrency": 16, "memory_limit": buffer}
        if model.tensor_parallel > 1:
            # Each GPU reads its share and sends it on; otherwise each would stream all weights from S3.
            loading["distributed"] = True
        return [
            model.weights,
            "--served-model-name",
            name,
            "--load-format",
            "runai_streamer",
            "--model-loader-extra-config",
            json.dumps(loading),
            "--tensor-parallel-size",
            str(model.tensor_parallel),
            "--max-model-len",
            str(model.context),
            "--gpu-memory-utilization",
            f"{UTILISATION:.2f}",
            "--port",
            str(PORT),
            # After SIGTERM, for answers that are being written; its default of 0 ends them at once (vllm#36666).
            "--shutdown-timeout",
            str(pod.DRAIN_SECONDS),
        ]

    def _server(self, name: str, model: ServedModel, share: Share, region: str) -> kubernetes.core.v1.ContainerArgsDict:
        mounts: list[kubernetes.core.v1.VolumeMountArgsDict] = [
            {"name": "home", "mount_path": _HOME},
            {"name": "temporary", "mount_path": "/tmp"},
            {"name": "shared", "mount_path": "/dev/shm"},
        ]
        command = ["vllm", "serve"]
        if model.api_key_secret is not None:
            mounts.append(pod.api_key_mount())
            # Read at the start, so that the key is in no manifest and in no process's arguments.
            script = f'read -r VLLM_API_KEY < {pod.API_KEY_FILE} && export VLLM_API_KEY && exec vllm serve "$@"'
            command = ["/bin/sh", "-ec", script, "vllm"]
        return {
            **pod.server(
                "vllm", str(IMAGE), share, self.ports, health_path="/health", start_seconds=self.start_seconds
            ),
            "command": command,
            "args": self.arguments(name, model, share.memory_mib),
            "env": pod.environment(
                {
                    "HOME": _HOME,
                    "AWS_REGION": region,
                    "AWS_DEFAULT_REGION": region,
                    # Credentials by boto3, which knows Pod Identity; of the streamer's own C++ client that is not documented.
                    "RUNAI_STREAMER_NO_BOTO3_SESSION": "0",
                    "VLLM_NO_USAGE_STATS": "1",
                }
            ),
            "volume_mounts": mounts,
        }


def waiting(name: str) -> str:
    return f'sum(vllm:num_requests_waiting{{model_name="{name}"}})'


def kv_cache(name: str) -> str:
    return f'avg(vllm:kv_cache_usage_perc{{model_name="{name}"}})'


def _volumes(model: ServedModel) -> list[kubernetes.core.v1.VolumeArgsDict]:
    volumes: list[kubernetes.core.v1.VolumeArgsDict] = [
        # Compiled kernels and the model's small files.
        {"name": "home", "empty_dir": {"size_limit": "20Gi"}},
        {"name": "temporary", "empty_dir": {"size_limit": "20Gi"}},
        # Processes of a tensor-parallel copy exchange data here; it counts as the container's memory.
        {"name": "shared", "empty_dir": {"medium": "Memory", "size_limit": f"{2 * model.tensor_parallel}Gi"}},
    ]
    if model.api_key_secret is not None:
        volumes.append(pod.api_key_volume())
    return volumes
