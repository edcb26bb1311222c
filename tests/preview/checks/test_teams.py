"""Teams on one cluster: each fault is found, and nothing else is; sound ways of saying the same are let pass."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.plan.model import Plan
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone, setting, told
from tests.preview.sound import TAGS, a_resource, and_also, policy
from tests.preview.sound_cluster import a_object, sound_cluster

RBAC = "rbac.authorization.k8s.io"
ENFORCE = "pod-security.kubernetes.io/enforce"
JOBS = [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create", "delete"]}]
QUEUES = [{"apiGroups": ["kueue.x-k8s.io"], "resources": ["clusterqueues"], "verbs": ["get"]}]


def _bound(kind: str, rules: list[dict[str, Any]], name: str) -> tuple[Any, ...]:
    role = "Role" if kind == "RoleBinding" else "ClusterRole"
    place = "work" if kind == "RoleBinding" else ""
    subject = {"kind": "Group", "name": "team-a", "apiGroup": RBAC}
    reference = {"apiGroup": RBAC, "kind": role, "name": name}
    return (
        a_object(f"{RBAC}/v1:{role}", name, {"rules": rules}, namespace=place),
        a_object(
            f"{RBAC}/v1:{kind}", f"{name}-binding", {"roleRef": reference, "subjects": [subject]}, namespace=place
        ),
    )


def _wide(rules: list[dict[str, Any]]) -> Break:
    return lambda plan: and_also(
        plan, *_bound("RoleBinding", JOBS, "own"), *_bound("ClusterRoleBinding", rules, "wide")
    )


def _second_account(namespace: str) -> Break:
    def broken(plan: Plan) -> Plan:
        return and_also(
            plan,
            a_object("v1:ServiceAccount", "other", {}, namespace=namespace),
            a_resource(
                "aws:eks/podIdentityAssociation:PodIdentityAssociation",
                "other-identity",
                {
                    "clusterName": "c",
                    "namespace": namespace,
                    "serviceAccount": "other",
                    "roleArn": "arn",
                    "tags": {**TAGS, "team": "another"},
                },
            ),
        )

    return broken


def _privileged(*more: Any) -> Break:
    labels = {ENFORCE: "privileged"}
    return lambda plan: and_also(plan, a_object("v1:Namespace", "odd", {}, namespace="", labels=labels), *more)


def _entry(scope: dict[str, Any]) -> Break:
    entry = a_resource(
        "aws:eks/accessEntry:AccessEntry",
        "people",
        {
            "clusterName": "c",
            "principalArn": "arn:aws:iam::111122223333:role/a",
            "kubernetesGroups": ["team-a"],
            "tags": TAGS,
        },
        outputs={"principalArn": "arn:aws:iam::111122223333:role/a"},
    )
    view = a_resource(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "view",
        {
            "clusterName": "c",
            "principalArn": "arn:aws:iam::111122223333:role/a",
            "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
            "accessScope": scope,
        },
    )
    return lambda plan: and_also(plan, *_bound("RoleBinding", JOBS, "own"), entry, view)


FAULTS: list[tuple[str, str, Break]] = [
    ("shared-namespace", "namespace work has service accounts", _second_account("work")),
    ("open-queue", "an empty namespaceSelector", setting("queue", "spec|namespaceSelector", {})),
    ("privileged-namespace", "odd: admits privileged pods", _privileged()),
    ("team-beyond-namespace", "wide-binding: gives team-a rights in every namespace", _wide(JOBS)),
    ("team-beyond-namespace", "view: gives team-a rights in every namespace", _entry({"type": "cluster"})),
]


@each(FAULTS)
def test_each_fault_is_found_alone(rule: str, words: str, broken: Break) -> None:
    found_alone(broken(sound_cluster()), rule, words)


@pytest.mark.parametrize(
    "sound",
    [_wide(QUEUES), _entry({"type": "namespace", "namespaces": ["work"]}), _second_account("monitoring")],
    ids=["looks at queues", "view of its namespace", "where nobody submits"],
)
def test_what_keeps_teams_apart_is_let_pass(sound: Break) -> None:
    assert told(run_checks(sound(sound_cluster()))) == []


ROLE = "arn:aws:iam::111122223333:role/job"


def _files(mount: dict[str, Any], *writes: str) -> Break:
    """A job that mounts a file system whose folders show a bucket, read whole and written where said."""
    statements = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lake/*"}]
    statements += [{"Effect": "Allow", "Action": ["s3:Put*"], "Resource": f"arn:aws:s3:::{one}"} for one in writes]
    spec = {
        "serviceAccountName": "job",
        "restartPolicy": "Never",
        "nodeSelector": {"topology.k8s.aws/zone-id": "use1-az6"},
        "containers": [{"name": "job", "image": "a:1", "volumeMounts": [{"name": "files", **mount}]}],
        "volumes": [{"name": "files", "persistentVolumeClaim": {"claimName": "lustre"}}],
    }
    made = (
        a_resource("aws:iam/role:Role", "job-role", {"tags": TAGS}, outputs={"arn": ROLE, "id": "job", "name": "job"}),
        a_resource("aws:iam/rolePolicy:RolePolicy", "job-policy", {"role": "job", "policy": policy(*statements)}),
        a_resource(
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            "job-identity",
            {"clusterName": "c", "namespace": "w", "serviceAccount": "job", "roleArn": ROLE, "tags": TAGS},
        ),
        *(
            a_resource(
                "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation",
                f"link-{folder}",
                {"fileSystemId": "fs-1", "fileSystemPath": f"/{folder}", "dataRepositoryPath": f"s3://lake/{folder}"},
            )
            for folder in ("curated", "saved")
        ),
        a_object(
            "v1:PersistentVolume",
            "lustre",
            {
                "spec": {
                    "csi": {
                        "driver": "fsx.csi.aws.com",
                        "volumeHandle": "fs-1",
                        "volumeAttributes": {"dnsname": "d", "mountname": "abcd"},
                    }
                }
            },
            namespace="",
        ),
        a_object("v1:PersistentVolumeClaim", "lustre", {"spec": {"volumeName": "lustre"}}, namespace="w"),
        a_object("batch/v1:Job", "copy", {"spec": {"template": {"spec": spec}}}, namespace="w"),
    )
    return lambda plan: and_also(plan, *made)


def _above_rights(mount: dict[str, Any], *writes: str) -> list[str]:
    plan = _files(mount, *writes)(sound_cluster())
    return [f.message for f in run_checks(plan) if f.rule == "mount-above-rights"]


def test_a_mount_gives_no_more_than_iam() -> None:
    whole = _above_rights({"mountPath": "/fsx"}, "lake/saved/*")
    assert [message for message in whole if "s3://lake/curated" in message]
    assert not [message for message in whole if "s3://lake/saved" in message]
    assert _above_rights({"mountPath": "/c", "subPath": "curated/images"}, "lake/saved/*")
    assert _above_rights({"mountPath": "/s", "subPath": "saved/others"}, "lake/saved/job/*")


def test_read_only_or_within_the_rights_is_let_pass() -> None:
    assert not _above_rights({"mountPath": "/c", "subPath": "curated", "readOnly": True}, "lake/saved/*")
    assert not _above_rights({"mountPath": "/s", "subPath": "saved/job"}, "lake/saved/job/*")
    assert not _above_rights({"mountPath": "/x", "subPath": "scratch"}, "lake/saved/*")
