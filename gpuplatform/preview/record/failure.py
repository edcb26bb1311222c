"""What the program raised, told in a sentence that begins with the line of the program."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from gpuplatform.plan.model import Invoke
from gpuplatform.preview.record.program import own

LONGEST: Final = 2_000
"""Characters of a message."""
MOST_CAUSES: Final = 20
MOST_FRAMES: Final = 200
"""Of an exception, the deepest; an endless recursion has a thousand."""
WORDLESS: Final = ("RunError", "Exception")
"""Types that say nothing beyond their message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An exception of the program, told without the exception, which would keep all that its frames hold."""

    type: str
    text: str
    frames: tuple[tuple[str, int], ...]
    """File and line, the deepest last."""


def failures(error: BaseException | None) -> list[Failure]:
    """An exception and what it came from, each once: chains may close to a circle."""
    found: list[BaseException] = []
    while error is not None and error not in found and len(found) < MOST_CAUSES:
        found.append(error)
        error = error.__cause__ or error.__context__
    return [_told(one) for one in found]


def _told(error: BaseException) -> Failure:
    frames = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 0))
    return Failure(type=type(error).__name__, text=_text(error)[:LONGEST], frames=tuple(frames[-MOST_FRAMES:]))


def _text(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"the program ended itself with status {0 if error.code is None else error.code}"
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        text = str(error)
    except Exception:
        return "its message cannot be told, for that raises too"
    if isinstance(error, BaseExceptionGroup):
        several = cast("BaseExceptionGroup[BaseException]", error).exceptions
        return f"{text}: {'; '.join(f'{type(one).__name__}: {_text(one)}' for one in several[:3])}"
    return text


def problems(error: BaseException | None) -> tuple[str, ...]:
    """The program's own sentences for wrong settings, told by its shape: the toolkit imports nothing of the program."""
    told: object = getattr(error, "problems", ())
    if not isinstance(told, list | tuple):
        return ()
    return tuple(printable(str(one)[:LONGEST]) for one in cast("list[object]", told)[:LONGEST])


def explain(chain: Sequence[Failure], root: Path) -> str:
    """Where and why the program stopped: the last of its lines that ran, and the message."""
    cause = chain[0]
    reason = printable(cause.text) or cause.type
    if cause.type != "SystemExit" and cause.type not in WORDLESS and reason != cause.type:
        reason = f"{cause.type}: {reason}"
    places = (place for failure in chain for place in [_last_line(failure, root)] if place)
    return f"{next(places, '__main__.py')}: {reason}"


def unanswered(lookups: Sequence[Invoke], environment: str) -> tuple[str, ...]:
    """What the program looked up before it stopped, and how to give the answer; nothing where it looked nothing up."""
    asked = dict.fromkeys(f"{one.asked}{f' at {one.source}' if one.source else ''}" for one in lookups)
    if not asked:
        return ()
    told = printable(", ".join(list(asked)[:3]))
    return (
        f"it looks up {told}, and nobody answers a lookup without an account: write the answer into Pulumi.{environment}.yaml and read it "
        "with pulumi.Config, or judge what `pulumi preview --json` writes with --plan",
    )


def printable(text: str) -> str:
    """A text in one line, with nothing in it that a terminal would obey."""
    return visible(" ".join(text.split()))


def visible(text: str) -> str:
    """A text in which every character shows: what a terminal would obey is written as `\\x1b`."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _last_line(failure: Failure, root: Path) -> str:
    """The deepest frame in the project's own files, `file:line`; empty where none is."""
    here = [f"{file}:{line}" for path, line in failure.frames if (file := own(path, root))]
    return here[-1] if here else ""
