"""Keys of config maps, classes of claims, services that are watched, and nodes that Karpenter could start: each fault is found, and
nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.plan.model import UNKNOWN, Plan
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone, told
from tests.preview.sound import and_also, kubernetes, sound, with_field, with_input
from tests.preview.sound_cluster import a_object, sound_cluster

POD = "spec|template|spec"
CONTAINER = f"{POD}|containers|0"
REQUIREMENTS = "spec|template|spec|requirements"
TYPES = {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}
DEFAULT = {"name": "gp3", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}


def _words(plan: Plan, **more: Any) -> Plan:
    """A pod that takes two words out of a config map."""
    held = kubernetes("kubernetes:core/v1:ConfigMap", "words", {"data": {"first": "1", "second": "2"}})
    volume = {"name": "words", "configMap": {"name": "words", "items": [{"key": "first", "path": "f"}], **more}}
    source = {"configMapKeyRef": {"name": "words", "key": "second"}}
    plan = with_input(and_also(plan, held), "model", f"{POD}|volumes", [volume])
    return with_input(plan, "model", f"{CONTAINER}|env", [{"name": "SECOND", "valueFrom": source}])


def _claim(**spec: Any) -> Break:
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, **spec}
    return lambda plan: and_also(
        plan, kubernetes("kubernetes:core/v1:PersistentVolumeClaim", "disk-1", {"spec": asked})
    )


def _requires(key: str, *values: str) -> Break:
    return lambda plan: with_input(
        plan, "small", REQUIREMENTS, [TYPES, {"key": key, "operator": "In", "values": list(values)}]
    )


FAULTS: list[tuple[str, str, Break]] = [
    (
        "missing-key",
        "volume words: ConfigMap words has no frist; did you mean first?",
        lambda p: with_input(_words(p), "model", f"{POD}|volumes|0|configMap|items|0|key", "frist"),
    ),
    (
        "missing-key",
        "variable SECOND: ConfigMap words has no third; it has first, second",
        lambda p: with_input(_words(p), "model", f"{CONTAINER}|env|0|valueFrom|configMapKeyRef|key", "third"),
    ),
    ("claim-class", "storageClassName is missing, and no class is the default; there is gp3", _claim()),
    ("claim-class", "gp3 makes disks", _claim(storageClassName="gp3", accessModes=["ReadWriteMany"])),
    ("karpenter-requirement", "spots is none of spot", _requires("karpenter.sh/capacity-type", "spots")),
    ("karpenter-requirement", "x86_64 is none of amd64", _requires("kubernetes.io/arch", "x86_64")),
    ("karpenter-requirement", "use2-az1 is none of", _requires("topology.k8s.aws/zone-id", "use2-az1")),
    ("karpenter-requirement", "eu-west-1a is not of us-east-1", _requires("topology.kubernetes.io/zone", "eu-west-1a")),
    (
        "karpenter-requirement",
        "did you mean karpenter.k8s.aws/instance-family?",
        _requires("karpenter.k8s.aws/instance-famly", "g6"),
    ),
    (
        "custom-resource-field",
        "nodeClassRef.kind: 'NodeClass' is none of EC2NodeClass",
        lambda p: with_input(p, "small", "spec|template|spec|nodeClassRef|kind", "NodeClass"),
    ),
]

SOUND: list[Break] = [
    _words,
    lambda p: with_input(_words(p, optional=True), "model", f"{POD}|volumes|0|configMap|items|0|key", "other"),
    _claim(storageClassName="gp3"),
    lambda p: _claim()(with_input(p, "gp3", "metadata", DEFAULT)),
    _claim(storageClassName="gp3", accessModes=["ReadWriteMany"], volumeMode="Block"),
    _requires("karpenter.sh/capacity-type", "spot", "on-demand"),
    _requires("topology.kubernetes.io/zone", "us-east-1a"),
    _requires("karpenter.k8s.aws/instance-nvme-generation", "2"),
    _requires("example.com/team", "ml"),
]


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found_alone(broken(sound()), rule, words)


@pytest.mark.parametrize("changed", SOUND)
def test_what_is_there_is_no_fault(changed: Break):
    assert told(run_checks(changed(sound()))) == []


def test_a_pod_that_asks_for_gpus_needs_a_pool_that_has_them():
    pool = with_input(
        sound(), "small", "spec|template|spec|taints", [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]
    )
    lost = with_input(pool, "model", f"{POD}|nodeSelector", None)
    asking = with_input(lost, "model", f"{CONTAINER}|resources", {"limits": {"nvidia.com/gpu": "1"}})

    assert {f.rule for f in run_checks(lost)} <= {"nobody-counts-devices"}
    assert "small is tainted gpu=yes:NoSchedule" in " ".join(
        f.message for f in run_checks(asking) if f.rule == "pod-without-pool"
    )


@pytest.mark.parametrize(
    ("rule", "selector", "port"),
    [("dead-selector", "nothing", "http"), ("unknown-port", "watched", "metrics"), ("", "watched", "http")],
)
def test_a_service_monitor_watches_a_service_that_is_there(rule: str, selector: str, port: str):
    spec = {"selector": {"matchLabels": {"watch": selector}}, "endpoints": [{"port": port}]}
    monitor = a_object("monitoring.coreos.com/v1:ServiceMonitor", "watch", {"spec": spec}, namespace="work")
    monitor = replace(
        monitor, dependencies=sound_cluster().one("kubernetes:monitoring.coreos.com/v1:PodMonitor").dependencies
    )
    service = {"spec": {"ports": [{"name": "http", "port": 80}]}}
    web = a_object("v1:Service", "web", service, namespace="work", labels={"watch": "watched"})
    plan = and_also(sound_cluster(), web, monitor)

    assert [f.rule for f in run_checks(plan)] == [rule] * bool(rule)


@pytest.mark.parametrize(("port", "rules"), [(9999, ["unknown-port"]), (8000, [])])
def test_a_service_sends_to_a_port_that_its_pods_say_they_have(port: int, rules: list[str]):
    plan = with_input(sound(), "model", f"{CONTAINER}|ports", [{"containerPort": 8000}])
    spec = {"selector": {"app": "model"}, "ports": [{"port": 80, "targetPort": port}]}

    assert [
        f.rule for f in run_checks(and_also(plan, kubernetes("kubernetes:core/v1:Service", "in", {"spec": spec})))
    ] == rules


def test_an_account_whose_namespace_is_not_known_yet_is_there():
    plan = sound_cluster()
    account = next(r for r in plan.all("kubernetes:core/v1:ServiceAccount") if r.inputs["metadata"]["name"] == "runner")
    metadata = {**account.inputs["metadata"], "namespace": UNKNOWN}
    first = with_field(plan, account.name, inputs={**account.inputs, "metadata": metadata})

    assert "pod-identity-account" not in {f.rule for f in run_checks(first)}
