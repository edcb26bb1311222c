"""Identifiers in AWS's formats, the same at every run: they are derived from the URN by hashing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from gpuplatform.kinds.kind import Created


def digest(urn: str, length: int) -> str:
    """`length` hexadecimal digits that depend on the URN alone."""
    return hashlib.sha256(urn.encode()).hexdigest()[:length]


def uuid(urn: str) -> str:
    h = digest(urn, 32)
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def numbered(prefix: str) -> Callable[[Created], str]:
    """A prefix and 17 hexadecimal digits (EC2 User Guide, "Resource IDs", read 2026-11; FSx and EKS have the same form)."""
    return lambda made: f"{prefix}-{digest(made.urn, 17)}"


def uuid_of(made: Created) -> str:
    return uuid(made.urn)


def of_cluster(made: Created) -> str:
    """As the provider joins the names of an EKS cluster and of a part of it."""
    return f"{made.inputs.get('clusterName')}:{made.name}"
