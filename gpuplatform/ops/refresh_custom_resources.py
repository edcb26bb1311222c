"""Writes `gpuplatform/catalog/data/custom_resources.json`: the fields of custom resources, from the projects' own definitions.

Facts alone: names, types, values that are accepted, which must be there, patterns and bounds; no prose. Structures of Kubernetes
itself, which definitions repeat by the thousand lines, are named, for Kubernetes' own schema judges them. Needs no credentials.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from gpuplatform.catalog.custom_resources import GROUPS
from gpuplatform.files import write_whole

DATA: Final = Path(__file__).parent.parent / "catalog" / "data" / "custom_resources.json"
COMMAND: Final = "gpuplatform catalog refresh custom-resources DIR"

KINDS: Final = frozenset(
    (
        *(
            "AdmissionCheck",
            "ClusterQueue",
            "Cohort",
            "EC2NodeClass",
            "JobSet",
            "LeaderWorkerSet",
            "LocalQueue",
            "NodePool",
        ),
        *("PodMonitor", "PrometheusRule", "ProvisioningRequest", "ProvisioningRequestConfig", "ResourceFlavor"),
        *("ScaledObject", "ServiceMonitor", "Topology", "TrainJob", "TriggerAuthentication", "WorkloadPriorityClass"),
    )
)
"""Those that the platform writes, or is likely to next."""

CORE: Final = "api.core.v1"
OF_KUBERNETES: Final[tuple[tuple[str, frozenset[str], frozenset[str] | None], ...]] = (
    (f"{CORE}.Container", frozenset({"image", "command", "volumeMounts"}), None),
    (f"{CORE}.Volume", frozenset({"name", "configMap", "secret", "hostPath"}), None),
    (f"{CORE}.Affinity", frozenset({"nodeAffinity", "podAffinity"}), None),
    (f"{CORE}.Toleration", frozenset({"effect", "key", "operator", "tolerationSeconds"}), None),
    (f"{CORE}.EnvVar", frozenset({"name", "value", "valueFrom"}), frozenset({"name", "value", "valueFrom"})),
    (f"{CORE}.SecretKeySelector", frozenset({"key", "name", "optional"}), frozenset({"key", "name", "optional"})),
    (f"{CORE}.ResourceRequirements", frozenset({"limits", "requests"}), frozenset({"limits", "requests", "claims"})),
    ("api.autoscaling.v2.HorizontalPodAutoscalerBehavior", frozenset({"scaleUp", "scaleDown"}), None),
    (
        "apimachinery.pkg.apis.meta.v1.LabelSelector",
        frozenset({"matchLabels", "matchExpressions"}),
        frozenset({"matchLabels", "matchExpressions"}),
    ),
)
"""A definition of Kubernetes, the properties by which it is known, and all that it may have where others have those too."""
TEMPLATES: Final = (
    (f"{CORE}.PodTemplateSpec", "containers"),
    ("api.batch.v1.JobTemplateSpec", "backoffLimit"),
    (f"{CORE}.PersistentVolumeClaim", "accessModes"),
)
"""Structures of `metadata` and `spec`, known by a property of the latter."""

NARROWED: Final[dict[str, dict[str, Any]]] = {
    "karpenter.sh/v1:NodePool": {
        "spec.template.spec.nodeClassRef.kind": {"enum": ["EC2NodeClass"]},
        "spec.template.spec.nodeClassRef.group": {"enum": ["karpenter.k8s.aws"]},
    }
}
"""What a definition leaves to other providers (karpenter.sh, "NodeClasses", v1.14): on AWS there is one class of nodes."""

Schema = dict[str, Any]
Definition = tuple[str, str, str, Schema]
"""Group, version, kind, and the schema of its objects."""
Node = Any
"""`text`, `flag`, `whole`, `number`, `quantity`, `share` (an integer or a string), `any`; or one key with its content: see `node`."""


def node(schema: Schema) -> Node:
    """What a place may hold: the compact form of an OpenAPI schema."""
    properties: Schema = schema.get("properties") or {}
    if known := _of_kubernetes(properties):
        return {"kubernetes": known}
    if properties:
        own = {name: node(inner) for name, inner in sorted(properties.items())}
        required = sorted(name for name in schema.get("required") or () if name in own)
        return {"object": own, **({"required": required} if required else {})}
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return "any"
    if schema.get("x-kubernetes-int-or-string"):
        return "quantity" if "[eE]" in str(schema.get("pattern")) else "share"
    return {"enum": list(schema["enum"])} if schema.get("enum") else _plain(schema)


def _plain(schema: Schema) -> Node:
    inner: Schema | bool = schema.get("items") or schema.get("additionalProperties") or {}
    match schema.get("type"):
        case "array":
            return {"list": node(inner if isinstance(inner, dict) else {})}
        case "object":
            return {"map": node(inner)} if inner and isinstance(inner, dict) else "any"
        case "string":
            return {"pattern": schema["pattern"]} if schema.get("pattern") else "text"
        case "boolean":
            return "flag"
        case "integer" | "number" as kind:
            bounds = {key: schema[key] for key in ("minimum", "maximum") if key in schema}
            plain = "whole" if kind == "integer" else "number"
            return {plain: bounds} if bounds else plain
        case _:
            return "any"


def _of_kubernetes(properties: Schema) -> str:
    names = frozenset(properties)
    below: Schema = properties.get("spec") or {}
    spec: Schema = below.get("properties") or {}
    if "metadata" in names or "spec" in names:
        for known, mark in TEMPLATES:
            if mark in spec and names <= {"metadata", "spec", "status", "apiVersion", "kind"}:
                return known
    for known, marks, most in OF_KUBERNETES:
        if marks <= names and (most is None or names <= most):
            return known
    return ""


def definitions(folder: Path) -> Iterator[Definition]:
    """Group, version, kind and schema of every definition below a folder, of the version that is written."""
    for file in sorted(folder.rglob("*.y*ml")):
        documents: list[Schema] = [d for d in yaml.safe_load_all(file.read_text(encoding="utf-8")) if d]
        for spec in (d["spec"] for d in documents if d.get("kind") == "CustomResourceDefinition"):
            group, kind = str(spec["group"]), str(spec["names"]["kind"])
            wanted = GROUPS[group].kinds.get(kind, "") if group in GROUPS else ""
            for version in spec["versions"]:
                if kind in KINDS and wanted == version["name"]:
                    yield group, wanted, kind, version["schema"]["openAPIV3Schema"]


def document(found: Iterable[Definition], source: str, today: datetime.date) -> Node:
    """The file's content. What every object has, and the status, which nobody writes, are left out."""
    kinds: dict[str, Node] = {}
    for group, version, kind, schema in found:
        own = {name: inner for name, inner in schema["properties"].items() if name not in _OF_ALL}
        kinds[f"{group}/{version}:{kind}"] = node({**schema, "properties": own})
    for kind, narrowed in NARROWED.items():
        for path, content in narrowed.items():
            if kind in kinds:
                _put(kinds[kind], path.split("."), content)
    return {"about": {"command": COMMAND, "source": source, "as_of": today.isoformat()}, "kinds": kinds}


def _put(place: Node, path: list[str], content: Node) -> None:
    step, *rest = path
    below: Schema = place.get("object", {})
    if step in below and rest:
        _put(below[step], rest, content)
    elif step in below:
        below[step] = content


_OF_ALL: Final = ("apiVersion", "kind", "metadata", "status")


def text(content: Node) -> str:
    """A line a kind, so that a difference shows which has changed."""
    rows = ",\n".join(
        f"{json.dumps(kind)}: {json.dumps(fields, separators=(',', ':'))}" for kind, fields in content["kinds"].items()
    )
    return f'{{\n"about": {json.dumps(content["about"])},\n"kinds": {{\n{rows}\n}}\n}}\n'


def main(folder: Path, source: str, today: datetime.date) -> None:
    """Write the file. Raises ValueError where a kind has no definition in the folder."""
    content = document(definitions(folder), source, today)
    if missing := KINDS - {kind.rpartition(":")[2] for kind in content["kinds"]}:
        raise ValueError(f"{folder}: no definition of {', '.join(sorted(missing))} in the version that is written")
    write_whole(DATA, text(content))
