"""Whether config maps hold what pods take out of them"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from gpuplatform.kinds.cluster.names import names
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("missing-key", Severity.ERROR, "Every key of a config map that a pod names is in it.")
def missing_key(plan: Plan) -> Iterator[Violation]:
    for pod in pods(plan):
        for path, name, key in _keys(dict(pod.spec)):
            found = names(plan).get(("ConfigMap", pod.namespace, str(name)))
            held = {**as_dict(found.inputs.get("data")), **as_dict(found.inputs.get("binaryData"))} if found else {}
            if held and isinstance(key, str) and key not in held:
                near = difflib.get_close_matches(key, held, n=1)
                told = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(held)[:6])}"
                yield Violation(f"{pod.owner.name}: {path}: ConfigMap {name} has no {key}; {told}", pod.owner)


def _keys(spec: dict[str, Json]) -> Iterator[tuple[str, Json, Json]]:
    """Path, config map and key of each that a pod asks for and cannot do without."""
    for volume in as_list(spec.get("volumes")):
        source = get_path(volume, "configMap")
        for item in as_list(get_path(source, "items")) if get_path(source, "optional") is not True else ():
            yield f"volume {get_path(volume, 'name')}", get_path(source, "name"), get_path(item, "key")
    for place in ("initContainers", "containers"):
        for container in as_list(spec.get(place)):
            for variable in as_list(get_path(container, "env")):
                source = get_path(variable, "valueFrom", "configMapKeyRef")
                if get_path(source, "optional") is not True:
                    yield f"variable {get_path(variable, 'name')}", get_path(source, "name"), get_path(source, "key")
