"""Whether what is told arrives: EC2's warnings at Karpenter, metrics at Prometheus, alerts at somebody.

Sources: Karpenter's cloudformation.yaml at v1.14.1 and pkg/controllers/interruption; prometheus-operator, API reference, and
kube-prometheus-stack's values.yaml at 88.5.3; Alertmanager, "Configuration"; read 2026-12.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.kinds import eventbridge, sqs
from gpuplatform.kinds.cluster.names import chart, namespace_of, namespaces, selects
from gpuplatform.kinds.cluster.node_properties import CAPACITY_LABEL, requirements
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.identity.accounts import namespace_of_release
from gpuplatform.kinds.tokens import NODE_POOL, RELEASE
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path, parse_json
from gpuplatform.preview.checking.check import Severity, Violation, check

WARNINGS: Final = (
    ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    ("aws.ec2", "EC2 Instance State-change Notification"),
    ("aws.health", "AWS Health Event"),
)
"""Source and detail type of the events that every version of Karpenter since 1.0 acts on."""
STACK: Final = "kube-prometheus-stack"


@check(
    "interruption-queue",
    Severity.ERROR,
    "Karpenter is told of a queue by its name, and the warnings of EC2 arrive in it.",
)
def interruption_queue(plan: Plan) -> Iterator[Violation]:
    for release in plan.all(RELEASE):
        named = (
            get_path(release.inputs, "values", "settings", "interruptionQueue")
            if chart(release) == "karpenter"
            else None
        )
        if not isinstance(named, str) or named in ("", UNKNOWN, SECRET):
            continue
        if named.startswith(("arn:", "https://")):
            what = "ARN" if named.startswith("arn:") else "URL"
            yield Violation(
                f"{release.name}: values.settings.interruptionQueue is the queue's {what}, and Karpenter takes its name: "
                f"{named.rpartition(':' if what == 'ARN' else '/')[2]}",
                release,
            )
            continue
        for queue in plan.all(sqs.QUEUE):
            if named in (queue.outputs.get("name"), queue.inputs.get("name")):
                yield from _unheard(plan, release, queue)


def _unheard(plan: Plan, release: PlannedResource, queue: PlannedResource) -> Iterator[Violation]:
    """Events that no rule sends to a queue."""
    heard = [_heard(plan, target) for target in plan.all(eventbridge.EVENT_TARGET) if _means(target, queue)]
    if None in heard:
        return
    told = [pattern for patterns in heard for pattern in patterns or ()]
    missing = [kind for source, kind in WARNINGS if not any(_fits(p, source, kind) for p in told)]
    if missing:
        yield Violation(
            f"{queue.name}: {release.name} listens there, and no rule sends it {', '.join(missing)}: nodes go without a warning; add an "
            "event rule and its target",
            queue,
        )


def _means(target: PlannedResource, queue: PlannedResource) -> bool:
    return target.refers("arn", queue, "arn")


def _heard(plan: Plan, target: PlannedResource) -> list[Mapping[str, Json]] | None:
    """Patterns of the rule that a target is of; None where the plan does not know them."""
    rules = [r for r in plan.all(eventbridge.EVENT_RULE) if target.refers("rule", r, "name", "id", "arn")]
    if not rules:
        return None
    on = [r for r in rules if r.inputs.get("state", "ENABLED") != "DISABLED" and r.inputs.get("isEnabled") is not False]
    read = [parse_json(r.inputs.get("eventPattern")) for r in on]
    return None if any(not isinstance(p, dict) for p in read) else [as_dict(p) for p in read]


def _fits(pattern: Mapping[str, Json], source: str, kind: str) -> bool:
    """Whether a rule takes all events of a kind. One that asks for details takes only some."""
    return all(
        key not in pattern
        or wanted in as_list(pattern[key])
        or any(isinstance(one, dict) for one in as_list(pattern[key]))
        for key, wanted in (("source", source), ("detail-type", kind))
    )


@check("spot-without-warning", Severity.WARNING, "Where Karpenter buys spot, it hears when EC2 takes a node away.")
def spot_without_warning(plan: Plan) -> Iterator[Violation]:
    spot = [pool for pool in plan.all(NODE_POOL) if "spot" in requirements(pool).get(CAPACITY_LABEL, [])]
    for release in plan.all(RELEASE) if spot else ():
        settings = get_path(release.inputs, "values", "settings")
        if chart(release) == "karpenter" and as_dict(settings) and not as_dict(settings).get("interruptionQueue"):
            yield Violation(
                f"{release.name}: values.settings.interruptionQueue is not set, and {spot[0].name} buys spot: pods are cut off without "
                "a warning; name a queue",
                release,
            )


_SELECTED: Final = {
    "ServiceMonitor": "serviceMonitor",
    "PodMonitor": "podMonitor",
    "PrometheusRule": "rule",
    "Probe": "probe",
    "ScrapeConfig": "scrapeConfig",
}


@check("unselected-monitor", Severity.ERROR, "Every monitor and rule is one that Prometheus selects.")
def unselected_monitor(plan: Plan) -> Iterator[Violation]:
    """By default the stack's Prometheus looks at what carries its own release's label, and at nothing else."""
    stacks = [r for r in plan.all(RELEASE) if chart(r) == STACK and not _off(r)]
    if len(stacks) != 1 or _values_unknown(stacks[0]):
        return
    stack, spec = stacks[0], get_path(stacks[0].inputs, "values", "prometheus", "prometheusSpec")
    for kind, prefix in _SELECTED.items():
        for resource, body in of_kind(plan, kind):
            if not str(body.get("apiVersion")).startswith(_OPERATED):
                continue
            labels = as_dict(get_path(body, "metadata", "labels"))
            if why := _unselected(plan, stack, spec, prefix, labels, namespace_of(body)):
                yield Violation(f"{resource.name}: {why}", resource)
    for release in plan.all(RELEASE):
        labels = None if release is stack else _monitored(release)
        place = namespace_of_release(release)
        if labels is not None and (why := _unselected(plan, stack, spec, "serviceMonitor", labels, place)):
            yield Violation(f"{release.name}: its chart's ServiceMonitor: {why}", release)


_OPERATED: Final = "monitoring.coreos.com/"


def _off(release: PlannedResource) -> bool:
    return get_path(release.inputs, "values", "prometheus", "enabled") is False


def _values_unknown(release: PlannedResource) -> bool:
    return release.inputs.get("values") in (UNKNOWN, SECRET) or bool(release.inputs.get("valueYamlFiles"))


def _monitored(release: PlannedResource) -> Mapping[str, Json] | None:
    """Labels of the monitor that a chart is told to make; None where it is told of none."""
    written = as_dict(get_path(release.inputs, "values", "serviceMonitor"))
    if written.get("enabled") is not True:
        return None
    return {k: v for key in ("additionalLabels", "labels", "selector") for k, v in as_dict(written.get(key)).items()}


def _unselected(
    plan: Plan, stack: PlannedResource, spec: Json, prefix: str, labels: Mapping[str, Json], namespace: str
) -> str:
    """Why the stack's Prometheus does not look at an object; empty where it does."""
    selector = as_dict(get_path(spec, f"{prefix}Selector"))
    if not selector and get_path(spec, f"{prefix}SelectorNilUsesHelmValues") is not False:
        selector = {
            "matchLabels": {"release": str(stack.inputs.get("name") or stack.outputs.get("name") or stack.name)}
        }
    if not selects(selector, labels):
        wanted = ", ".join(f"{k}={v}" for k, v in as_dict(selector.get("matchLabels")).items()) or "others"
        return (
            f"Prometheus of {stack.name} selects those labelled {wanted}; set prometheus.prometheusSpec."
            f"{prefix}SelectorNilUsesHelmValues to false, or add the label"
        )
    where = as_dict(get_path(spec, f"{prefix}NamespaceSelector"))
    known = namespaces(plan)
    if where and namespace in known and not selects(where, known[namespace]):
        return f"Prometheus of {stack.name} does not look into namespace {namespace}: {prefix}NamespaceSelector"
    return ""


