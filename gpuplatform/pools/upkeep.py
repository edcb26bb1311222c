"""How the nodes of a pool are kept: their image, updates and repairs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

MOST_OVERRIDES = 20
"""Our bound: each is a decision of somebody's."""


class OperatingSystem(StrEnum):
    AL2023 = "al2023"
    BOTTLEROCKET = "bottlerocket"


_RELEASES = {
    OperatingSystem.AL2023: (re.compile(r"1\.\d\d\.\d+-\d{8}"), "1.35.2-20261105"),
    OperatingSystem.BOTTLEROCKET: (re.compile(r"1\.\d+\.\d+-(?!20\d{6}$)[0-9a-f]{8}"), "1.54.0-5043decc"),
}
"""How EKS writes an image's release, with an example (EKS user guide, eks-linux-ami-versions and
eks-ami-versions-bottlerocket, read 2026-11-22)."""


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What EKS does about one fault of a node, in place of what it would do by itself."""

    reason: str
    """As the node monitoring agent calls it, such as NvidiaXID64Error."""
    action: Literal["Replace", "Reboot", "NoAction"]
    minutes: int = 10
    """That the fault must last."""
    condition: Literal[
        "AcceleratedHardwareReady", "ContainerRuntimeReady", "KernelReady", "NetworkingReady", "StorageReady"
    ] = "AcceleratedHardwareReady"
    """Of the node, that the fault makes false."""

    def __post_init__(self) -> None:
        if self.minutes < 1:
            raise ValueError(f"repairs.minutes: {self.minutes} for {self.reason}; at least 1")


BROKEN_MEMORY = Repair(reason="NvidiaXID64Error", action="Replace")
"""GPU memory that could not be remapped is broken hardware: EKS would only reboot it (user guide, node-health-nma, read
2026-11-22)."""


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """How nodes are updated and repaired."""

    release: str | None = None
    """Release of EKS's image, kept until it is changed here; without one, a new group takes the newest and stays on it."""
    revision: int = 1
    """Raised, it moves nodes to the newest launch template, one after the other. Until then a new tag, disk or script is for nobody: a
    group has one template for nodes that run and for those to come. Nodes of a capacity block keep theirs for as long as it lasts."""
    at_once: int = 1
    """Nodes that an update may take at a time. An old node ends before its new one starts."""
    repaired_at_once: int = 1
    """Nodes that repair may take at a time: a fault of the fabric or the driver shows on all of them."""
    repairs: tuple[Repair, ...] = (BROKEN_MEMORY,)
    """For faults where EKS's own remedy is not the right one."""

    def __post_init__(self) -> None:
        for field in ("at_once", "repaired_at_once"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field}: {getattr(self, field)}; at least 1 node at a time")
        if self.revision < 1:
            raise ValueError(f"revision: {self.revision}; they count from 1")
        if len(self.repairs) > MOST_OVERRIDES:
            raise ValueError(f"repairs: {len(self.repairs)}; at most {MOST_OVERRIDES}")

    def check(self, os: OperatingSystem) -> None:
        """The law of releases: each system has its own. Raises ValueError."""
        form, example = _RELEASES[os]
        if self.release is not None and not form.fullmatch(self.release):
            raise ValueError(f"release: {self.release!r} is no release of {os}; one looks like {example}")


def kubernetes(release: str | None, os: OperatingSystem) -> str | None:
    """The minor version of Kubernetes that a release is for, where its name says it."""
    if release is None or os is not OperatingSystem.AL2023:
        return None
    return ".".join(release.split(".")[:2])


AUTOMATIC = Upkeep()
