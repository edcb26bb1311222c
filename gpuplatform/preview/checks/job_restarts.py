"""Whether a job survives the loss of its nodes as often as they are lost"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.kinds.cluster.room import gpus
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

BY_POD_POLICY = "PodFailurePolicy"
"""The reason of a Job that its podFailurePolicy ended (Kubernetes, "Pod failure policy")."""


@check(
    "disruption-counts",
    Severity.WARNING,
    "A JobSet on GPUs does not count a lost node or a reclaimed spot instance as a failure of its own.",
)
def disruption_counts(plan: Plan) -> Iterator[Violation]:
    """JobSet never takes a restart off its count (jobset v0.12.0, api/jobset/v1alpha2/jobset_types.go, FailurePolicyAction)."""
    on_gpus = {pod.owner.urn for pod in pods(plan) if gpus(pod)}
    for resource, body in of_kind(plan, "JobSet"):
        if resource.urn not in on_gpus:
            continue
        spec = as_dict(body.get("spec"))
        counted = [
            str(job.get("name")) for job in map(as_dict, as_list(spec.get("replicatedJobs"))) if not _ignored(spec, job)
        ]
        if counted:
            most = get_path(spec, "failurePolicy", "maxRestarts") or 0
            yield Violation(
                f"{resource.name}: {', '.join(counted)}: a lost node counts towards failurePolicy.maxRestarts, {most}, and the next after "
                "that ends the job; give the Job a podFailurePolicy with FailJob on the condition DisruptionTarget, and the JobSet a rule "
                f"RestartJobSetAndIgnoreMaxRestarts on {BY_POD_POLICY}",
                resource,
            )


def _ignored(spec: Mapping[str, Json], job: Mapping[str, Json]) -> bool:
    """A disrupted pod is replaced and not counted, or ends the Job for a reason after which JobSet restarts without counting."""
    policy = get_path(job, "template", "spec", "podFailurePolicy", "rules")
    action = next((str(rule.get("action")) for rule in map(as_dict, as_list(policy)) if _of_disruption(rule)), None)
    return action == "Ignore" or _restarts_free(spec, str(job.get("name")), by_policy=action == "FailJob")


def _of_disruption(rule: Mapping[str, Json]) -> bool:
    conditions = map(as_dict, as_list(rule.get("onPodConditions")))
    return any(c.get("type") == "DisruptionTarget" and c.get("status", "True") == "True" for c in conditions)


def _restarts_free(spec: Mapping[str, Json], job: str, *, by_policy: bool) -> bool:
    """JobSet takes the first rule that fits the job and the reason."""
    for rule in map(as_dict, as_list(get_path(spec, "failurePolicy", "rules"))):
        reasons, jobs = as_list(rule.get("onJobFailureReasons")), as_list(rule.get("targetReplicatedJobs"))
        if (not jobs or job in jobs) and (not reasons or (by_policy and BY_POD_POLICY in reasons)):
            return str(rule.get("action")).endswith("IgnoreMaxRestarts")
    return False
