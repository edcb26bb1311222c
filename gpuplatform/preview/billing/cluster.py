"""The EKS control plane: in standard or extended support by its version and the day, its scaling tier, its logs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.kinds import eks
from gpuplatform.kinds.pricing.charge import Entry, Pricer, Unpriced, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, CONTROL_PLANE
from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.plan.values import at, listing, mapping
from gpuplatform.preview.billing.observability import LOG_GROUP, kept_logs, of_control_plane

# Last days of standard support (endoflife.date/amazon-eks, February 2026). Versions come in order, so one that is newer
# than these ends later.
STANDARD_SUPPORT_ENDS: Final = {
    "1.34": datetime.date(2026, 12, 2),
    "1.35": datetime.date(2027, 3, 27),
}


SOON: Final = datetime.timedelta(days=90)
UPGRADED: Final = (
    "Kubernetes {} is past its standard support: EKS upgrades the cluster by itself, as its support type asks"
)

NO_INPUTS: Final[Mapping[str, Json]] = {}


def extended_support(version: str, today: datetime.date) -> bool:
    """Whether a version is past its standard support. Versions older than those we know are; newer ones are not until then."""
    known = STANDARD_SUPPORT_ENDS.get(version)
    if known is not None:
        return today > known
    newest = max(STANDARD_SUPPORT_ENDS, key=_minor)
    return _minor(version) < _minor(newest)


def _leaves_soon(version: str, today: datetime.date) -> str:
    """That a month from now on is dearer than the one that is billed."""
    end = STANDARD_SUPPORT_ENDS.get(version)
    if end is None or end - today > SOON:
        return ""
    return f"standard support of Kubernetes {version} ends on {end}; from then on its control plane costs what extended support does"


def cluster(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """The control plane by the hour. A component is priced only where its control plane is not in the plan by itself."""
    if resource.type != CONTROL_PLANE and any(r.type == CONTROL_PLANE for r in context.plan.descendants(resource)):
        return
    version = str(resource.inputs.get("version") or "")
    upgrades = mapping(resource.inputs.get("upgradePolicy")).get("supportType") == "STANDARD"
    past = bool(version) and extended_support(version, context.today)
    if past and not upgrades:
        yield steady(context, f"EKS control plane {version}, extended support", "eks", "cluster-extended-support")
    else:
        note = UPGRADED.format(version) if past else _leaves_soon(version, context.today) if not upgrades else ""
        yield steady(context, f"EKS control plane {version}".rstrip(), "eks", "cluster", note=note)
    tier = str(at(resource.inputs, "controlPlaneScalingConfig", "tier") or "standard").removeprefix("tier-")
    if tier != "standard":
        yield steady(context, f"provisioned control plane {tier.upper()}", "eks", f"control-plane-{tier}")
    if at(resource.inputs, "computeConfig", "enabled") or resource.inputs.get("autoMode"):
        yield Unpriced(why="no price row for EKS Auto Mode, which launches instances by itself and asks a fee for each")
    kinds = listing(resource.inputs.get("enabledClusterLogTypes"))
    if kinds:
        what = f"control-plane logs ({', '.join(str(kind) for kind in kinds)})"
        among = context.count(CONTROL_PLANE) or context.count(CLUSTER_COMPONENT)
        yield from kept_logs(context, what, "control_plane_log_gb", _kept_in(context), among)


def _kept_in(context: PricingContext) -> Mapping[str, Json]:
    """The log group of a control plane, where the plan makes it before EKS does; EKS's own never expires."""
    return next((g.inputs for g in context.plan.all(LOG_GROUP) if of_control_plane(g)), NO_INPUTS)


def fargate(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield Unpriced(why="Fargate is paid by the pods that it runs, and a profile does not say how many")


def _minor(version: str) -> int:
    minor = version.partition(".")[2]
    return int(minor[:4]) if minor.isdecimal() else 0


PRICERS: Mapping[str, Pricer] = {
    CLUSTER_COMPONENT: cluster,
    CONTROL_PLANE: cluster,
    eks.FARGATE_PROFILE: fargate,
}
