"""What the API server refuses beyond its schema: each fault is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gpuplatform.plan.model import SECRET, UNKNOWN, Plan
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import and_also, kubernetes, sound, with_field, with_input

Break = Callable[[Plan], Plan]

POD = "spec|template|spec"
CONTAINER = f"{POD}|containers|0"
GPU = "nvidia.com/gpu"


def _set(path: str, value: Any, name: str = "model") -> Break:
    return lambda plan: with_input(plan, name, path, value)


def _resources(**sides: dict[str, Any]) -> Break:
    return _set(f"{CONTAINER}|resources", sides)


def _service(**spec: Any) -> Break:
    return _set("spec", {"ports": [{"port": 80}], **spec}, "inside")


def _job(**pod: Any) -> Break:
    template = {
        "metadata": {
            "labels": sound().one("kubernetes:apps/v1:Deployment").inputs["spec"]["template"]["metadata"]["labels"]
        },
        "spec": {"containers": [{"name": "main", "image": "alpine:3.22"}], **pod},
    }
    return lambda plan: and_also(plan, kubernetes("kubernetes:batch/v1:Job", "once", {"spec": {"template": template}}))


FAULTS: list[tuple[str, Break]] = [
    ("imagePullPolicy: 'IfNotpresent' is not one of", _set(f"{CONTAINER}|imagePullPolicy", "IfNotpresent")),
    ("restartPolicy: 'Allways' is not one of", _set(f"{POD}|restartPolicy", "Allways")),
    ("a Deployment takes Always", _set(f"{POD}|restartPolicy", "Never")),
    ("restartPolicy: is Always; a Job takes OnFailure or Never", _job()),
    ("ports[0].protocol: 'HTTP' is not one of", _service(ports=[{"port": 80, "protocol": "HTTP"}])),
    ("spec.type: 'Loadbalancer' is not one of", _service(type="Loadbalancer")),
    ("spec.ports[0].port: is 70000", _service(ports=[{"port": 70000}])),
    (
        "each of several ports needs a name of its own",
        _service(ports=[{"port": 80, "name": "a"}, {"port": 81, "name": "a"}]),
    ),
    ("spec.strategy.type: 'Rolling' is not one of", _set("spec|strategy", {"type": "Rolling"})),
    ("spec.replicas: is -1", _set("spec|replicas", -1)),
    ("metadata.name: 'Big_Key' is not a valid name", _set("metadata|name", "Big_Key", "key")),
    ("metadata.name: 'a.b' is not a valid name", _set("metadata|name", "a.b", "inside")),
    ("metadata.labels.note: 'a b' is not a valid label", _set("metadata|labels", {"note": "a b"})),
    ("spec.template.metadata.labels.note: ", _set("spec|template|metadata|labels|note", "x" * 64)),
    ("name: 'Main_Server' is not a valid name", _set(f"{CONTAINER}|name", "Main_Server")),
    ("two are called server", _set(f"{POD}|containers", [{"name": "server", "image": "a:1"}] * 2)),
    ("image: is missing", _set(f"{CONTAINER}|image", None)),
    ("'vllm openai:v1' is not an image reference", _set(f"{CONTAINER}|image", "vllm openai:v1")),
    ("not a valid port name", _set(f"{CONTAINER}|ports", [{"containerPort": 80, "name": "a-name-of-a-port-too-long"}])),
    ("containerPort: is 0", _set(f"{CONTAINER}|ports", [{"containerPort": 0}])),
    (
        "set one of them",
        _set(f"{CONTAINER}|env", [{"name": "A", "value": "b", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}]),
    ),
    ("'256MB' is not a quantity", _resources(limits={"memory": "256MB"})),
    ("did you mean 256Mi?", _resources(limits={"memory": "256m"})),
    (
        "requests.memory: 2Gi is above the limit of 1Gi",
        _resources(limits={"memory": "1Gi"}, requests={"memory": "2Gi"}),
    ),
    ("limits.nvidia.com/gpu: is missing, and 1 are requested", _resources(requests={GPU: "1"})),
    ("is 2, and 1 are requested", _resources(requests={GPU: "1"}, limits={GPU: "2"})),
    ("a container takes whole devices", _resources(limits={GPU: "0.5"})),
    ("accessModes: 'ReadWriteMost' is not one of", lambda p: and_also(p, _claim("ReadWriteMost"))),
    ("reclaimPolicy: 'Keep' is not one of", _set("reclaimPolicy", "Keep", "gp3")),
]

SOUND: list[Break] = [
    _resources(limits={GPU: "1", "memory": "2Gi"}, requests={"memory": "1Gi", "cpu": "500m"}),
    _resources(limits={GPU: 1, "memory": SECRET}, requests={"memory": UNKNOWN}),
    _job(restartPolicy="OnFailure"),
    _set(f"{POD}|initContainers", [{"name": "side", "image": "a:1", "restartPolicy": "Always"}]),
    _set("metadata|labels", {"note": "", "version": "v1.2_3"}),
    lambda p: and_also(p, _claim("ReadWriteOncePod")),
    lambda p: and_also(
        p, kubernetes("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "system:reader", {"rules": []})
    ),
    lambda p: and_also(
        p, kubernetes("kubernetes:core/v1:ConfigMap", "words", {"data": {"operator": "plus", "protocol": "x"}})
    ),
]


def _claim(mode: str) -> Any:
    spec = {"accessModes": [mode], "storageClassName": "gp3", "resources": {"requests": {"storage": "1Gi"}}}
    return kubernetes("kubernetes:core/v1:PersistentVolumeClaim", "disk-of-it", {"spec": spec})


@pytest.mark.parametrize(("words", "broken"), FAULTS, ids=[words for words, _ in FAULTS])
def test_what_the_api_server_refuses_is_found_and_nothing_else(words: str, broken: Break):
    found = run_checks(broken(sound()))

    assert {f.rule for f in found} == {"manifest"}, [f"{f.rule}: {f.message}" for f in found]
    assert any(words in f.message for f in found), [f.message for f in found]


@pytest.mark.parametrize("changed", SOUND)
def test_what_it_accepts_is_no_fault(changed: Break):
    assert [f"{f.rule}: {f.message}" for f in run_checks(changed(sound()))] == []


@pytest.mark.parametrize("version", ["1.9", "1.350", "latest", "1.35.2", "v1.35"])
def test_a_version_that_the_cluster_cannot_have_is_found_and_nothing_else(version: str):
    found = run_checks(with_input(sound(), "cluster", "version", version))

    assert [(f.rule, version in f.message) for f in found] == [("cluster-version", True)]


@pytest.mark.parametrize(
    "image", ["vllm/vllm-openai", "vllm/vllm-openai:latest", "registry.example.com:5000/vllm", "ghcr.io/a/b:latest"]
)
def test_an_image_that_may_change_is_found_and_nothing_else(image: str):
    found = run_checks(_set(f"{CONTAINER}|image", image)(sound()))

    assert [(f.rule, image in f.message) for f in found] == [("floating-image", True)]


@pytest.mark.parametrize("image", ["a:1", "registry.example.com:5000/a:v1.2", f"ghcr.io/a/b@sha256:{'0' * 64}", SECRET])
def test_a_tag_or_digest_is_no_fault(image: str):
    assert run_checks(_set(f"{CONTAINER}|image", image)(sound())) == []


def test_pods_within_custom_resources_are_judged_too():
    pod = {"containers": [{"name": "main", "image": "a:1", "imagePullPolicy": "Sometimes"}], "restartPolicy": "Never"}
    jobs = [{"name": "workers", "template": {"spec": {"template": {"spec": pod}}}}]
    plan = with_field(sound(), "keda", inputs={"chart": "jobset"})
    plan = and_also(
        plan, kubernetes("kubernetes:jobset.x-k8s.io/v1alpha2:JobSet", "train", {"spec": {"replicatedJobs": jobs}})
    )

    assert any("imagePullPolicy: 'Sometimes'" in f.message for f in run_checks(plan) if f.rule == "manifest")
