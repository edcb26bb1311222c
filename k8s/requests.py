"""What each operator's pods ask of the nodes, in one table, because the smallest environment must hold them all.

Figures are ours: a little above what the controllers use on a quiet cluster of this size. The limit is on memory alone;
a CPU limit would only slow a controller down when it is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """What the scheduler sets aside."""

    cpu_m: int
    memory_mib: int

    def __add__(self, other: Requests) -> Requests:
        return Requests(cpu_m=self.cpu_m + other.cpu_m, memory_mib=self.memory_mib + other.memory_mib)


def container(cpu_m: int, memory_mib: int, limit_mib: int) -> dict[str, dict[str, str]]:
    """A container's `resources`."""
    if limit_mib < memory_mib:
        raise ValueError(f"limit_mib: {limit_mib} is less than the {memory_mib} MiB requested")
    return {"requests": {"cpu": f"{cpu_m}m", "memory": f"{memory_mib}Mi"}, "limits": {"memory": f"{limit_mib}Mi"}}


NONE = Requests(cpu_m=0, memory_mib=0)

KARPENTER = container(100, 256, 1024)
CLUSTER_AUTOSCALER = container(50, 256, 1024)
LOAD_BALANCER_CONTROLLER = container(50, 128, 512)
KUEUE = container(100, 192, 1024)
JOBSET = container(20, 64, 512)
TRAINER = container(20, 64, 512)
LEADER_WORKER_SET = container(20, 64, 512)
KEDA_OPERATOR = container(50, 96, 512)
KEDA_METRICS = container(50, 96, 512)
KEDA_WEBHOOKS = container(20, 48, 256)
FEATURE_MASTER = container(20, 64, 512)
FEATURE_GARBAGE = container(5, 32, 256)
PROMETHEUS_OPERATOR = container(50, 96, 512)
CONFIG_RELOADER = container(5, 32, 128)
ALERTMANAGER = container(10, 64, 256)
GRAFANA = container(50, 192, 512)
GRAFANA_SIDECAR = container(10, 96, 256)
STATE_METRICS = container(10, 64, 512)
WEBHOOK_PATCH = container(10, 32, 128)

# One a node: the first on every node, the others on GPU nodes.
NODE_EXPORTER = container(10, 32, 128)
DEVICE_PLUGIN = container(10, 64, 256)
EFA_PLUGIN = container(10, 32, 128)
GPU_DRIVER = container(10, 64, 256)
EFA_DRIVER = container(10, 64, 256)
FEATURE_WORKER = container(5, 64, 256)
DCGM_EXPORTER = container(50, 192, 1024)
FSX_NODE = container(10, 40, 256)
NODE_HEALTH = container(5, 24, 128)


def prometheus(storage_gib: int) -> dict[str, dict[str, str]]:
    """Prometheus keeps its newest hours in memory: what fills a large disk needs a large head. Limited at twice the request,
    so that a burst of series restarts Prometheus rather than the node's other pods."""
    memory = 768 if storage_gib <= 20 else 4096
    return container(100, memory, 2 * memory)


def requested(values: Mapping[str, Any]) -> Requests:
    """The sum of all `requests` in a chart's values, each counted once whatever its replicas."""
    total = NONE
    for found in _requests(values):
        total += Requests(
            cpu_m=_amount(found.get("cpu", "0m"), "m"), memory_mib=_amount(found.get("memory", "0Mi"), "Mi")
        )
    return total


def _requests(value: object) -> Iterator[Mapping[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, object]", value).items():
            if key == "requests" and "storage" not in cast("Mapping[str, str]", inner):
                yield cast("Mapping[str, str]", inner)
            else:
                yield from _requests(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in cast("Sequence[object]", value):
            yield from _requests(inner)


def _amount(text: str, unit: str) -> int:
    if not re.fullmatch(rf"\d+{unit}", text):
        raise ValueError(f"{text!r}: requests are written here as whole numbers of {unit}, such as 50{unit}")
    return int(text.removesuffix(unit))
