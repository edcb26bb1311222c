"""What the policies of teams admit and refuse: the CEL of each rule evaluated for objects that a team or a controller sends."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gpuplatform.pools.teams import parameters
from k8s.team_policies import JOB_RULES, JOB_VARIABLES, POD_RULES, POD_VARIABLES
from tests.k8s.admission import refused

DATA = parameters("research", "lustre", "checkpoints/research", ["curated"])
CONTROLLER = ("system:serviceaccounts", "system:serviceaccounts:jobset-system")
QUEUE = "kueue.x-k8s.io/queue-name"

POD: dict[str, Any] = {
    "metadata": {"name": "pretrain-workers-0-0", "labels": {"app": "pretrain"}},
    "spec": {
        "serviceAccountName": "research",
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "trainer",
                "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["IPC_LOCK"]}},
                "ports": [{"containerPort": 9400}],
                "volumeMounts": [
                    {"name": "shared", "mountPath": "/dev/shm"},
                    {"name": "files", "mountPath": "/fsx/checkpoints/research", "subPath": "checkpoints/research"},
                    {"name": "files", "mountPath": "/fsx/curated", "subPath": "curated", "readOnly": True},
                ],
            }
        ],
        "volumes": [
            {"name": "shared", "emptyDir": {"medium": "Memory"}},
            {"name": "files", "persistentVolumeClaim": {"claimName": "lustre"}},
            {"name": "eks-pod-identity-token", "projected": {"sources": []}},
        ],
    },
}


def pod(path: str, value: Any) -> dict[str, Any]:
    """The pod with one field set, at a path such as `spec|containers|0|securityContext`."""
    changed = copy.deepcopy(POD)
    *above, last = (int(key) if key.isdigit() else key for key in path.split("|"))
    at: Any = changed
    for key in above:
        at = at[key]
    at[last] = value
    return changed


def said_of_pod(obj: dict[str, Any], groups: tuple[str, ...] = CONTROLLER) -> str:
    return "; ".join(refused(POD_VARIABLES, POD_RULES, obj, DATA, groups))


def test_a_jobs_pod_is_admitted() -> None:
    assert said_of_pod(POD) == ""


def test_a_bare_pod_of_plain_fields_is_admitted_from_a_controller_alone() -> None:
    bare = {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "x"}]}}

    assert said_of_pod(bare) == ""
    assert "belongs to a job" in said_of_pod(bare, ("gpuplatform", "team-research"))
    queued = {**bare, "metadata": {"name": "x", "labels": {QUEUE: "research"}}}
    assert said_of_pod(queued, ("team-research",)) == ""
    others = {**bare, "metadata": {"name": "x", "labels": {QUEUE: "applied"}}}
    assert "belongs to a job" in said_of_pod(others, ("team-research",))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec|serviceAccountName", "default"),
        ("spec|containers|0|volumeMounts|1|subPath", "checkpoints/research/pretrain"),
        ("spec|initContainers", [{"name": "fetch"}]),
        ("spec|containers|0|securityContext", {"privileged": False, "runAsUser": 1000}),
        ("spec|priorityClassName", "low"),
    ],
)
def test_what_stays_within_the_teams_rights_is_admitted(path: str, value: Any) -> None:
    assert said_of_pod(pod(path, value)) == ""


MOUNT = "spec|containers|0|volumeMounts|1"
INIT = {"name": "i", "volumeMounts": [{"name": "files", "mountPath": "/x"}]}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("spec|serviceAccountName", "applied", "service account"),
        ("spec|nodeName", "ip-10-60-0-7.ec2.internal", "nodeName"),
        ("spec|priorityClassName", "system-node-critical", "priorities of the system"),
        ("spec|hostNetwork", True, "nothing of their node"),
        ("spec|hostPID", True, "nothing of their node"),
        ("spec|hostIPC", True, "nothing of their node"),
        ("spec|securityContext", {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}, "nothing of their node"),
        ("spec|securityContext", {"seccompProfile": {"type": "Unconfined"}}, "nothing of their node"),
        (
            "spec|securityContext",
            {"seLinuxOptions": {"type": "spc_t"}},
            "nothing of their node",
        ),
        ("spec|containers|0|securityContext", {"privileged": True}, "nothing of their node"),
        ("spec|containers|0|securityContext", {"capabilities": {"add": ["SYS_ADMIN"]}}, "nothing of their node"),
        ("spec|containers|0|securityContext", {"procMount": "Unmasked"}, "nothing of their node"),
        ("spec|containers|0|ports", [{"containerPort": 80, "hostPort": 80}], "nothing of their node"),
        ("spec|initContainers", [{"name": "i", "securityContext": {"privileged": True}}], "nothing of their node"),
        ("spec|volumes|0", {"name": "shared", "hostPath": {"path": "/"}}, "of these kinds"),
        ("spec|volumes|0", {"name": "shared", "nfs": {"server": "x", "path": "/"}}, "of these kinds"),
        ("spec|volumes|0", {"name": "shared", "csi": {"driver": "fsx.csi.aws.com"}}, "of these kinds"),
        ("spec|volumes|0", {"name": "shared", "ephemeral": {}}, "of these kinds"),
        (MOUNT, {"name": "files", "mountPath": "/fsx"}, "of the file system"),
        (MOUNT, {"name": "files", "mountPath": "/fsx", "readOnly": True}, "of the file system"),
        (f"{MOUNT}|subPath", "checkpoints", "of the file system"),
        (f"{MOUNT}|subPath", "checkpoints/applied", "of the file system"),
        (f"{MOUNT}|subPath", "checkpoints/research-two", "of the file system"),
        (f"{MOUNT}|subPathExpr", "$(WHERE)", "of the file system"),
        ("spec|containers|0|volumeMounts|2|readOnly", False, "of the file system"),
        ("spec|containers|0|volumeMounts|2|subPath", "raw", "of the file system"),
        ("spec|initContainers", [INIT], "of the file system"),
    ],
)
def test_what_goes_beyond_them_is_refused_even_from_a_controller(path: str, value: Any, words: str) -> None:
    assert words in said_of_pod(pod(path, value))


def test_where_there_is_no_folder_to_write_to_none_is_written_to() -> None:
    none = parameters("research", "lustre", None, ["curated"])

    assert any("of the file system" in said for said in refused(POD_VARIABLES, POD_RULES, POD, none, CONTROLLER))


def job(labels: dict[str, str] | None, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "j", **({"labels": labels} if labels is not None else {})}, "spec": spec}


def said_of_job(obj: dict[str, Any], groups: tuple[str, ...] = ("team-research",)) -> str:
    return "; ".join(refused(JOB_VARIABLES, JOB_RULES, obj, DATA, groups))


def test_a_job_names_the_teams_queue_and_no_other() -> None:
    assert said_of_job(job({QUEUE: "research"}, suspend=True)) == ""
    assert said_of_job(job({QUEUE: "research"})) == ""
    assert "own queue" in said_of_job(job({QUEUE: "applied"}, suspend=True))
    assert "own queue" in said_of_job(job({QUEUE: "applied"}), CONTROLLER)


@pytest.mark.parametrize("labels", [None, {}, {"app": "x"}])
def test_a_job_without_a_queue_stays_suspended(labels: dict[str, str] | None) -> None:
    assert "names its queue" in said_of_job(job(labels))
    assert "names its queue" in said_of_job(job(labels, suspend=False))
    assert said_of_job(job(labels, suspend=True)) == ""
    assert said_of_job(job(labels), CONTROLLER) == ""
