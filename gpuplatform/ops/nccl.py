"""An all-reduce over the GPUs of a pool's nodes, as manifests: proof that NCCL runs over EFA, and how fast.

A JobSet, for it needs no operator that the platform does not install: MPIJob, as AWS's own NCCL tests use it, does. The program that
it runs is `all_reduce.py` beside this file, in AWS's PyTorch image, which brings NCCL and its plugin for EFA.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.ops.all_reduce import LOG, MIB
from gpuplatform.ops.nccl_pool import NcclPool, Queue
from gpuplatform.pools import devices, shortage
from gpuplatform.pools.devices import Devices
from gpuplatform.sizing import torchrun
from gpuplatform.sizing.bandwidth import AllReduce, all_reduce, records
from gpuplatform.sizing.shares import Share, pod_share

IMAGE: Final = (
    "public.ecr.aws/deep-learning-containers/pytorch-training:2.9.0-gpu-py312-cu130-ubuntu22.04-ec2"  # read 2026-11
)
PROGRAM: Final = Path(__file__).with_name("all_reduce.py")


LARGEST: Final = 16 * 1024 * MIB
"""Bytes of the largest message, as in AWS's tests; at most half of a GPU's memory, for NCCL has buffers of its own."""

SECONDS: Final = 1800
"""After which the job is ended: a hang must not keep GPUs for a night. The measurement itself takes a minute or two."""

KEPT_SECONDS: Final = 24 * 3600
"""For which an ended job, and with it its log, is kept."""

LOGGING: Final = {"NCCL_DEBUG": "INFO", "NCCL_DEBUG_SUBSYS": "INIT,NET", "NCCL_DEBUG_FILE": LOG}


def manifests(asked: NcclPool, nodes: int, team: str | None = None) -> tuple[str, AllReduce]:
    """The YAML, and what it must reach. Raises ValueError where there is nothing to measure or no room for it."""
    if asked.instance.efa and not asked.efa:
        raise ValueError(
            f"{asked.name}: its {asked.instance.name} are launched without EFA; set `efa: true` in the pool"
        )
    target = all_reduce(asked.instance, nodes)
    if nodes > asked.widest:
        raise ValueError(f"nodes: {nodes}; the largest node group of {asked.name} has {asked.widest}")
    queue = _queue(asked, nodes * asked.instance.gpu_count, team)
    objects = [_program(asked, queue), *_claims(asked, queue), _jobset(asked, nodes, queue, target)]
    return yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120), target


def told(asked: NcclPool, nodes: int, target: AllReduce) -> list[str]:
    """What the job must reach, and why, a line each."""
    least = (
        f"{target.least_gbytes:.1f} GB/s" if target.least_gbytes is not None else "unknown, for nobody published any"
    )
    return [
        f"{nodes} × {asked.instance.name} over EFA: busbw must reach {least}; more than {target.bound_gbytes:.1f} GB/s cannot be",
        target.formula,
        *(
            f"published: {r.gbytes:g} GB/s, {r.nodes} nodes, {r.size_gib} GiB ({r.source})"
            for r in records(asked.instance)
        ),
    ]


def _queue(asked: NcclPool, gpus: int, team: str | None) -> Queue:
    """The team's, or that of the team which owns most of the pool."""
    wanted = [q for q in asked.queues if q.gpus >= gpus and team in (None, q.name)]
    if not wanted:
        rooms = ", ".join(f"{q.name} {q.gpus}" for q in asked.queues) or "there is no queue"
        who = f"team {team}" if team else "no team"
        can = "cannot have" if team else "can have"
        raise ValueError(f"{who} {can} {gpus} GPUs of {asked.name}; at most: {rooms}")
    return max(wanted, key=lambda q: (q.owned, q.gpus))


def _program(asked: NcclPool, queue: Queue) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": _name(asked), "namespace": queue.namespace, "labels": _tagged(queue)},
        "data": {PROGRAM.name: PROGRAM.read_text(encoding="utf-8")},
    }


