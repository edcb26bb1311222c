"""What stands on the cluster, as far as a plan shows it: objects by name, pods by label, pools by label and taint.

What a Helm release brings is not in the plan; its namespace is known to hold more than the plan shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from gpuplatform.preview.look import at, listing, mapping
from gpuplatform.preview.manifests import objects
from gpuplatform.preview.plan import Json, Plan, PlannedResource, once
from gpuplatform.preview.tokens import NODE_GROUP, NODE_POOL, RELEASE

QUEUE_LABEL: Final = "kueue.x-k8s.io/queue-name"
OWN_NAMESPACES: Final = ("default", "kube-system", "kube-public", "kube-node-lease")
"""Namespaces of every cluster."""

_CLUSTER_WIDE: Final = frozenset(
    (
        *("AdmissionCheck", "ClusterQueue", "ClusterRole", "ClusterRoleBinding", "ClusterTrainingRuntime", "Cohort"),
        *("ClusterTriggerAuthentication", "CustomResourceDefinition", "DeviceClass", "EC2NodeClass", "GatewayClass"),
        *("Namespace", "NodePool", "PersistentVolume", "PriorityClass", "ProvisioningRequestConfig", "ResourceFlavor"),
        *("RuntimeClass", "StorageClass", "Topology", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        "WorkloadPriorityClass",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """The template of pods that an object holds."""

    owner: PlannedResource
    namespace: str
    labels: Mapping[str, Json]
    spec: Mapping[str, Json]
    queue: str
    """Kueue's queue of the object; empty where there is none."""

    @property
    def containers(self) -> list[Json]:
        return [*listing(self.spec.get("initContainers")), *listing(self.spec.get("containers"))]

    def ports(self) -> set[str]:
        """Names of its containers' ports."""
        return {str(at(port, "name")) for c in self.containers for port in listing(at(c, "ports")) if at(port, "name")}


Taint = tuple[str, str, str]
"""Key, value and effect, as Kubernetes writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Nodes that start alike."""

    resource: PlannedResource
    labels: Mapping[str, frozenset[str]]
    """The values that a node may have of each label."""
    taints: tuple[Taint, ...]
    startup: tuple[Taint, ...]
    """Taints that nodes start with and lose before they take work: pods need not tolerate them."""


@dataclass(frozen=True, kw_only=True)
class View:
    """The cluster of one plan."""

    plan: Plan
    objects: tuple[tuple[PlannedResource, Mapping[str, Json]], ...]
    names: Mapping[tuple[str, str, str], PlannedResource] = field(repr=False)
    """Kind, namespace (empty where it has none) and name."""

    @cached_property
    def namespaces(self) -> dict[str, Mapping[str, Json]]:
        """Labels by name."""
        known: dict[str, Mapping[str, Json]] = {name: {} for name in (*OWN_NAMESPACES, *self.of_charts)}
        known |= {
            str(at(body, "metadata", "name")): mapping(at(body, "metadata", "labels"))
            for _, body in self.objects
            if body.get("kind") == "Namespace"
        }
        return {name: {"kubernetes.io/metadata.name": name, **labels} for name, labels in known.items()}

    @cached_property
    def of_charts(self) -> frozenset[str]:
        """Namespaces that hold what charts bring."""
        return frozenset(str(r.inputs.get("namespace") or "default") for r in self.plan.all(RELEASE))

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        return tuple(
            Pod(
                owner=resource,
                namespace=namespace_of(body),
                labels=mapping(at(template, "metadata", "labels")),
                spec=mapping(at(template, "spec")),
                queue=str(at(body, "metadata", "labels", QUEUE_LABEL) or ""),
            )
            for resource, body in self.objects
            for template in _templates(body)
        )

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        groups = (_node_group(group, self.told("startup-taint")) for group in self.plan.all(NODE_GROUP))
        return (*groups, *map(_node_pool, self.plan.all(NODE_POOL)))

    def told(self, flag: str) -> frozenset[str]:
        """Keys of taints of which Cluster Autoscaler is told by a flag."""
        releases = [r for r in self.plan.all(RELEASE) if chart(r) == "cluster-autoscaler"]
        return frozenset(str(key) for r in releases if (key := at(r.inputs, "values", "extraArgs", flag)))


@once
def view(plan: Plan) -> View:
    found = objects(plan)
    names = {
        (
            kind := str(body["kind"]),
            "" if kind in _CLUSTER_WIDE else namespace_of(body),
            str(body["metadata"]["name"]),
        ): r
        for r, body in found
    }
    return View(plan=plan, objects=found, names=names)


def chart(release: PlannedResource) -> str:
    """Name of a release's chart, wherever the chart is kept; empty where it names none."""
    return str(release.inputs.get("chart") or "").rpartition("/")[2]


def scope(kind: str, namespace: str) -> str:
    """The namespace that a name of this kind is looked up in."""
    return "" if kind in _CLUSTER_WIDE else namespace


def namespace_of(body: Mapping[str, Json]) -> str:
    return str(at(body, "metadata", "namespace") or "default")


def selects(selector: Json, labels: Mapping[str, Json]) -> bool:
    """Whether a label selector, with `matchLabels` and `matchExpressions`, matches; an empty one matches everything."""
    return all(labels.get(k) == v for k, v in mapping(at(selector, "matchLabels")).items()) and all(
        _holds(expression, labels) for expression in listing(at(selector, "matchExpressions"))
    )


def _holds(expression: Json, labels: Mapping[str, Json]) -> bool:
    key, operator, values = at(expression, "key"), at(expression, "operator"), listing(at(expression, "values"))
    if operator in ("In", "NotIn"):
        return (labels.get(key) in values) is (operator == "In")
    return (key in labels) is (operator == "Exists")


def _templates(value: Json) -> Iterator[Json]:
    """Pod templates at any depth: whatever has a `spec` with containers. A pod is one itself."""
    if isinstance(value, dict):
        if isinstance(at(value, "spec", "containers"), list):
            yield value
            return
        for inner in mapping(value).values():
            yield from _templates(inner)
    elif isinstance(value, list):
        for inner in listing(value):
            yield from _templates(inner)


def _node_group(group: PlannedResource, startup: frozenset[str]) -> Pool:
    effects = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
    taints = [
        (key, value, effects.get(effect, "")) for key, value, effect in _taints(listing(group.inputs.get("taints")))
    ]
    return Pool(
        resource=group,
        labels={k: frozenset((str(v),)) for k, v in mapping(group.inputs.get("labels")).items()},
        # EKS has one list of both; Cluster Autoscaler, which grows the group, is told which is which.
        taints=tuple(t for t in taints if t[0] not in startup),
        startup=tuple(t for t in taints if t[0] in startup),
    )


def _node_pool(pool: PlannedResource) -> Pool:
    template = at(pool.inputs, "spec", "template")
    labels = {k: frozenset((str(v),)) for k, v in mapping(at(template, "metadata", "labels")).items()}
    labels |= {
        str(at(wanted, "key")): frozenset(map(str, listing(at(wanted, "values"))))
        for wanted in listing(at(template, "spec", "requirements"))
        if at(wanted, "operator") == "In"
    }
    return Pool(
        resource=pool,
        labels=labels,
        taints=_taints(listing(at(template, "spec", "taints"))),
        startup=_taints(listing(at(template, "spec", "startupTaints"))),
    )


def _taints(written: Sequence[Json]) -> tuple[Taint, ...]:
    return tuple((str(at(t, "key")), str(at(t, "value") or ""), str(at(t, "effect"))) for t in written)
