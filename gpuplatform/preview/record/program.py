"""Which files are the program: those that a user would change to change the plan.

Of the standard library alone, for the process that runs the program apart imports it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

NOT_THE_PROGRAM: Final = (".venv", "gpuplatform")
"""Folders of a project in which nothing is."""


def own(path: str, root: Path) -> str:
    """A file of the program relative to the project; empty for every other file."""
    file = Path(path)
    if not file.is_relative_to(root):
        return ""
    relative = file.relative_to(root)
    outside = not relative.parts or relative.parts[0] in NOT_THE_PROGRAM or "site-packages" in relative.parts
    return "" if outside else relative.as_posix()


def forget(modules: Iterable[str], root: Path) -> None:
    """Have the program's modules run again when they are imported again: some make resources as they are imported."""
    for name in modules:
        file = getattr(sys.modules[name], "__file__", None)
        if isinstance(file, str) and own(file, root):
            del sys.modules[name]
