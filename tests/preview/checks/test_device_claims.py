"""Devices that pods claim: each fault is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.plan.model import UNKNOWN, Plan
from gpuplatform.preview.checks import capacity_fit
from gpuplatform.preview.judgement.run import run_checks
from gpuplatform.sizing.efa import interfaces
from tests.preview.planted import Break, each, found_alone, setting, told
from tests.preview.sound import LABELS, TAGS, a_resource, and_also, kubernetes, urn, with_input, without
from tests.preview.sound_cluster import RELEASE, TAINT, TOLERATION, a_object, sound_cluster

POOL = {"gpuplatform.io/pool": "claimed", "gpuplatform.io/devices": "dra"}
GROUP = urn("aws:eks/nodeGroup:NodeGroup", "claimed")
CARDS = [
    {"networkCardIndex": i.card, "deviceIndex": i.device, "interfaceType": i.kind}
    for i in interfaces(instance("p5.48xlarge"))
]
SPEC = "spec|template|spec"
CONTAINER = f"{SPEC}|containers|0"
REQUEST = "spec|spec|devices|requests|0"


def claiming() -> Plan:
    """The sound cluster, a pool of four p5 whose devices are claimed, and a job that claims all of them."""
    pod = {
        "nodeSelector": {"gpuplatform.io/pool": "claimed"},
        "tolerations": [TOLERATION],
        "restartPolicy": "Never",
        "resourceClaims": [{"name": n, "resourceClaimTemplateName": f"train-{n}"} for n in ("gpu", "efa")],
        "containers": [
            {
                "name": "trainer",
                "image": "example.com/train:1",
                "resources": {
                    "requests": {"cpu": "180"},
                    "limits": {"cpu": "180"},
                    "claims": [{"name": "gpu"}, {"name": "efa"}],
                },
            }
        ],
    }
    job = {
        "parallelism": 4,
        "completions": 4,
        "template": {"metadata": {"labels": {"app": "claims", **LABELS}}, "spec": pod},
    }
    return and_also(
        sound_cluster(),
        a_resource(
            "aws:ec2/launchTemplate:LaunchTemplate",
            "claimed-template",
            {
                "tags": TAGS,
                "instanceType": "p5.48xlarge",
                "networkInterfaces": CARDS,
                "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}],
                "metadataOptions": {"httpTokens": "required"},
                "tagSpecifications": [{"resourceType": kind, "tags": TAGS} for kind in ("instance", "volume")],
            },
            outputs={"id": "lt-2"},
        ),
        a_resource(
            "aws:eks/nodeGroup:NodeGroup",
            "claimed",
            {
                "clusterName": "cluster",
                "nodeRoleArn": "arn:aws:iam::111122223333:role/nodes",
                "subnetIds": ["subnet-1"],
                "launchTemplate": {"id": "lt-2", "version": "1"},
                "scalingConfig": {"minSize": 0, "desiredSize": 0, "maxSize": 4},
                "labels": POOL,
                "taints": [{"key": TAINT["key"], "value": TAINT["value"], "effect": "NO_SCHEDULE"}],
                "tags": TAGS,
            },
            dependencies=(urn("eks:index:Cluster", "cluster"),),
        ),
        *(
            kubernetes(RELEASE, chart, {"chart": f"oci://example.com/{chart}", "namespace": "kube-system"}, GROUP)
            for chart in ("dra-driver-nvidia-gpu", "aws-dranet")
        ),
        template("gpu", "gpu.nvidia.com", 8),
        template("efa", "efa.networking.k8s.aws", 32),
        a_object("batch/v1:Job", "claims", {"spec": job}, GROUP),
    )


def template(claim: str, name: str, count: int) -> Any:
    exactly = {"deviceClassName": name, "allocationMode": "ExactCount", "count": count}
    spec = {"spec": {"devices": {"requests": [{"name": claim, "exactly": exactly}]}}}
    return a_object("resource.k8s.io/v1:ResourceClaimTemplate", f"train-{claim}", {"spec": spec})


FAULTS: list[tuple[str, str, Break]] = [
    (
        "missing-reference",
        "no ResourceClaimTemplate train-gpus in namespace work; did you mean train-gpu?",
        setting("claims", f"{SPEC}|resourceClaims|0|resourceClaimTemplateName", "train-gpus"),
    ),
    (
        "missing-reference",
        "no ResourceClaim shared in namespace work",
        setting("claims", f"{SPEC}|resourceClaims|0", {"name": "gpu", "resourceClaimName": "shared"}),
    ),
    (
        "missing-device-class",
        "no class of devices gpu.nvidia.con; did you mean gpu.nvidia.com?",
        setting("train-gpu", f"{REQUEST}|exactly|deviceClassName", "gpu.nvidia.con"),
    ),
    (
        "missing-device-class",
        "no class of devices tpu.example.com",
        setting(
            "train-gpu", REQUEST, {"name": "g", "firstAvailable": [{"name": "a", "deviceClassName": "tpu.example.com"}]}
        ),
    ),
    ("claim-too-large", "40 devices in one claim", lambda p: one_claim(p)),
    (
        "claim-of-container",
        "uses claim gpus; the pod claims efa, gpu",
        lambda p: with_input(
            p, "claims", f"{CONTAINER}|resources|claims", [{"name": n} for n in ("gpu", "efa", "gpus")]
        ),
    ),
    (
        "claim-of-container",
        "no container uses claim efa, whose devices nobody sees",
        setting("claims", f"{CONTAINER}|resources|claims", [{"name": "gpu"}]),
    ),
    (
        "pod-too-large",
        "9 gpu.nvidia.com, but 8 are left for pods of p5.48xlarge",
        setting("train-gpu", f"{REQUEST}|exactly|count", 9),
    ),
    # Nodes with a driver have nothing that is counted, and nodes with a plugin nothing that is claimed.
    (
        "pod-too-large",
        "8 nvidia.com/gpu, but 0",
        lambda p: setting("claims", f"{CONTAINER}|resources|limits", {capacity_fit.GPU: "8"})(
            setting("claims", f"{CONTAINER}|resources|requests", {"cpu": "180", capacity_fit.GPU: "8"})(p)
        ),
    ),
    ("pod-too-large", "8 gpu.nvidia.com, but 0", setting("claimed", "labels|gpuplatform.io/devices", None)),
    ("job-too-large", "5 pods need 5 nodes at once", setting("claims", "spec|parallelism", 5)),
]


def one_claim(plan: Plan) -> Plan:
    """GPUs and cards in one, as the API accepts it."""
    both = [
        {"name": n, "exactly": {"deviceClassName": name, "allocationMode": "ExactCount", "count": count}}
        for n, name, count in (("gpu", "gpu.nvidia.com", 8), ("efa", "efa.networking.k8s.aws", 32))
    ]
    whole = with_input(without(plan, "train-efa"), "train-gpu", "spec|spec|devices|requests", both)
    named = [{"name": "gpu", "resourceClaimTemplateName": "train-gpu"}]
    return with_input(
        with_input(whole, "claims", f"{SPEC}|resourceClaims", named),
        "claims",
        f"{CONTAINER}|resources|claims",
        [{"name": "gpu"}],
    )


def test_what_is_claimed_to_the_last_device_is_no_finding() -> None:
    assert told(run_checks(claiming())) == []


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break) -> None:
    found_alone(broken(claiming()), rule, words)


def test_a_driver_that_is_not_there_brings_no_class_and_counts_nothing() -> None:
    found = run_checks(without(claiming(), "aws-dranet"))

    assert {f.rule for f in found} == {"missing-device-class", "nobody-counts-devices"}
    assert "no class of devices efa.networking.k8s.aws; there is gpu.nvidia.com" in " ".join(f.message for f in found)
    assert "claimed: nothing counts its EFA devices; install aws-dranet" in " ".join(f.message for f in found)


def test_cards_are_claimed_of_those_that_nodes_are_launched_with() -> None:
    found = run_checks(with_input(claiming(), "claimed-template", "networkInterfaces", CARDS[:-1]))

    assert any("32 efa.networking.k8s.aws, but 31 are left" in f.message for f in found if f.rule == "pod-too-large")


def test_what_is_claimed_is_charged_to_the_queue() -> None:
    """As Kueue is told; it is told nothing in the sound plan, which shows none of its values."""
    queued = with_input(claiming(), "claims", "metadata|labels", {"kueue.x-k8s.io/queue-name": "line"})
    groups = [{"coveredResources": ["cpu", "nvidia.com/gpu"], "flavors": []}]
    lacking = with_input(queued, "queue", "spec|resourceGroups", groups)
    found = [f.message for f in run_checks(lacking) if f.rule == "queue-lacks-resource"]

    assert any("claims: asks for vpc.amazonaws.com/efa, of which queue queue has no quota" in m for m in found), found

    unmapped = with_input(
        lacking, "kueue", "values", {"managerConfig": {"controllerManagerConfigYaml": "resources: {}"}}
    )
    found = [f.message for f in run_checks(unmapped) if f.rule == "queue-lacks-resource"]
    assert any("asks for efa.networking.k8s.aws, gpu.nvidia.com, of which" in m for m in found), found


ACCEPTED: list[tuple[str, Break]] = [
    ("a class of the plan's own", lambda p: own_class(p)),
    ("a class that is not known yet", setting("train-gpu", f"{REQUEST}|exactly|deviceClassName", UNKNOWN)),
    (
        "a class that a chart may bring which we do not know",
        lambda p: with_input(
            and_also(p, kubernetes(RELEASE, "other", {"chart": "other-driver", "namespace": "kube-system"}, GROUP)),
            "train-efa",
            f"{REQUEST}|exactly|deviceClassName",
            "x.y",
        ),
    ),
]


def own_class(plan: Plan) -> Plan:
    made = a_object("resource.k8s.io/v1:DeviceClass", "mine", {"spec": {}}, namespace="")
    return with_input(and_also(plan, made), "train-gpu", f"{REQUEST}|exactly|deviceClassName", "mine")


@pytest.mark.parametrize(("what", "changed"), ACCEPTED, ids=[what for what, _ in ACCEPTED])
def test_what_may_be_is_no_finding(what: str, changed: Break) -> None:
    assert [f"{what}: {f.rule}: {f.message}" for f in run_checks(changed(claiming()))] == []
