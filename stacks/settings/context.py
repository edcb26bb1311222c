"""What every layer is given besides its own settings."""

from __future__ import annotations

from dataclasses import dataclass

from components.iam import Account
from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where the platform stands and who pays for it."""

    account: Account
    tags: CostTags
    """Of the platform's owner; a layer narrows them with `tags.of(component=…, team=…)`."""
    discovery: str
    """Value of the tags by which controllers find subnets and security groups; known before the cluster has a name."""
    protect: bool
    """Whether what holds data, and the control plane, refuse to be destroyed."""
