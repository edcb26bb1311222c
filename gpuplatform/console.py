"""What the commands write on: a terminal, or whatever stands in its place."""

from __future__ import annotations

import os
import sys

from rich.console import Console

PLAIN_WIDTH = 120
"""Columns where no terminal says how many it has: a pipe, a file, a CI log."""


def console(*, stderr: bool = False) -> Console:
    """A console that is plain where nobody sees colours."""
    stream = sys.stderr if stderr else sys.stdout
    plain = "NO_COLOR" in os.environ or not stream.isatty()
    width = PLAIN_WIDTH if not stream.isatty() and "COLUMNS" not in os.environ else None
    return Console(
        file=stream,
        color_system=None if plain else "auto",
        no_color=plain,
        force_terminal=False if plain else None,
        highlight=False,
        emoji=False,
        width=width,
        soft_wrap=False,
    )
