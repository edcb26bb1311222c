"""The engine's names of resources (pulumi/pulumi, sdk/go/common/resource/urn)."""

from __future__ import annotations

from typing import Any

from gpuplatform.plan.model import STACK


def urn_of(project: str, environment: str, parent: str, type_: str, name: str) -> str:
    """Parents' types joined by `$`, the stack left out."""
    qualified = parent.split("::")[2] if parent else ""
    chain = f"{qualified}${type_}" if qualified and qualified != STACK else type_
    return f"urn:pulumi:{environment}::{project}::{chain}::{name}"


def former_urn(project: str, environment: str, alias: Any, request: Any) -> str:
    """The URN that an alias stands for; what it does not name is as in the request (pulumi/pulumi, proto/pulumi/alias.proto)."""
    if alias.urn:
        return str(alias.urn)
    spec = alias.spec
    parent = "" if spec.noParent else spec.parentUrn or request.parent
    return urn_of(
        spec.project or project, spec.stack or environment, parent, spec.type or request.type, spec.name or request.name
    )
