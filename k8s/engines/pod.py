"""The parts that the pods of all engines have in common: where they run, how little they may do, and how they read an API key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes

from gpuplatform.catalog.images import AWS_CLI
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.sizing.shares import Share
from k8s.engines.engine import Hardware, Place

ANNOUNCE_SECONDS = 15
"""Between the pod's end being known and SIGTERM: until every node has heard, requests go on arriving."""

DRAIN_SECONDS = 85
"""For the engine to finish answers that are being written; one that has none ends at once. EC2 takes a spot node after 120 s."""

API_KEY_FOLDER = "/run/api-key"
API_KEY_FILE = f"{API_KEY_FOLDER}/value"

CONFINED: kubernetes.core.v1.SecurityContextArgsDict = {
    "allow_privilege_escalation": False,
    "read_only_root_filesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def template(
    hardware: Hardware,
    place: Place,
    *,
    user: int,
    group: int,
    container: kubernetes.core.v1.ContainerArgsDict,
    init_containers: Sequence[kubernetes.core.v1.ContainerArgsDict],
    volumes: Sequence[kubernetes.core.v1.VolumeArgsDict],
    selector: Mapping[str, str],
    labels: Mapping[str, str],
) -> kubernetes.core.v1.PodTemplateSpecArgsDict:
    """A pod on the pool's nodes that can hold the model, without root and without a token of the cluster."""
    spec: kubernetes.core.v1.PodSpecArgsDict = {
        "service_account_name": place.service_account,
        "automount_service_account_token": False,
        # The environment of other services: a service called `vllm` would set VLLM_PORT, which vLLM reads as its own.
        "enable_service_links": False,
        "termination_grace_period_seconds": ANNOUNCE_SECONDS + DRAIN_SECONDS + 15,
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
            "run_as_user": user,
            "run_as_group": group,
            "fs_group": group,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": list(volumes),
    }
    if init_containers:
        spec["init_containers"] = list(init_containers)
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def server(
    name: str, image: str, share: Share, ports: Mapping[str, int], *, health_path: str, start_seconds: int
) -> kubernetes.core.v1.ContainerArgsDict:
    """The container that answers callers at the port `http`; an engine adds its command, environment and mounts."""
    quantities = share.quantities()
    health: kubernetes.core.v1.HTTPGetActionArgsDict = {"path": health_path, "port": "http"}
    return {
        "name": name,
        "image": image,
        "ports": [{"name": port, "container_port": number} for port, number in ports.items()],
        # Memory is limited to what is requested; cores are not, so that idle ones help at the start.
        "resources": {
            "requests": quantities,
            "limits": {"memory": quantities["memory"], GPU: quantities[GPU]},
        },
        "startup_probe": {
            "http_get": health,
            "period_seconds": 10,
            "failure_threshold": start_seconds // 10,
            "timeout_seconds": 5,
        },
        "readiness_probe": {"http_get": health, "period_seconds": 10, "failure_threshold": 2, "timeout_seconds": 5},
        "liveness_probe": {"http_get": health, "period_seconds": 20, "failure_threshold": 6, "timeout_seconds": 10},
        "lifecycle": {"pre_stop": {"sleep": {"seconds": ANNOUNCE_SECONDS}}},
        "security_context": CONFINED,
    }


def api_key_reader(secret: str, region: str) -> kubernetes.core.v1.ContainerArgsDict:
    """An init container that writes the secret's value to API_KEY_FILE."""
    read = (
        f"umask 077 && aws secretsmanager get-secret-value --region {region} --secret-id {secret} "
        f"--query SecretString --output text > {API_KEY_FILE}"
    )
    return {
        "name": "api-key",
        "image": str(AWS_CLI),
        "command": ["/bin/sh", "-ec", read],
        "env": [{"name": "HOME", "value": API_KEY_FOLDER}],
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "security_context": CONFINED,
        "volume_mounts": [{"name": "api-key", "mount_path": API_KEY_FOLDER}],
    }


def api_key_volume() -> kubernetes.core.v1.VolumeArgsDict:
    return {"name": "api-key", "empty_dir": {"medium": "Memory", "size_limit": "1Mi"}}


def api_key_mount() -> kubernetes.core.v1.VolumeMountArgsDict:
    """Of the engine's own container."""
    return {"name": "api-key", "mount_path": API_KEY_FOLDER, "read_only": True}


def environment(values: Mapping[str, pulumi.Input[str]]) -> list[kubernetes.core.v1.EnvVarArgsDict]:
    return [{"name": key, "value": value} for key, value in values.items()]


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