@check("alert-without-receiver", Severity.ERROR, "Every route of alerts ends at a receiver that is there.")
def alert_without_receiver(plan: Plan) -> Iterator[Violation]:
    """Alertmanager refuses a configuration that names another, and keeps the one before."""
    for release in plan.all(RELEASE):
        config = get_path(release.inputs, "values", "alertmanager", "config") if chart(release) == STACK else None
        if isinstance(config, dict) and get_path(config, "receivers") is not None:
            yield from _lost(release, config, "values.alertmanager.config")
    for resource, body in of_kind(plan, "AlertmanagerConfig"):
        yield from _lost(resource, body.get("spec"), "spec")


def _lost(resource: PlannedResource, config: Json, place: str) -> Iterator[Violation]:
    there = {str(get_path(r, "name")) for r in as_list(get_path(config, "receivers"))}
    for path, receiver in _routes(get_path(config, "route"), f"{place}.route"):
        if isinstance(receiver, str) and receiver not in there:
            known = ", ".join(sorted(there)) or "none"
            yield Violation(f"{resource.name}: {path}.receiver: no receiver {receiver}; there is {known}", resource)


def _routes(route: Json, place: str) -> Iterator[tuple[str, Json]]:
    yield place, get_path(route, "receiver")
    for index, inner in enumerate(as_list(get_path(route, "routes"))):
        yield from _routes(inner, f"{place}.routes[{index}]")
