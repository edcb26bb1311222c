"""Whether Kueue and Cluster Autoscaler agree: on names of groups, on quotas, and on who asks for whole jobs' nodes"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.kinds.cluster.kueue import CONTROLLER, Flavor, flavors, queued, quotas
from gpuplatform.kinds.cluster.node_launches import autoscaler, extra_argument, launches, told
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.plan.model import Json, Plan, PlanFeature
from gpuplatform.plan.quantity import quantity
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_CLASSES: Final = ("best-effort-atomic-scale-up.autoscaling.x-k8s.io", "check-capacity.autoscaling.x-k8s.io")
"""What Cluster Autoscaler knows (cluster-autoscaler/FAQ.md, "How can I use ProvisioningRequest", August 2026)."""


@check(
    "expander-pattern",
    Severity.ERROR,
    "Every name in the priority expander matches a group, and every group a name.",
    needs=(PlanFeature.OUTPUTS, PlanFeature.VALUES),
)
def expander_pattern(plan: Plan) -> Iterator[Violation]:
    ranked, release = _priorities(plan), autoscaler(plan)
    by_name = {launch.scaling_group: launch for launch in launches(plan) if launch.managed and launch.scaling_group}
    if not ranked or not by_name or release is None:
        return
    for priority, patterns in ranked.items():
        for pattern in patterns:
            if not any(_matches(pattern, name) for name in by_name):
                yield Violation(
                    f"{release.name}: expanderPriorities.{priority}: {pattern} matches no group of the plan", release
                )
    for name, launch in by_name.items():
        if _priority(ranked, name) is None:
            yield Violation(
                f"{launch.resource.name}: no pattern of expanderPriorities matches {name}; the priority expander never grows it",
                launch.resource,
            )


def _priorities(plan: Plan) -> dict[int, list[str]]:
    """Priority → patterns; empty where another expander chooses."""
    release = autoscaler(plan)
    if release is None or "priority" not in str(extra_argument(plan, "expander")):
        return {}
    written = as_dict(get_path(release.inputs, "values", "expanderPriorities"))
    return {int(key): [str(p) for p in as_list(patterns)] for key, patterns in written.items() if str(key).isdigit()}


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


def _priority(ranked: Mapping[int, list[str]], name: str) -> int | None:
    """The highest that a group's name matches."""
    return max((rank for rank, patterns in ranked.items() if any(_matches(p, name) for p in patterns)), default=None)


@check("nobody-provisions", Severity.ERROR, "Where Kueue waits for capacity, Cluster Autoscaler answers its requests.")
def nobody_provisions(plan: Plan) -> Iterator[Violation]:
    answers = str(extra_argument(plan, "enable-provisioning-requests")).lower() == "true"
    configs = {str(body["metadata"]["name"]): body for _, body in of_kind(plan, "ProvisioningRequestConfig")}
    for resource, body in of_kind(plan, "AdmissionCheck"):
        if get_path(body, "spec", "controllerName") != CONTROLLER:
            continue
        if not answers:
            yield Violation(
                f"{resource.name}: waits for ProvisioningRequests, and no Cluster Autoscaler has enable-provisioning-requests; jobs "
                "would wait for ever",
                resource,
            )
        config = configs.get(str(get_path(body, "spec", "parameters", "name")), {})
        asked = get_path(config, "spec", "provisioningClassName")
        if asked and asked not in _CLASSES:
            yield Violation(
                f"{resource.name}: nobody answers the class {asked}; accepted: {', '.join(_CLASSES)}", resource
            )


@check("quota-above-capacity", Severity.ERROR, "Quotas of a flavour are no more than its nodes have at their most.")
def quota_above_capacity(plan: Plan) -> Iterator[Violation]:
    given: dict[str, float] = {}
    for _, body in of_kind(plan, "ClusterQueue", "Cohort"):
        for name, quota in quotas(body.get("spec"), GPU):
            given[name] = given.get(name, 0) + quantity(get_path(quota, "nominalQuota"))
    for name, flavor in flavors(plan).items():
        there = _gpus(plan, flavor)
        if there is not None and given.get(name, 0) > there:
            yield Violation(
                f"{flavor.resource.name}: queues and cohorts are given {given[name]:g} GPUs of it, and its nodes have {there:g} at most; "
                "jobs would be admitted to nodes that never come",
                flavor.resource,
            )


@check(
    "queue-lacks-resource",
    Severity.ERROR,
    "Every resource that a queued job asks for is one that its queue has a quota of.",
)
def queue_lacks_resource(plan: Plan) -> Iterator[Violation]:
    for one in queued(plan):
        covered = {
            str(name)
            for rules in as_list(get_path(one.spec, "resourceGroups"))
            for name in as_list(get_path(rules, "coveredResources"))
        }
        if missing := sorted(set(one.asks) - covered):
            yield Violation(
                f"{one.pod.owner.name}: asks for {', '.join(missing)}, of which queue {one.queue} has no quota; Kueue would never "
                "admit it",
                one.pod.owner,
            )


@check("job-above-quota", Severity.ERROR, "A job asks for no more GPUs than its queue may ever use.")
def job_above_quota(plan: Plan) -> Iterator[Violation]:
    """Its own and what it may borrow, of one flavour of the job's pool: a job is admitted to one."""
    pools = {name: flavor.labels.get(POOL_LABEL) for name, flavor in flavors(plan).items()}
    for one in queued(plan):
        wanted = one.asks.get(GPU, 0) * one.pod.together
        offers = {
            name: _ever(quota, bool(get_path(one.spec, "cohortName")))
            for name, quota in quotas(one.spec, GPU)
            if pools.get(name) in (one.pod.pool, None)
        }
        if wanted and all(offer < wanted for offer in offers.values()):
            most = max(offers.values(), default=0)
            yield Violation(
                f"{one.pod.owner.name}: asks for {wanted:g} GPUs together, and queue {one.queue} may use {most:g} of one flavour of "
                f"{one.pod.pool} at most; Kueue would never admit it",
                one.pod.owner,
            )


def _ever(quota: Json, shares: bool) -> float:
    """What a queue may use of a flavour: what it owns, and of a cohort's as much as it is limited to."""
    limit = get_path(quota, "borrowingLimit")
    borrowed = quantity(limit) if limit is not None else float("inf")
    return quantity(get_path(quota, "nominalQuota")) + (borrowed if shares else 0)


def _gpus(plan: Plan, flavor: Flavor) -> float | None:
    """Of all its nodes; None where the plan does not bound them."""
    found = flavor.nodes(plan)
    total = 0.0
    for launch in found:
        _, advertised = told(plan, launch).get(f"resources/{GPU}", (None, ""))
        each = quantity(advertised) if advertised else max((t.gpu_count for t in launch.types), default=0)
        if launch.most is None or not each:
            return None
        total += launch.most * each
    return total if found else None
