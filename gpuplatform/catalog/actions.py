"""The IAM actions that exist, of the services that the platform uses.

`data/actions.json` is written by `gpuplatform.ops.refresh_actions` and says source and date.
"""

from __future__ import annotations

import difflib
import json
from fnmatch import filter as matching
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "actions.json"


@cache
def wrong(action: str) -> str:
    """Why IAM would match nothing to an action, `s3:GetObject` or with wildcards `kms:ReEncrypt*`; empty if it would.

    IAM reads actions without regard to case, and so does this.
    """
    prefix, colon, name = action.lower().partition(":")
    if action == "*":
        return ""
    if not colon:
        return "is no service:Action"
    known = _actions().get(prefix)
    if known is None:
        near = difflib.get_close_matches(prefix, _actions(), n=1)
        return f"is of no service in the catalogue{f'; did you mean {near[0]}?' if near else ''}"
    if name in known or matching(known, name):
        return ""
    near = difflib.get_close_matches(name, known, n=1)
    return f"does not exist{f'; did you mean {prefix}:{known[near[0]]}?' if near else ''}"


@cache
def _actions() -> dict[str, dict[str, str]]:
    """Prefix → action in lower case → as AWS writes it."""
    actions: dict[str, list[str]] = json.loads(DATA.read_text(encoding="utf-8"))["actions"]
    return {prefix: {name.lower(): name for name in names} for prefix, names in actions.items()}
