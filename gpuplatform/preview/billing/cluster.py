"""The EKS control plane, in standard or extended support by its version and the day."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.preview.billing.charge import Entry, Pricer, steady, used
from gpuplatform.preview.billing.situation import Situation
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import PlannedResource

CONTROL_PLANE: Final = "aws:eks/cluster:Cluster"

# Last days of standard support (endoflife.date/amazon-eks, February 2026). Versions come in order, so one that is newer
# than these ends later.
STANDARD_SUPPORT_ENDS: Final = {
    "1.34": datetime.date(2026, 12, 2),
    "1.35": datetime.date(2027, 3, 27),
}


def extended_support(version: str, today: datetime.date) -> bool:
    """Whether a version is past its standard support. Versions older than those we know are; newer ones are not until then."""
    known = STANDARD_SUPPORT_ENDS.get(version)
    if known is not None:
        return today > known
    newest = max(STANDARD_SUPPORT_ENDS, key=_minor)
    return _minor(version) < _minor(newest)


def cluster(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """The control plane by the hour. A component is priced only where its control plane is not in the plan by itself."""
    if resource.type != CONTROL_PLANE and any(r.type == CONTROL_PLANE for r in situation.plan.descendants(resource)):
        return
    version = str(resource.inputs.get("version", ""))
    upgrades = mapping(resource.inputs.get("upgradePolicy")).get("supportType") == "STANDARD"
    if version and not upgrades and extended_support(version, situation.today):
        yield steady(situation, f"EKS control plane {version}, extended support", "eks", "cluster-extended-support")
    else:
        yield steady(situation, f"EKS control plane {version}".rstrip(), "eks", "cluster")
    kinds = listing(resource.inputs.get("enabledClusterLogTypes"))
    if kinds:
        what = f"control-plane logs: {', '.join(str(kind) for kind in kinds)}"
        note = "control-plane logs are not counted, for no volume is stated"
        yield used(situation, what, "cloudwatch", "logs-ingestion", note=note)


def _minor(version: str) -> int:
    minor = version.partition(".")[2]
    return int(minor) if minor.isdigit() else 0


PRICERS: Mapping[str, Pricer] = {"eks:index:Cluster": cluster, CONTROL_PLANE: cluster}
