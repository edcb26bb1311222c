"""Whether Kueue and Cluster Autoscaler agree: on the order of groups, on quotas, and on who asks for whole jobs' nodes"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.preview import claims
from gpuplatform.preview.check import Fault, Severity, check
from gpuplatform.preview.checks.capacity_fit import Workload, workloads
from gpuplatform.preview.cluster import QUEUE_LABEL, namespace_of, view
from gpuplatform.preview.launches import autoscaler, launches, told
from gpuplatform.preview.look import at, listing, mapping
from gpuplatform.preview.manifests import objects
from gpuplatform.preview.plan import Json, Part, Plan, PlannedResource, once
from gpuplatform.preview.quantity import quantity

CONTROLLER: Final = "kueue.x-k8s.io/provisioning-request"
_CLASSES: Final = ("best-effort-atomic-scale-up.autoscaling.x-k8s.io", "check-capacity.autoscaling.x-k8s.io")
"""What Cluster Autoscaler knows (cluster-autoscaler/FAQ.md, "How can I use ProvisioningRequest", August 2026)."""


@check(
    "expander-pattern",
    Severity.ERROR,
    "Every name in the priority expander matches a group, and every group a name.",
    needs=(Part.OUTPUTS, Part.VALUES),
)
def expander_pattern(plan: Plan) -> Iterator[Fault]:
    ranked, release = _priorities(plan), autoscaler(plan)
    groups = {launch.scaling_group: launch for launch in launches(plan) if launch.managed and launch.scaling_group}
    if not ranked or not groups or release is None:
        return
    for priority, patterns in ranked.items():
        for pattern in patterns:
            if not any(_matches(pattern, name) for name in groups):
                yield Fault(
                    f"{release.name}: expanderPriorities.{priority}: {pattern} matches no group of the plan", release
                )
    for name, launch in groups.items():
        if _priority(ranked, name) is None:
            yield Fault(
                f"{launch.resource.name}: no pattern of expanderPriorities matches {name}; the priority expander never grows it",
                launch.resource,
            )


def _priorities(plan: Plan) -> dict[int, list[str]]:
    """Priority → patterns; empty where another expander chooses."""
    values = _values(plan)
    if "priority" not in str(at(values, "extraArgs", "expander")):
        return {}
    written = mapping(values.get("expanderPriorities"))
    return {int(key): [str(p) for p in listing(patterns)] for key, patterns in written.items() if str(key).isdigit()}


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


def _values(plan: Plan) -> dict[str, Json]:
    """Of the autoscaler's chart."""
    release = autoscaler(plan)
    return mapping(release.inputs.get("values")) if release else {}


def _priority(ranked: Mapping[int, list[str]], name: str) -> int | None:
    """The highest that a group's name matches."""
    return max((rank for rank, patterns in ranked.items() if any(_matches(p, name) for p in patterns)), default=None)


@check(
    "rung-order",
    Severity.ERROR,
    "Kueue and the priority expander take a pool's groups in the same order.",
    needs=(Part.OUTPUTS, Part.VALUES),
)
def rung_order(plan: Plan) -> Iterator[Fault]:
    ranked = _priorities(plan)
    groups = [launch for launch in launches(plan) if launch.managed]
    ranks = {
        name: _priority(ranked, launch.scaling_group)
        for name, labels in _flavors(plan).items()
        for launch in groups
        if labels.items() <= launch.labels.items()
    }
    for queue in _queues(plan):
        for rules in listing(at(queue.inputs, "spec", "resourceGroups")):
            named = [str(at(f, "name")) for f in listing(at(rules, "flavors"))]
            for first, then in ((a, b) for i, a in enumerate(named) for b in named[i + 1 :] if _one_pool(plan, a, b)):
                before, after = ranks.get(first), ranks.get(then)
                if before is not None and after is not None and before < after:
                    yield Fault(
                        f"{queue.name}: takes {first} before {then}, and the priority expander the other way round ({before}, {after})",
                        queue,
                    )


def _flavors(plan: Plan) -> dict[str, dict[str, Json]]:
    """Labels of nodes by flavour."""
    return {
        str(body["metadata"]["name"]): mapping(at(body, "spec", "nodeLabels"))
        for _, body in objects(plan)
        if body.get("kind") == "ResourceFlavor"
    }


def _one_pool(plan: Plan, first: str, then: str) -> bool:
    pools = [labels.get(POOL_LABEL) for name, labels in _flavors(plan).items() if name in (first, then)]
    return len(pools) == 2 and pools[0] == pools[1]


def _queues(plan: Plan) -> Iterator[PlannedResource]:
    for resource, body in objects(plan):
        if body.get("kind") == "ClusterQueue":
            yield resource


@check("nobody-provisions", Severity.ERROR, "Where Kueue waits for capacity, Cluster Autoscaler answers its requests.")
def nobody_provisions(plan: Plan) -> Iterator[Fault]:
    answers = str(at(_values(plan), "extraArgs", "enable-provisioning-requests")).lower() == "true"
    configs = {str(b["metadata"]["name"]): b for _, b in objects(plan) if b.get("kind") == "ProvisioningRequestConfig"}
    for resource, body in objects(plan):
        if body.get("kind") != "AdmissionCheck" or at(body, "spec", "controllerName") != CONTROLLER:
            continue
        if not answers:
            yield Fault(
                f"{resource.name}: waits for ProvisioningRequests, and no Cluster Autoscaler has enable-provisioning-requests; jobs "
                "would wait for ever",
                resource,
            )
        config = configs.get(str(at(body, "spec", "parameters", "name")), {})
        asked = at(config, "spec", "provisioningClassName")
        if asked and asked not in _CLASSES:
            yield Fault(f"{resource.name}: nobody answers the class {asked}; accepted: {', '.join(_CLASSES)}", resource)


