"""A distributed training job: a JobSet that Kueue admits as a whole, wired for the pool it runs on.

A JobSet rather than a TrainJob, because the runtimes that Trainer ships know nothing of EFA, and training over TCP is slow without an error
(NVIDIA/aicr#2275). Kueue owns `spec.suspend`; nearly everything else of a JobSet is immutable, so a change replaces it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apiextensions import CustomResource

from components.tags import CostTags
from gpuplatform.catalog.nodes import POOL_LABEL, RUNG_LABEL
from gpuplatform.pools import devices, shortage
from gpuplatform.pools.devices import Devices
from gpuplatform.sizing import torchrun
from gpuplatform.sizing.shares import Share, pod_share
from k8s.gpu_nodes import TAINT, KueuePool
from k8s.job_files import Files

SAVE_SECONDS = 300
"""Between SIGTERM and SIGKILL: time to save a checkpoint. EC2 takes a spot instance after 120 s in any case."""

_FIXED_IMAGE = re.compile(r".+(@sha256:[0-9a-f]{64}|:(?!latest$)[\w][\w.-]{0,127})")
_SHARED = "/dev/shm"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The job's pool, and how many nodes and GPUs of it."""

    pool: KueuePool
    nodes: int
    gpus_per_node: int

    def __post_init__(self) -> None:
        if not 1 <= self.gpus_per_node <= self.pool.pool.advertised.gpu_count:
            raise ValueError(
                f"gpus_per_node: {self.gpus_per_node}; {self.pool.pool.advertised.name} of pool {self.pool.name} has "
                f"{self.pool.pool.advertised.gpu_count} GPUs"
            )
        widest = max(rung.max for rung in self.pool.pool.buy)
        if not 1 <= self.nodes <= widest:
            raise ValueError(
                f"nodes: {self.nodes}; a job runs on one rung, and the largest of pool {self.pool.name} has {widest} nodes"
            )


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """Where the job saves and how often."""

    path: pulumi.Input[str]
    """A directory below a mounted volume, or `s3://bucket/prefix/`, which needs the S3 connector for PyTorch in the image."""
    minutes: float
    files: Files | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the pods run, as whom, and after what."""

    namespace: pulumi.Input[str]
    service_account: pulumi.Input[str]
    after: Sequence[pulumi.Resource]
    """The release that brings JobSet, and the LocalQueue."""


@dataclass(frozen=True, kw_only=True)
class TrainingJobArgs:
    shape: Shape
    image: str
    command: Sequence[str]
    checkpoints: Checkpoints
    queue: str | None
    """LocalQueue; None keeps the job suspended and out of every queue, until somebody wants it to run."""
    place: Place
    tags: CostTags
    metrics_port: int | None = None
    """Where the program tells of itself, if it does (docs/training-metrics.md)."""

    def __post_init__(self) -> None:
        if not _FIXED_IMAGE.fullmatch(self.image):
            raise ValueError(
                f"image: {self.image} moves; give a fixed tag or a digest, so that a restart runs the same code"
            )
        if not self.command:
            raise ValueError("command: empty; say what to run, for example [python, -m, train]")


class TrainingJob(pulumi.ComponentResource):
    """`name` is the JobSet's: pods are called `<name>-workers-0-<node>`."""

    name: pulumi.Output[str]
    """Of the JobSet."""

    def __init__(self, name: str, args: TrainingJobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:TrainingJob", name, {}, opts)

        labels = args.tags.labels()
        queue = {"kueue.x-k8s.io/queue-name": args.queue} if args.queue else {}
        claims = self._claims(name, args, labels) if args.shape.pool.pool.devices is Devices.DRA else []
        CustomResource(
            f"{name}-jobset",
            api_version="jobset.x-k8s.io/v1alpha2",
            kind="JobSet",
            metadata={
                "name": name,
                "namespace": args.place.namespace,
                "labels": {**labels, **queue, "kueue.x-k8s.io/priority-class": "normal"},
            },
            spec=jobset(name, args.shape, pod(name, args, labels)),
            opts=pulumi.ResourceOptions(
                parent=self,
                # Kueue counts what the template says as soon as there is a job.
                depends_on=[*args.place.after, *claims],
                ignore_changes=["spec.suspend"],
                replace_on_changes=["spec"],
                delete_before_replace=True,
            ),
        )

        self.name = pulumi.Output.from_input(name)
        self.register_outputs({"name": self.name})

    def _claims(self, name: str, args: TrainingJobArgs, labels: Mapping[str, str]) -> list[pulumi.Resource]:
        """Templates of what a pod claims; immutable, like the job."""
        specs: dict[str, Any] = devices.claims(_share(args.shape))
        return [
            kubernetes.resource.v1.ResourceClaimTemplate(
                f"{name}-{claim}",
                metadata={"name": f"{name}-{claim}", "namespace": args.place.namespace, "labels": labels},
                spec=spec,
                opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["spec"], delete_before_replace=True),
            )
            for claim, spec in specs.items()
        ]


