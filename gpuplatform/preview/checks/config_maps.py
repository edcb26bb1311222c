"""Whether config maps hold what pods take out of them"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from gpuplatform.kinds.cluster.names import names
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import at, listing, mapping
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("missing-key", Severity.ERROR, "Every key of a config map that a pod names is in it.")
def missing_key(plan: Plan) -> Iterator[Violation]:
    for pod in pods(plan):
        for path, name, key in _keys(dict(pod.spec)):
            found = names(plan).get(("ConfigMap", pod.namespace, str(name)))
            held = {**mapping(found.inputs.get("data")), **mapping(found.inputs.get("binaryData"))} if found else {}
            if held and isinstance(key, str) and key not in held:
                near = difflib.get_close_matches(key, held, n=1)
                told = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(held)[:6])}"
                yield Violation(f"{pod.owner.name}: {path}: ConfigMap {name} has no {key}; {told}", pod.owner)


def _keys(spec: dict[str, Json]) -> Iterator[tuple[str, Json, Json]]:
    """Path, config map and key of each that a pod asks for and cannot do without."""
    for volume in listing(spec.get("volumes")):
        source = at(volume, "configMap")
        for item in listing(at(source, "items")) if at(source, "optional") is not True else ():
            yield f"volume {at(volume, 'name')}", at(source, "name"), at(item, "key")
    for place in ("initContainers", "containers"):
        for container in listing(spec.get(place)):
            for variable in listing(at(container, "env")):
                source = at(variable, "valueFrom", "configMapKeyRef")
                if at(source, "optional") is not True:
                    yield f"variable {at(variable, 'name')}", at(source, "name"), at(source, "key")
