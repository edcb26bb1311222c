"""What a job's pods mount of the shared file system: their team's folder, and read-only what the team may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

MOUNT = "/fsx"


@dataclass(frozen=True, kw_only=True)
class Files:
    """What a job sees of the shared file system: each folder below MOUNT, under its own path."""

    claim: pulumi.Input[str]
    """PersistentVolumeClaim of the whole."""
    folder: str | None
    """The team's own, to write to; none where the file system has none of checkpoints."""
    readable: Sequence[str] = ()

    def mounts(self) -> list[dict[str, Any]]:
        own = [_folder(self.folder)] if self.folder is not None else []
        return [*own, *({**_folder(one), "readOnly": True} for one in self.readable)]


def _folder(path: str) -> dict[str, Any]:
    return {"name": "files", "mountPath": f"{MOUNT}/{path}", "subPath": path}
