"""The pod that checks one GPU node: it prepares, runs the diagnostic, reports the verdict, and then stays idle."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

import pulumi
import pulumi_kubernetes as kubernetes

from gpuplatform.catalog.images import DCGM, PYTHON
from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.pools import health
from gpuplatform.pools.health import Level
from k8s import node_verdict
from k8s.gpu_nodes import DAEMON_TOLERATIONS
from k8s.requests import container

ACCOUNT = "node-health"

_FOLDER, _CODE, _TOKEN = "/run/health", "/opt/health", "/run/account"
_NOBODY = 65534

IN_USE_MIB = 1024
"""Of a GPU's memory. A node that gets the taint when its group changes may be at work already, and a test would fail on full memory."""

DIAGNOSE = f"""
cd "$FOLDER"
[ -e {node_verdict.ALREADY_CHECKED} ] && exit 0
nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits |
while read -r used; do [ "$used" -gt {IN_USE_MIB} ] && touch {node_verdict.IN_USE}; done
[ -e {node_verdict.IN_USE} ] && echo "GPUs are at work: not tested" && exit 0
complete() {{ nvidia-smi -L > {node_verdict.GPUS}; [ "$(grep -c '^GPU ' {node_verdict.GPUS})" -ge "$(cat {node_verdict.COUNT})" ]; }}
nv-hostengine
for pause in 60 0; do
  complete && timeout "$LIMIT" dcgmi diag --run "$LEVEL" --json > {node_verdict.RESULT} && exit 0
  sleep $pause
done
cat {node_verdict.GPUS} {node_verdict.RESULT}
complete || exit 0
grep -q test_categories {node_verdict.RESULT}
"""
"""Runs the diagnostic twice, a minute apart, because the fabric of a node with NVSwitch may still be training. The script fails, and the
kubelet runs it again, only if there is no verdict: a report that says what failed is a verdict, and so are missing GPUs."""


def pod(
    level: Level, pools: Sequence[str], counts: Mapping[str, int], code: pulumi.Input[str]
) -> kubernetes.core.v1.PodSpecArgsDict:
    on_pools: kubernetes.core.v1.NodeSelectorRequirementArgsDict = {
        "key": POOL_LABEL,
        "operator": "In",
        "values": list(pools),
    }
    return {
        "service_account_name": ACCOUNT,
        "automount_service_account_token": False,
        "priority_class_name": "system-node-critical",
        "tolerations": cast("list[kubernetes.core.v1.TolerationArgsDict]", DAEMON_TOLERATIONS),
        "affinity": {
            "node_affinity": {
                "required_during_scheduling_ignored_during_execution": {
                    "node_selector_terms": [{"match_expressions": [on_pools]}]
                }
            }
        },
        "init_containers": [
            _verdict_step("prepare", {"GPU_COUNTS": json.dumps(dict(sorted(counts.items())))}),
            _diagnosis(level),
            _verdict_step("report", {"UNHEALTHY_TAINT": health.UNHEALTHY}),
        ],
        # A DaemonSet's pod may not end. Of the images that are there already, this one needs less memory to wait.
        "containers": [
            {
                "name": "idle",
                "image": str(PYTHON),
                "command": ["sleep", "infinity"],
                "resources": _RESOURCES,
                "security_context": _CONFINED,
            }
        ],
        "termination_grace_period_seconds": 1,
        "volumes": [
            {"name": "folder", "empty_dir": {"medium": "Memory", "size_limit": "16Mi"}},
            {"name": "code", "config_map": {"name": code}},
            {
                "name": "account",
                "projected": {
                    "sources": [
                        {"service_account_token": {"path": "token", "expiration_seconds": 3600}},
                        {"config_map": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                    ]
                },
            },
        ],
    }


_REQUESTS = container(cpu_m=5, memory_mib=24, limit_mib=128)
_RESOURCES = cast("kubernetes.core.v1.ResourceRequirementsArgsDict", _REQUESTS)
_CONFINED: kubernetes.core.v1.SecurityContextArgsDict = {
    "allow_privilege_escalation": False,
    "capabilities": {"drop": ["ALL"]},
    "read_only_root_filesystem": True,
    "run_as_non_root": True,
    "run_as_user": _NOBODY,
    "seccomp_profile": {"type": "RuntimeDefault"},
}


def _verdict_step(step: str, environment: Mapping[str, str]) -> kubernetes.core.v1.ContainerArgsDict:
    """A step of node_verdict.py. Only these containers get the account's token."""
    environment = {**environment, "STARTUP_TAINT": health.UNCHECKED, "FOLDER": _FOLDER, "ACCOUNT": _TOKEN}
    return {
        "name": step,
        "image": str(PYTHON),
        "command": ["python", f"{_CODE}/node_verdict.py", step],
        "env": [
            *({"name": key, "value": value} for key, value in environment.items()),
            {"name": "NODE_NAME", "value_from": {"field_ref": {"field_path": "spec.nodeName"}}},
        ],
        "resources": _RESOURCES,
        "security_context": _CONFINED,
        "volume_mounts": [
            {"name": "folder", "mount_path": _FOLDER},
            {"name": "code", "mount_path": _CODE, "read_only": True},
            {"name": "account", "mount_path": _TOKEN, "read_only": True},
        ],
    }


def _diagnosis(level: Level) -> kubernetes.core.v1.ContainerArgsDict:
    environment = {
        "FOLDER": _FOLDER,
        "LEVEL": str(level),
        "LIMIT": str(int(5 * 60 * health.MINUTES[level])),
        # For NVIDIA's container runtime, which both images make the node's own; Bottlerocket obeys it in privileged containers alone.
        "NVIDIA_VISIBLE_DEVICES": "all",
        "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
        "NVIDIA_DISABLE_REQUIRE": "true",
    }
    return {
        "name": "diagnose",
        "image": str(DCGM),
        "command": ["/bin/sh", "-uc", DIAGNOSE],
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        # No limit: the tests pin memory of the host, nobody says how much, and nothing else runs on the node yet.
        "resources": {"requests": _REQUESTS["requests"]},
        "security_context": {"privileged": True},
        "volume_mounts": [{"name": "folder", "mount_path": _FOLDER}],
    }