def jobset(name: str, shape: Shape, pod: Mapping[str, Any]) -> dict[str, Any]:
    """One indexed Job, a pod a node. Losing one node restarts all pods from the last checkpoint, which counts as a failure only where a
    pod fails before the node's end is seen."""
    job = {
        "completionMode": "Indexed",
        "completions": shape.nodes,
        "parallelism": shape.nodes,
        "backoffLimit": 0,
        # A disrupted pod fails the Job at once, rather than letting the others wait for NCCL's timeout.
        "podFailurePolicy": {
            "rules": [
                {"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
            ]
        },
        "template": pod,
    }
    return {
        "suspend": True,
        "network": {"enableDNSHostnames": True, "publishNotReadyAddresses": True, "subdomain": name},
        "failurePolicy": {
            "maxRestarts": shortage.RESTARTS,
            "rules": [
                {
                    "name": "disruption",
                    "action": "RestartJobSetAndIgnoreMaxRestarts",
                    "onJobFailureReasons": ["PodFailurePolicy"],
                }
            ],
        },
        "replicatedJobs": [{"name": "workers", "replicas": 1, "template": {"spec": job}}],
    }


def pod(name: str, args: TrainingJobArgs, labels: Mapping[str, str]) -> dict[str, Any]:
    shape, saved = args.shape, args.checkpoints
    share = _share(shape)
    volumes: list[dict[str, Any]] = [
        # Memory of its own would be the node's; in memory it counts as the container's, of which loaders may use half.
        {"name": "shared", "emptyDir": {"medium": "Memory", "sizeLimit": f"{share.memory_mib // 2}Mi"}},
    ]
    mounts: list[dict[str, Any]] = [{"name": "shared", "mountPath": _SHARED}]
    if saved.files is not None and (folders := saved.files.mounts()):
        volumes.append({"name": "files", "persistentVolumeClaim": {"claimName": saved.files.claim}})
        mounts += folders
    # Registering memory with EFA pins it; without the capability the default limit on locked memory stops it.
    pinning = {"add": ["IPC_LOCK"]} if share.efa else {}
    return {
        "metadata": {
            "labels": {**labels, "app.kubernetes.io/name": name},
            "annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false", **near(shape)},
        },
        "spec": {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": SAVE_SECONDS,
            "serviceAccountName": args.place.service_account,
            "automountServiceAccountToken": False,
            "nodeSelector": {POOL_LABEL: shape.pool.name},
            **together(name),
            "tolerations": [TAINT],
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "trainer",
                    "image": args.image,
                    "command": list(args.command),
                    "env": [*environment(name, shape, saved), *_port_variable(args.metrics_port)],
                    **_ports(args.metrics_port),
                    "resources": devices.resources(share, shape.pool.pool.devices),
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"], **pinning},
                    },
                    "volumeMounts": mounts,
                }
            ],
            "volumes": volumes,
            **devices.pod_claims(name, share, shape.pool.pool.devices),
        },
    }


def together(name: str) -> dict[str, Any]:
    """A wish for nodes that were bought in one way: a reservation's stand near to one another."""
    term = {"labelSelector": {"matchLabels": {"app.kubernetes.io/name": name}}, "topologyKey": RUNG_LABEL}
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return {"affinity": {"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}}


def near(shape: Shape) -> dict[str, str]:
    """Several nodes as near to one another as Kueue finds them free. A wish: required, a job would wait for nodes that autoscaling
    cannot place."""
    return {"kueue.x-k8s.io/podset-preferred-topology": shape.pool.near} if shape.pool.near and shape.nodes > 1 else {}


def _share(shape: Shape) -> Share:
    return pod_share(shape.pool.pool.advertised, shape.gpus_per_node, efa=shape.pool.pool.uses_efa)


def environment(name: str, shape: Shape, saved: Checkpoints) -> list[dict[str, Any]]:
    """What torchrun, plain torch.distributed and NCCL read, and where to save."""
    values: dict[str, pulumi.Input[str]] = {
        **torchrun.environment(name, shape.nodes, shape.gpus_per_node, shortage.RENDEZVOUS_SECONDS),
        "MASTER_ADDR": torchrun.first_pod(name),
        "MASTER_PORT": str(torchrun.PORT),
        "CHECKPOINT_PATH": saved.path,
        "CHECKPOINT_MINUTES": f"{saved.minutes:g}",
        **(torchrun.NCCL_OVER_EFA if shape.pool.pool.uses_efa else {}),
    }
    return [torchrun.NODE_RANK, *({"name": key, "value": value} for key, value in values.items())]


def _ports(metrics_port: int | None) -> dict[str, Any]:
    """Prometheus finds the port by its name (`k8s/alert_rules/training.py`)."""
    return {"ports": [{"name": "metrics", "containerPort": metrics_port}]} if metrics_port is not None else {}


def _port_variable(metrics_port: int | None) -> list[dict[str, Any]]:
    return [{"name": "METRICS_PORT", "value": str(metrics_port)}] if metrics_port is not None else []
