"""The pod that serves one model with vLLM: weights streamed from the lake to the GPUs, no root, nothing written to the image.

Flags, environment and user as documented for vLLM 0.28 ("Loading models with Run:ai Model Streamer", "Using Docker", read
2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from gpuplatform.catalog.images import AWS_CLI, VLLM
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.sizing.fit import MIB, UTILISATION
from gpuplatform.sizing.shares import Share, pod_share
from k8s.envoy import MODEL_PORT as PORT

START_SECONDS = 1800
"""From the container's start to its first answer: weights, compilation, CUDA graphs. Published cold starts of the slowest kind
took 525 s, image included (notes of AWS's ML blog, 2026); a probe that gives up too early starts all over."""

DRAIN_SECONDS = 100
"""To finish answers that are being written. EC2 takes a spot node after 120 s."""

_KEY = "/run/api-key"
_HOME = "/home/vllm"
_USER = 2000
"""`vllm`, of group 0, in the image."""

STREAM_BUFFER_BYTES = 40_000_000_000
"""The streamer's own default, which is more than small nodes have."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What vLLM is told."""

    weights: pulumi.Input[str]
    """`s3://bucket/prefix/`."""
    context: int
    tensor_parallel: int
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


def pod(
    name: str,
    engine: Engine,
    hardware: Hardware,
    *,
    service_account: pulumi.Input[str],
    region: str,
    selector: Mapping[str, str],
    labels: Mapping[str, str],
) -> kubernetes.core.v1.PodTemplateSpecArgsDict:
    share = hardware.share(engine.tensor_parallel)
    spec: kubernetes.core.v1.PodSpecArgsDict = {
        "service_account_name": service_account,
        "automount_service_account_token": False,
        # The environment of other services: a service called `vllm` would set VLLM_PORT, which vLLM reads as its own.
        "enable_service_links": False,
        "termination_grace_period_seconds": DRAIN_SECONDS + 15,
        "node_selector": {POOL_LABEL: hardware.pool},
        "affinity": {"node_affinity": _on_types(hardware.instances)},
        "tolerations": [{"key": GPU, "operator": "Equal", "value": "present", "effect": "NoSchedule"}],
        "topology_spread_constraints": [
            {
                "max_skew": 1,
                "topology_key": "topology.kubernetes.io/zone",
                # Better one zone than none: spot may have the type in one alone.
                "when_unsatisfiable": "ScheduleAnyway",
                "label_selector": {"match_labels": dict(selector)},
            }
        ],
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": _USER,
            "run_as_group": 0,
            "fs_group": 0,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": [_server(name, engine, share, region)],
        "volumes": _volumes(engine),
    }
    if engine.api_key_secret is not None:
        spec["init_containers"] = [_key_reader(engine.api_key_secret, region)]
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def arguments(name: str, engine: Engine, memory_mib: int) -> list[pulumi.Input[str]]:
    """Of `vllm serve`. The name that clients give as `model`, and metrics as `model_name`, is ours."""
    # Half of the container's memory, by process: every GPU's process reads for itself.
    buffer = min(STREAM_BUFFER_BYTES, memory_mib * MIB // 2 // engine.tensor_parallel)
    return [
        engine.weights,
        "--served-model-name",
        name,
        "--load-format",
        "runai_streamer",
        "--model-loader-extra-config",
        json.dumps({"concurrency": 16, "memory_limit": buffer}),
        "--tensor-parallel-size",
        str(engine.tensor_parallel),
        "--max-model-len",
        str(engine.context),
        "--gpu-memory-utilization",
        f"{UTILISATION:.2f}",
        "--port",
        str(PORT),
    ]


def _server(name: str, engine: Engine, share: Share, region: str) -> kubernetes.core.v1.ContainerArgsDict:
    quantities = share.quantities()
    health: kubernetes.core.v1.HTTPGetActionArgsDict = {"path": "/health", "port": "http"}
    command = ["vllm", "serve"]
    if engine.api_key_secret is not None:
        # Read at the start, so that the key is in no manifest and in no process's arguments.
        script = f'read -r VLLM_API_KEY < {_KEY}/value && export VLLM_API_KEY && exec vllm serve "$@"'
        command = ["/bin/sh", "-ec", script, "vllm"]
    return {
        "name": "vllm",
        "image": str(VLLM),
        "command": command,
        "args": arguments(name, engine, share.memory_mib),
        "env": [
            {"name": key, "value": value}
            for key, value in {
                "HOME": _HOME,
                "AWS_REGION": region,
                "AWS_DEFAULT_REGION": region,
                # Credentials by boto3, which knows Pod Identity; of the streamer's own C++ client that is not documented.
                "RUNAI_STREAMER_NO_BOTO3_SESSION": "0",
                "VLLM_NO_USAGE_STATS": "1",
            }.items()
        ],
        "ports": [{"name": "http", "container_port": PORT}],
        # Memory is limited to what is requested; cores are not, so that idle ones help at the start.
        "resources": {
            "requests": quantities,
            "limits": {"memory": quantities["memory"], GPU: quantities[GPU]},
        },
        "startup_probe": {
            "http_get": health,
            "period_seconds": 10,
            "failure_threshold": START_SECONDS // 10,
            "timeout_seconds": 5,
        },
        "readiness_probe": {"http_get": health, "period_seconds": 10, "failure_threshold": 2, "timeout_seconds": 5},
        "liveness_probe": {"http_get": health, "period_seconds": 20, "failure_threshold": 6, "timeout_seconds": 10},
        # Requests go on arriving until every node knows that the pod is leaving; answers being written get the rest.
        "lifecycle": {"pre_stop": {"sleep": {"seconds": DRAIN_SECONDS}}},
        "security_context": _confined(),
        "volume_mounts": [
            {"name": "home", "mount_path": _HOME},
            {"name": "temporary", "mount_path": "/tmp"},
            {"name": "shared", "mount_path": "/dev/shm"},
            *_key_mount(engine),
        ],
    }


def _key_reader(secret: str, region: str) -> kubernetes.core.v1.ContainerArgsDict:
    read = (
        f"umask 077 && aws secretsmanager get-secret-value --region {region} --secret-id {secret} "
        f"--query SecretString --output text > {_KEY}/value"
    )
    return {
        "name": "api-key",
        "image": str(AWS_CLI),
        "command": ["/bin/sh", "-ec", read],
        "env": [{"name": "HOME", "value": _KEY}],
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "security_context": _confined(),
        "volume_mounts": [{"name": "api-key", "mount_path": _KEY}],
    }


def _confined() -> kubernetes.core.v1.SecurityContextArgsDict:
    return {
        "allow_privilege_escalation": False,
        "read_only_root_filesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def _volumes(engine: Engine) -> list[kubernetes.core.v1.VolumeArgsDict]:
    volumes: list[kubernetes.core.v1.VolumeArgsDict] = [
        # Compiled kernels and the model's small files.
        {"name": "home", "empty_dir": {"size_limit": "20Gi"}},
        {"name": "temporary", "empty_dir": {"size_limit": "20Gi"}},
        # Processes of a tensor-parallel copy exchange data here; it counts as the container's memory.
        {"name": "shared", "empty_dir": {"medium": "Memory", "size_limit": f"{2 * engine.tensor_parallel}Gi"}},
    ]
    if engine.api_key_secret is not None:
        volumes.append({"name": "api-key", "empty_dir": {"medium": "Memory", "size_limit": "1Mi"}})
    return volumes


def _key_mount(engine: Engine) -> list[kubernetes.core.v1.VolumeMountArgsDict]:
    if engine.api_key_secret is None:
        return []
    return [{"name": "api-key", "mount_path": _KEY, "read_only": True}]


def _on_types(instances: Sequence[InstanceType]) -> kubernetes.core.v1.NodeAffinityArgsDict:
    """The pool may hold smaller types: the pod must not ask for one that its weights do not fit."""
    return {
        "required_during_scheduling_ignored_during_execution": {
            "node_selector_terms": [
                {
                    "match_expressions": [
                        {
                            "key": "node.kubernetes.io/instance-type",
                            "operator": "In",
                            "values": [instance.name for instance in instances],
                        }
                    ]
                }
            ]
        }
    }
