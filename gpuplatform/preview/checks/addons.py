"""Whether EKS takes an add-on as it is written: its name, its version, its configuration; and whether what is used of them is there.

Source: Amazon EKS API reference, CreateAddon; user guide, "Available Amazon EKS add-ons", read 2026-11; `catalog/addons.py`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from gpuplatform.catalog import addons, kubernetes_versions
from gpuplatform.kinds import eks
from gpuplatform.kinds.cluster.control_planes import control_planes
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_VERSION: Final = re.compile(r"v(\d+)\.(\d+)\.(\d+)(-[a-z0-9.]+)*-eksbuild\.\d+(-[a-z0-9]+)*")
_TOO_OLD: Final = datetime.timedelta(days=900)
"""Between an add-on's release and that of the cluster's version on EKS, beyond which EKS no longer tests one with the other."""
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
}


@check("addon-name", Severity.ERROR, "The name of an EKS add-on is one that EKS has.")
def addon_name(plan: Plan) -> Iterator[Violation]:
    """What is like none that is known here is not judged: EKS has more, and vendors have theirs."""
    for addon in plan.all(eks.ADDON):
        name = addon.inputs.get("addonName")
        if isinstance(name, str) and name not in (*addons.ADDONS, UNKNOWN, SECRET) and "_" not in name:
            near = next((known for known in addons.ADDONS if known.endswith(f"-{name}")), "")
            near = near or addons.nearest(name, addons.ADDONS, cutoff=0.75)
            if near:
                yield Violation(f"{addon.name}: EKS has no add-on {name}; did you mean {near}?", addon)


@check("addon-version", Severity.ERROR, "The version of an EKS add-on is one that the cluster's version works with.")
def addon_version(plan: Plan) -> Iterator[Violation]:
    for addon in plan.all(eks.ADDON):
        version = addon.inputs.get("addonVersion")
        if not isinstance(version, str) or version in (UNKNOWN, SECRET) or "_" in str(addon.inputs.get("addonName")):
            continue
        found = _VERSION.fullmatch(version)
        if found is None:
            yield Violation(f"{addon.name}: {version} is no version of an add-on; write it as v1.2.3-eksbuild.1", addon)
        elif why := _unfit(plan, addon, int(found[1]), int(found[2])):
            yield Violation(f"{addon.name}: {version} {why}; leave it out, or ask describe-addon-versions", addon)


def _unfit(plan: Plan, addon: PlannedResource, major: int, minor: int) -> str:
    name = str(addon.inputs.get("addonName"))
    known = addons.ADDONS.get(name)
    for plane in control_planes(plan):
        cluster = plane.version.partition(".")[2]
        if not plane.of(addon, "clusterName") or not cluster.isdecimal():
            continue
        if name == "kube-proxy" and not int(cluster) - 3 <= minor <= int(cluster):
            return (
                f"does not work with a cluster of {plane.version}: at most three minor versions older, and none newer"
            )
        day = known.released.get(minor) if known and major == 1 else None
        served = kubernetes_versions.served_since(plane.version)
        if day and served and served - day > _TOO_OLD:
            return f"was released in {day:%Y-%m}, long before EKS served Kubernetes {plane.version} in {served:%Y-%m}"
    return ""


@check("addon-configuration", Severity.ERROR, "An add-on's configuration has the names that its schema has.")
def addon_configuration(plan: Plan) -> Iterator[Violation]:
    """EKS refuses a name or a type that the schema does not have. Newer versions may have names that are not known here; a name is
    wrong where it is nearly one that is, or one of another place."""
    for addon in plan.all(eks.ADDON):
        written, name = addon.inputs.get("configurationValues"), str(addon.inputs.get("addonName"))
        schema = addons.schema(name)
        if schema and isinstance(written, str) and written != SECRET and UNKNOWN not in written:
            for path, why in _wrong(_parsed(written), schema, schema, ""):
                yield Violation(f"{addon.name}: configurationValues: {path}: {why}", addon)


def _parsed(text: str) -> Json:
    """JSON or YAML, as EKS takes both. What is neither is the business of json-text."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _wrong(value: Json, schema: Mapping[str, Any], whole: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for key, inner in as_dict(value).items():
        path = f"{place}.{key}" if place else key
        if key in schema:
            wanted = schema[key]
            if isinstance(wanted, dict):
                yield from _wrong(inner, as_dict(wanted), whole, path)
            elif wanted in _TYPES and not _is(inner, _TYPES[str(wanted)]):
                yield path, f"is {_told(inner)}, and the schema has {wanted}"
        elif near := addons.nearest(key, schema):
            yield path, f"the schema has no such name; did you mean {near}?"
        elif other := _elsewhere(key, whole, ""):
            yield path, f"stands elsewhere in the schema: {other}"


def _is(value: Json, types: tuple[type, ...]) -> bool:
    return value is None or (isinstance(value, types) and (bool in types or not isinstance(value, bool)))


def _told(value: Json) -> str:
    return f"{str(value).lower()}, no text in quotes" if isinstance(value, bool) else f"{value!r}"


def _elsewhere(key: str, schema: Mapping[str, Any], place: str) -> str:
    for name, inner in schema.items():
        path = f"{place}.{name}" if place else name
        if isinstance(inner, dict):
            if key in inner:
                return f"{path}.{key}"
            if found := _elsewhere(key, as_dict(inner), path):
                return found
    return ""


@check("driver-missing", Severity.ERROR, "A driver of the volumes that are asked for is on the cluster.")
def driver_missing(plan: Plan) -> Iterator[Violation]:
    """A cluster that the plan does not make may have it already."""
    brought = {known.driver for name, known in addons.ADDONS.items() if known.driver and name in _installed(plan)}
    known = {one.driver: name for name, one in addons.ADDONS.items() if one.driver}
    if not control_planes(plan) or UNKNOWN in _installed(plan):
        return
    asked = [(r, str(body.get("provisioner"))) for r, body in of_kind(plan, "StorageClass")]
    asked += [(r, str(get_path(body, "spec", "csi", "driver"))) for r, body in of_kind(plan, "PersistentVolume")]
    for resource, driver in asked:
        if driver in known and driver not in brought:
            yield Violation(
                f"{resource.name}: nothing on the cluster is the driver {driver}; install the add-on {known[driver]}",
                resource,
            )


def _installed(plan: Plan) -> set[str]:
    """Names of add-ons and charts."""
    return {str(a.inputs.get("addonName")) for a in plan.all(eks.ADDON)} | {chart(r) for r in plan.all(RELEASE)}