def _claims(asked: NcclPool, queue: Queue) -> list[dict[str, Any]]:
    """Templates of what a pod claims, where devices are claimed."""
    if asked.devices is Devices.PLUGIN:
        return []
    return [
        {
            "apiVersion": "resource.k8s.io/v1",
            "kind": "ResourceClaimTemplate",
            "metadata": {
                "name": f"{_name(asked)}-{claim}",
                "namespace": queue.namespace,
                "labels": _tagged(queue),
            },
            "spec": spec,
        }
        for claim, spec in devices.claims(_share(asked)).items()
    ]


def _share(asked: NcclPool) -> Share:
    return pod_share(asked.instance, asked.instance.gpu_count, efa=True)


def _jobset(asked: NcclPool, nodes: int, queue: Queue, target: AllReduce) -> dict[str, Any]:
    """Kueue starts it: `suspend` is its."""
    name, labels = _name(asked), _tagged(queue)
    job = {
        "completionMode": "Indexed",
        "completions": nodes,
        "parallelism": nodes,
        "backoffLimit": 0,
        "activeDeadlineSeconds": SECONDS,
        "template": _pod(asked, nodes, name, labels, target),
    }
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": {
            "name": name,
            "namespace": queue.namespace,
            "labels": {
                **labels,
                "kueue.x-k8s.io/queue-name": queue.name,
                "kueue.x-k8s.io/priority-class": "normal",
            },
        },
        "spec": {
            "suspend": True,
            "ttlSecondsAfterFinished": KEPT_SECONDS,
            "network": {"enableDNSHostnames": True, "publishNotReadyAddresses": True, "subdomain": name},
            "replicatedJobs": [{"name": "workers", "replicas": 1, "template": {"spec": job}}],
        },
    }


def _pod(asked: NcclPool, nodes: int, name: str, labels: Mapping[str, str], target: AllReduce) -> dict[str, Any]:
    gpus = asked.instance.gpu_count
    share = _share(asked)
    memory = asked.instance.gpu.memory_mib if asked.instance.gpu else 0
    least = [] if target.least_gbytes is None else ["--least", f"{target.least_gbytes:.1f}"]
    values = {
        **torchrun.environment(name, nodes, gpus, shortage.RENDEZVOUS_SECONDS),
        **torchrun.NCCL_OVER_EFA,
        **LOGGING,
    }
    container = {
        "name": "all-reduce",
        "image": IMAGE,
        "command": ["python", "-m", "torch.distributed.run", f"/program/{PROGRAM.name}"],
        "args": ["--largest", str(min(LARGEST, memory * MIB // 2)), *least],
        "env": [torchrun.NODE_RANK, *({"name": key, "value": value} for key, value in values.items())],
        "resources": devices.resources(share, asked.devices),
        # Registering memory with EFA pins it.
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"], "add": ["IPC_LOCK"]},
        },
        "volumeMounts": [
            {"name": "program", "mountPath": "/program", "readOnly": True},
            {"name": "shared", "mountPath": "/dev/shm"},
        ],
    }
    return {
        "metadata": {
            "labels": {**labels, "app.kubernetes.io/name": name},
            "annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
        },
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "nodeSelector": {POOL_LABEL: asked.name},
            "tolerations": list(asked.tolerations),
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
            "volumes": [
                {"name": "program", "configMap": {"name": name}},
                {"name": "shared", "emptyDir": {"medium": "Memory", "sizeLimit": f"{share.memory_mib // 2}Mi"}},
            ],
            **devices.pod_claims(name, share, asked.devices),
        },
    }


def _name(asked: NcclPool) -> str:
    return f"nccl-{asked.name}"


def _tagged(queue: Queue) -> dict[str, str]:
    """The platform's labels; the team that lends its quota pays."""
    return dict(sorted({**queue.labels, "gpuplatform.io/team": queue.name}.items()))


class _Dumper(yaml.SafeDumper):
    """Text of several lines as such, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)  # pyright: ignore[reportUnknownMemberType] - types-PyYAML


_Dumper.add_representer(str, _text)
