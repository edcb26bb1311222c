"""What stands on the cluster, as far as a plan shows it, by name.

What a Helm release brings is not in the plan; its namespace is known to hold more than the plan shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gpuplatform.kinds.cluster.objects import objects, of_kind
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_dict, as_list, get_path

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


@once
def names(plan: Plan) -> dict[tuple[str, str, str], PlannedResource]:
    """Objects by kind, namespace (empty where it has none) and name."""
    return {
        (kind := str(body["kind"]), scope(kind, namespace_of(body)), str(body["metadata"]["name"])): resource
        for resource, body in objects(plan)
    }


@once
def namespaces(plan: Plan) -> dict[str, Mapping[str, Json]]:
    """Labels by name."""
    known: dict[str, Mapping[str, Json]] = {name: {} for name in (*OWN_NAMESPACES, *of_charts(plan))}
    known |= {
        str(body["metadata"]["name"]): as_dict(get_path(body, "metadata", "labels"))
        for _, body in of_kind(plan, "Namespace")
    }
    return {name: {"kubernetes.io/metadata.name": name, **labels} for name, labels in known.items()}


@once
def of_charts(plan: Plan) -> frozenset[str]:
    """Namespaces that hold what charts bring."""
    return frozenset(str(release.inputs.get("namespace") or "default") for release in plan.all(RELEASE))


def chart(release: PlannedResource) -> str:
    """Name of a release's chart, wherever the chart is kept; empty where it names none."""
    return str(release.inputs.get("chart") or "").rpartition("/")[2]


def scope(kind: str, namespace: str) -> str:
    """The namespace that a name of this kind is looked up in."""
    return "" if kind in _CLUSTER_WIDE else namespace


def namespace_of(body: Mapping[str, Json]) -> str:
    return str(get_path(body, "metadata", "namespace") or "default")


def selects(selector: Json, labels: Mapping[str, Json]) -> bool:
    """Whether a label selector, with `matchLabels` and `matchExpressions`, matches; an empty one matches everything."""
    return all(labels.get(k) == v for k, v in as_dict(get_path(selector, "matchLabels")).items()) and all(
        _holds(expression, labels) for expression in as_list(get_path(selector, "matchExpressions"))
    )


def _holds(expression: Json, labels: Mapping[str, Json]) -> bool:
    key, operator, values = (
        get_path(expression, "key"),
        get_path(expression, "operator"),
        as_list(get_path(expression, "values")),
    )
    if operator in ("In", "NotIn"):
        return (labels.get(key) in values) is (operator == "In")
    return (key in labels) is (operator == "Exists")
