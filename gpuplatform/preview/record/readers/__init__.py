"""A plan from a file: this tool's own `--json`, `pulumi preview --json`, or `pulumi stack export`.

What each can tell differs: a preview has no outputs, an export no settings and no lookups. `Plan.lacks` says it, and a check that
needs what is lacking is reported as not applicable.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from gpuplatform.plan.model import Json, Plan
from gpuplatform.preview.record.readers import document, engine
from gpuplatform.preview.record.readers.shape import UnreadableError, shown
from gpuplatform.preview.record.readers.soundness import parsed, refuse_impossible

__all__ = ["UnreadableError", "plan_from", "read", "read_older"]

ACCEPTED = "`gpuplatform preview ENV --json FILE`, `pulumi preview --json` or `pulumi stack export`"


def read(path: Path) -> Plan:
    """The plan in a file. Raises UnreadableError."""
    try:
        content: Json = parsed(path.read_bytes())
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}; give a file of {ACCEPTED}") from error
    except ValueError as error:
        raise UnreadableError(
            f"{path}: is no JSON ({' '.join(str(error).split())}); give what {ACCEPTED} writes"
        ) from error
    return plan_from(content, str(path))


def read_older(path: Path, plan: Plan) -> Plan:
    """The plan in a file, to compare another with. Raises UnreadableError, also if it is of something else."""
    older = read(path)
    if (older.project, older.environment) != (plan.project, plan.environment):
        raise UnreadableError(
            f"{path}: is of {older.project} {older.environment}; give an older plan of {plan.project} {plan.environment}"
        )
    return older


def plan_from(content: Json, name: str) -> Plan:
    """The plan in a JSON document; `name` is what errors call it. Raises UnreadableError."""
    try:
        plan = _plan(cast("dict[str, Json]", content) if isinstance(content, dict) else {})
        refuse_impossible(plan)
    except UnreadableError as error:
        raise UnreadableError(f"{name}: {error}") from error
    return plan


def _plan(keys: dict[str, Json]) -> Plan:
    if isinstance(keys.get("steps"), list):
        return engine.preview(keys)
    if isinstance(keys.get("deployment"), dict):
        return engine.export(keys)
    if isinstance(keys.get("resources"), list) and "environment" in keys:
        return document.plan(keys)
    seen = f" with {shown(', '.join(list(keys)[:5]))}" if keys else ""
    raise UnreadableError(f"is JSON{seen}, but no plan; accepted: what {ACCEPTED} writes")
