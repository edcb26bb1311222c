"""Whether a Karpenter pool asks for nodes that there are: well-known labels, and values of theirs that exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from gpuplatform.catalog import zones
from gpuplatform.catalog.nodes import ZONE_LABEL
from gpuplatform.kinds.cluster.node_properties import CAPACITY_LABEL, ZONE_NAME_LABEL
from gpuplatform.kinds.tokens import NODE_POOL
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_VALUES: Final = {
    CAPACITY_LABEL: ("spot", "on-demand", "reserved"),
    "kubernetes.io/arch": ("amd64", "arm64"),
    "kubernetes.io/os": ("linux", "windows"),
}
_OF_AWS: Final = (
    *("instance-category", "instance-family", "instance-generation", "instance-hypervisor", "instance-size"),
    *("instance-cpu", "instance-cpu-manufacturer", "instance-cpu-sustained-clock-speed-mhz", "instance-memory"),
    *("instance-ebs-bandwidth", "instance-network-bandwidth", "instance-local-nvme", "instance-gpu-name"),
    *("instance-gpu-manufacturer", "instance-gpu-count", "instance-gpu-memory", "instance-accelerator-name"),
    *("instance-accelerator-manufacturer", "instance-accelerator-count", "instance-capability-flex"),
    *("instance-encryption-in-transit-supported", "instance-tenancy", "capacity-reservation-id"),
    *("capacity-reservation-type", "capacity-reservation-interruptible", "ec2nodeclass"),
)
"""Labels of instance types, under karpenter.k8s.aws (karpenter.sh, "Scheduling", well-known labels, 1.14; read 2026-11-22)."""


@check("karpenter-requirement", Severity.ERROR, "Every requirement of a Karpenter pool is one that some node meets.")
def karpenter_requirement(plan: Plan) -> Iterator[Violation]:
    for pool in plan.all(NODE_POOL):
        for index, wanted in enumerate(as_list(get_path(pool.inputs, "spec", "template", "spec", "requirements"))):
            for why in _wrong(str(get_path(wanted, "key")), as_list(get_path(wanted, "values")), plan.region):
                yield Violation(f"{pool.name}: requirements[{index}]: {why}", pool)


def _wrong(key: str, values: list[Json], region: str) -> Iterator[str]:
    named = [value for value in values if value not in (SECRET, UNKNOWN)]
    accepted: tuple[str, ...] = _VALUES.get(key, ())
    if key == ZONE_LABEL and region in zones.regions():
        accepted = zones.zone_ids(region)
    for value in named:
        if accepted and value not in accepted:
            yield f"{key}: {value} is none of {', '.join(accepted)}"
        elif key == ZONE_NAME_LABEL and region and not str(value).startswith(region):
            yield f"{key}: {value} is not of {region}"
    prefix, _, name = key.partition("/")
    if prefix == "karpenter.k8s.aws" and name not in _OF_AWS:
        # A label of a later version is like none of these.
        for near in difflib.get_close_matches(name, _OF_AWS, n=1, cutoff=0.9):
            yield f"{key} is a label of no instance type; did you mean {prefix}/{near}?"
