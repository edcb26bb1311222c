"""The fields of custom resources and what each may hold: `data/custom_resources.json`, read from the projects' own definitions.

A field that is not there is refused: most often it is misspelt, and the API server would drop it without a word. Rules between fields
(CEL) are not there. `gpuplatform catalog refresh custom-resources DIR` reads the definitions again.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "custom_resources.json"

METADATA = {"kubernetes": "apimachinery.pkg.apis.meta.v1.ObjectMeta"}

Node = Any
"""What a place may hold: a word for a plain type, or one key with its content. `object` has fields and those `required`, `list` and
`map` what is in them, `enum` the values, `pattern` a string's form, `kubernetes` the name of a structure of Kubernetes itself."""


def fields(group_version: str, kind: str) -> Node | None:
    """Of a kind in the version that is written, as `karpenter.sh/v1`, `NodePool`; None where there is no definition of it."""
    return _document()["kinds"].get(f"{group_version}:{kind}")


def kinds() -> frozenset[str]:
    """Every kind with a definition, as `karpenter.sh/v1:NodePool`."""
    return frozenset(_document()["kinds"])


@cache
def _document() -> dict[str, Any]:
    return json.loads(DATA.read_text(encoding="utf-8"))
