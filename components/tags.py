"""The tags that put every cost on somebody's bill.

They are passed explicitly to every taggable resource: provider default tags reach neither the instances nor the volumes of a
launch template (hashicorp/terraform-provider-aws#19387), and transforms are invisible to tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

COST_KEYS = ("team", "project", "environment", "component", "managed-by")
"""What every taggable resource carries; the first four are what costs are split by."""

TEAM_LABEL = "gpuplatform.io/team"
"""By which split cost allocation puts a pod on its team."""

# EC2's rule for tag values is the narrowest of the services we tag (EC2 User Guide, "Tag restrictions", read 2026-11).
_ALLOWED = re.compile(r"[\w .:/=+@-]{1,256}")


@dataclass(frozen=True, kw_only=True)
class CostTags:
    """Who pays for a resource. One value per layer, handed to each component."""

    team: str
    project: str
    environment: str
    component: str
    """The part of the platform, for example `network` or `serving`."""
    contact: str

    def __post_init__(self) -> None:
        for key in ("team", "project", "environment", "component", "contact"):
            value: str = getattr(self, key)
            if not _ALLOWED.fullmatch(value):
                raise ValueError(
                    f"{key}: {value!r} is no AWS tag value: 1 to 256 letters, digits, spaces or any of . : / = + @ - _"
                )

    def of(self, *, component: str | None = None, team: str | None = None) -> CostTags:
        """The same owner's tags for another part of the platform, or another team's for the same part."""
        return replace(self, component=component or self.component, team=team or self.team)

    def aws(self, **more: str) -> dict[str, str]:
        """As AWS tags; keyword arguments such as `Name="…"` are added."""
        return {
            "team": self.team,
            "project": self.project,
            "environment": self.environment,
            "component": self.component,
            "contact": self.contact,
            "managed-by": "pulumi",
        } | more

    def labels(self) -> dict[str, str]:
        """As Kubernetes labels, from which split cost allocation makes cost tags (the first 50 of a pod, by name)."""
        prefix = "gpuplatform.io"
        return {
            TEAM_LABEL: _label(self.team),
            f"{prefix}/project": _label(self.project),
            f"{prefix}/environment": _label(self.environment),
            f"{prefix}/component": _label(self.component),
        }


def _label(value: str) -> str:
    """A Kubernetes label value: at most 63 letters, digits, `-`, `_`, `.`, beginning and ending with a letter or digit."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", value)[:63].strip("-._")