@check("quota-above-capacity", Severity.ERROR, "Quotas of a flavour are no more than its nodes have at their most.")
def quota_above_capacity(plan: Plan) -> Iterator[Fault]:
    given: dict[str, float] = {}
    for _, body in objects(plan):
        if body.get("kind") in ("ClusterQueue", "Cohort"):
            for rules in listing(at(body, "spec", "resourceGroups")):
                for flavor in listing(at(rules, "flavors")):
                    for quota in listing(at(flavor, "resources")):
                        if at(quota, "name") == GPU:
                            name = str(at(flavor, "name"))
                            given[name] = given.get(name, 0) + quantity(at(quota, "nominalQuota"))
    for resource, body in objects(plan):
        name = str(body["metadata"]["name"])
        if body.get("kind") == "ResourceFlavor" and name in given:
            there = _gpus(plan, mapping(at(body, "spec", "nodeLabels")))
            if there is not None and given[name] > there:
                yield Fault(
                    f"{resource.name}: queues and cohorts are given {given[name]:g} GPUs of it, and its nodes have {there:g} at most; jobs "
                    "would be admitted to nodes that never come",
                    resource,
                )


@dataclass(frozen=True, kw_only=True)
class Queued:
    """Pods that wait in a queue that the plan has."""

    work: Workload
    queue: str
    """The ClusterQueue."""
    spec: Json
    asks: Mapping[str, float]
    """What Kueue charges to quotas: claimed devices as the resource that it maps their class to."""


@once
def queued(plan: Plan) -> tuple[Queued, ...]:
    cluster = view(plan)
    specs = {str(b["metadata"]["name"]): b.get("spec") for _, b in cluster.objects if b["kind"] == "ClusterQueue"}
    local = {
        (namespace_of(b), str(b["metadata"]["name"])): str(at(b, "spec", "clusterQueue"))
        for _, b in cluster.objects
        if b["kind"] == "LocalQueue"
    }
    charged = claims.charged(plan)
    found: list[Queued] = []
    for work in workloads(plan):
        label = at(work.owner.inputs, "metadata", "labels", QUEUE_LABEL)
        queue = local.get((work.namespace, str(label)), "")
        if queue in specs:
            asks = {charged.get(name, name): amount for name, amount in work.asks.items()}
            found.append(Queued(work=work, queue=queue, spec=specs[queue], asks=asks))
    return tuple(found)


@check(
    "queue-lacks-resource",
    Severity.ERROR,
    "Every resource that a queued job asks for is one that its queue has a quota of.",
)
def queue_lacks_resource(plan: Plan) -> Iterator[Fault]:
    for one in queued(plan):
        covered = {
            str(name)
            for rules in listing(at(one.spec, "resourceGroups"))
            for name in listing(at(rules, "coveredResources"))
        }
        if missing := sorted(set(one.asks) - covered):
            yield Fault(
                f"{one.work.owner.name}: asks for {', '.join(missing)}, of which queue {one.queue} has no quota; Kueue would never "
                "admit it",
                one.work.owner,
            )


@check("job-above-quota", Severity.ERROR, "A job asks for no more GPUs than its queue may ever use.")
def job_above_quota(plan: Plan) -> Iterator[Fault]:
    """Its own and what it may borrow, of one flavour of the job's pool: a job is admitted to one."""
    flavors = _flavors(plan)
    for one in queued(plan):
        wanted = one.asks.get(GPU, 0) * one.work.together
        offers = {
            str(at(flavor, "name")): _ever(quota, bool(at(one.spec, "cohortName")))
            for rules in listing(at(one.spec, "resourceGroups"))
            for flavor in listing(at(rules, "flavors"))
            for quota in listing(at(flavor, "resources"))
            if at(quota, "name") == GPU
            and flavors.get(str(at(flavor, "name")), {}).get(POOL_LABEL) in (one.work.pool, None)
        }
        if wanted and all(offer < wanted for offer in offers.values()):
            most = max(offers.values(), default=0)
            yield Fault(
                f"{one.work.owner.name}: asks for {wanted:g} GPUs together, and queue {one.queue} may use {most:g} of one flavour of "
                f"{one.work.pool} at most; Kueue would never admit it",
                one.work.owner,
            )


def _ever(quota: Json, shares: bool) -> float:
    """What a queue may use of a flavour: what it owns, and of a cohort's as much as it is limited to."""
    limit = at(quota, "borrowingLimit")
    borrowed = quantity(limit) if limit is not None else float("inf")
    return quantity(at(quota, "nominalQuota")) + (borrowed if shares else 0)


def _gpus(plan: Plan, labels: Mapping[str, Json]) -> float | None:
    """GPUs of all groups with these labels; None where the plan does not bound them."""
    found = [launch for launch in launches(plan) if labels and labels.items() <= launch.labels.items()]
    total = 0.0
    for launch in found:
        _, advertised = told(plan, launch).get(f"resources/{GPU}", (None, ""))
        each = quantity(advertised) if advertised else max((t.gpu_count for t in launch.types), default=0)
        if launch.most is None or not each:
            return None
        total += launch.most * each
    return total if found else None
