"""Whether teams that share a cluster are kept apart: namespaces, queues, role bindings and mounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from gpuplatform.catalog.nodes import EFA
from gpuplatform.kinds.cluster.access import submits
from gpuplatform.kinds.cluster.files import Claim, claims, links
from gpuplatform.kinds.cluster.grants import EVERYWHERE, grants, teams
from gpuplatform.kinds.cluster.identities import Identity, identities
from gpuplatform.kinds.cluster.names import namespace_of, of_charts
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.plan.model import Json, Plan, PlanFeature, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_TEAM: Final = "team"


@check(
    "shared-namespace",
    Severity.ERROR,
    "Where people or queues submit pods, the service accounts with AWS rights are of one team.",
)
def shared_namespace(plan: Plan) -> Iterator[Violation]:
    """A pod may run as any account of its namespace. By the tag `team` of the association."""
    queued = {namespace_of(body) for _, body in of_kind(plan, "LocalQueue")}
    by_place: dict[str, dict[str, Identity]] = {}
    for one in identities(plan):
        if team := get_path(one.resource.inputs, "tags", _TEAM):
            by_place.setdefault(one.namespace, {}).setdefault(str(team), one)
    for place, owners in by_place.items():
        submitted = place in queued or any(submits(plan, team, place) for team in teams(plan))
        if len(owners) > 1 and submitted:
            last = list(owners.values())[-1].resource
            yield Violation(
                f"{last.name}: namespace {place} has service accounts with AWS rights of {', '.join(sorted(owners))}, and a pod "
                "there may run as any of them; give each team a namespace of its own",
                last,
            )


@check("open-queue", Severity.WARNING, "A queue of jobs admits those of namespaces that it names.")
def open_queue(plan: Plan) -> Iterator[Violation]:
    for resource, body in of_kind(plan, "ClusterQueue"):
        selector = get_path(body, "spec", "namespaceSelector")
        if (
            selector is not None
            and not get_path(selector, "matchLabels")
            and not get_path(selector, "matchExpressions")
        ):
            yield Violation(
                f"{resource.name}: an empty namespaceSelector lets a LocalQueue of every namespace use its quota; name the "
                "namespaces, as in matchLabels: {kubernetes.io/metadata.name: …}",
                resource,
            )


@check(
    "privileged-namespace",
    Severity.WARNING,
    "A namespace admits privileged pods only where something in it needs more than the baseline.",
)
def privileged_namespace(plan: Plan) -> Iterator[Violation]:
    """What charts bring is not seen, so namespaces of theirs are not judged."""
    efa = _queues_with_efa(plan)
    for resource, body in of_kind(plan, "Namespace"):
        name = str(body["metadata"]["name"])
        level = get_path(body, "metadata", "labels", "pod-security.kubernetes.io/enforce")
        if level != "privileged" or name in of_charts(plan) or name in efa:
            continue
        if not any(pod.namespace == name and _beyond_baseline(pod) for pod in pods(plan)):
            yield Violation(
                f"{resource.name}: admits privileged pods, and nothing that the plan puts there needs them: no EFA, no capability, "
                "nothing of the node; set pod-security.kubernetes.io/enforce to baseline or restricted",
                resource,
            )


@check("team-beyond-namespace", Severity.ERROR, "What a team may do on the cluster, it may do in its namespaces alone.")
def team_beyond_namespace(plan: Plan) -> Iterator[Violation]:
    """A team is a group of people that has a role in some namespace, or in whose name an access entry or binding makes jobs."""
    inside = {grant.group for grant in grants(plan) if grant.namespace != EVERYWHERE}
    told: set[tuple[str, str]] = set()
    for grant in grants(plan):
        if grant.namespace != EVERYWHERE or grant.group not in inside or (grant.resource.urn, grant.group) in told:
            continue
        told.add((grant.resource.urn, grant.group))
        if any(_concerns_others(rule) for rule in grant.rules):
            yield Violation(
                f"{grant.resource.name}: gives {grant.group} rights in every namespace, and with them other teams' pods; bind the "
                "role in its namespace, by a RoleBinding or accessScope {type: namespace}",
                grant.resource,
            )


_OWN: Final = frozenset(
    ("pods", "pods/log", "pods/exec", "secrets", "configmaps", "jobs", "jobsets", "trainjobs", "rayjobs", "*")
)


def _concerns_others(rule: Json) -> bool:
    """Rules of what lives in namespaces; queues and nodes may be looked at by all."""
    return bool(_OWN & set(map(str, as_list(get_path(rule, "resources")))))


@check(
    "mount-above-rights",
    Severity.ERROR,
    "A folder of a file system that shows a bucket is mounted for writing only by pods that may write to the bucket.",
    needs=(PlanFeature.VALUES,),
)
def mount_above_rights(plan: Plan) -> Iterator[Violation]:
    """What is written to such a folder goes to the bucket by the file system's rights, not by the pod's."""
    known = {(claim.namespace, claim.name): claim for claim in claims(plan)}
    told: set[tuple[str, str]] = set()
    for pod in pods(plan):
        own = [
            one
            for one in identities(plan)
            if (one.namespace, one.account) == (pod.namespace, str(pod.spec.get("serviceAccountName") or "default"))
        ]
        for claim, mount in _mounts(pod, known):
            for shown in _shown_above_rights(plan, claim, mount, own):
                if (pod.owner.urn, shown) not in told:
                    told.add((pod.owner.urn, shown))
                    yield _above(pod.owner, mount, shown)


def _above(owner: PlannedResource, mount: Mapping[str, Json], shown: str) -> Violation:
    return Violation(
        f"{owner.name}: mounts {mount.get('mountPath')} for writing, which shows s3://{shown}, and its service account may only "
        "read there; set readOnly, or a subPath that it may write to",
        owner,
    )


def _mounts(pod: Pod, known: Mapping[tuple[str, str], Claim]) -> Iterator[tuple[Claim, Mapping[str, Json]]]:
    """Mounts for writing of file systems that the plan has."""
    volumes = {
        str(get_path(v, "name")): claim
        for v in as_list(pod.spec.get("volumes"))
        if (claim := known.get((pod.namespace, str(get_path(v, "persistentVolumeClaim", "claimName")))))
        and not claim.read_only
        and get_path(v, "persistentVolumeClaim", "readOnly") is not True
    }
    for container in pod.containers:
        for mount in map(as_dict, as_list(get_path(container, "volumeMounts"))):
            if mount.get("name") in volumes and mount.get("readOnly") is not True:
                yield volumes[str(mount["name"])], mount


def _shown_above_rights(plan: Plan, claim: Claim, mount: Mapping[str, Json], own: list[Identity]) -> Iterator[str]:
    """What of S3 the mount shows that its pod may read and not write. Where it may do neither, nobody has said what it is for."""
    path = "/".join(part for part in (claim.path, str(mount.get("subPath") or "").strip("/")) if part)
    path = f"/{path.strip('/')}"
    for system, folder, target in links(plan):
        if system != claim.system:
            continue
        if _within(path, folder):
            shown = f"{target}{path[len(folder) :]}"
        elif _within(folder, path):
            shown = target
        else:
            continue
        if _may(own, "s3:GetObject", shown) and not _may(own, "s3:PutObject", shown):
            yield shown


def _may(own: list[Identity], action: str, shown: str) -> bool:
    """On everything there, so on an object whose name no pattern foresees."""
    return any(
        fnmatchcase(f"{shown}/\x00", pattern.rpartition(":")[2]) for one in own for pattern in one.resources(action)
    )


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _queues_with_efa(plan: Plan) -> set[str]:
    """Namespaces whose jobs may get nodes with EFA."""
    with_efa = {
        str(body["metadata"]["name"])
        for _, body in of_kind(plan, "ClusterQueue")
        for group in as_list(get_path(body, "spec", "resourceGroups"))
        if EFA in as_list(get_path(group, "coveredResources"))
    }
    return {
        namespace_of(body)
        for _, body in of_kind(plan, "LocalQueue")
        if str(get_path(body, "spec", "clusterQueue")) in with_efa
    }


def _beyond_baseline(pod: Pod) -> bool:
    host = any(pod.spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
    return (
        host
        or any("hostPath" in as_dict(volume) for volume in as_list(pod.spec.get("volumes")))
        or any(
            get_path(c, "securityContext", "privileged")
            or as_list(get_path(c, "securityContext", "capabilities", "add"))
            or any(get_path(port, "hostPort") for port in as_list(get_path(c, "ports")))
            for c in pod.containers
        )
    )
