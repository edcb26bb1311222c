"""Comments that allow a finding, which are findings themselves when they do not say how long and why, or no longer should.

They stand on the line that the finding names, or above it, in the program's files and in `Pulumi.<environment>.yaml`. With `in ENV`
a comment counts in that environment alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from gpuplatform.plan.model import STACK, Plan, PlanFeature, Source, once
from gpuplatform.preview.checking.check import Severity, Violation, check, found_by_running, registered

_BEGINS: Final = re.compile(r"#\s*preview\s*:\s*allow\b")
_WHOLE: Final = re.compile(
    r"#\s*preview:\s*allow\s+(?P<rule>[a-z0-9-]+)(\s+in\s+(?P<environment>[\w-]+))?"
    r"\s+until\s+(?P<until>\d{4}-\d\d-\d\d)\s*:\s*(?P<reason>\S.*)"
)


EXPIRED = found_by_running(
    "suppression-expired",
    Severity.ERROR,
    "What a comment allows, it allows until a day that is not over.",
    __name__,
    needs=(PlanFeature.FILES,),
)
UNUSED = found_by_running(
    "suppression-unused",
    Severity.WARNING,
    "What a comment allows is found on its line.",
    __name__,
    needs=(PlanFeature.FILES,),
)


@check(
    "suppression-unreadable",
    Severity.ERROR,
    "A comment that allows a finding names the check, the last day and the reason.",
    needs=(PlanFeature.FILES,),
)
def suppression_unreadable(plan: Plan) -> Iterator[Violation]:
    yield from (a for a in allowances(plan) if isinstance(a, Violation))


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One comment."""

    rule: str
    environment: str
    """Empty where it counts in all."""
    until: date
    """Its last day."""
    reason: str
    place: Source
    line: int
    """The line that it is about: its own, or that below the comment."""


@once
def allowances(plan: Plan) -> list[Allowance | Violation]:
    """Every comment of the program and its settings that allows a finding, or begins so and does not."""
    comments: list[Allowance | Violation] = []
    for file in _files(plan):
        text = (plan.root / file).read_text(encoding="utf-8", errors="replace") if plan.root else ""
        if _BEGINS.search(text):
            lines = text.splitlines()
            for number, line in enumerate(lines, 1):
                if begins := _BEGINS.search(line):
                    comments.append(_read(line[begins.start() :], Source(file, number), _meant(lines, number)))
    return comments


def _files(plan: Plan) -> Iterator[str]:
    """The environment's settings, and every Python file in a folder of the program."""
    if plan.root is None:
        return
    settings = f"Pulumi.{plan.environment}.yaml"
    if (plan.root / settings).is_file():
        yield settings
    made = {
        Path(source.file) for r in plan.resources for source in (r.source, r.layer_source) if source and r.type != STACK
    }
    folders = {plan.root / path.parts[0] for path in made if len(path.parts) > 1}
    files = {*plan.root.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))}
    yield from sorted(file.relative_to(plan.root).as_posix() for file in files)


def _meant(lines: list[str], number: int) -> int:
    """The line that a comment is about: its own where code precedes it, or the next that is not a comment."""
    if not lines[number - 1].lstrip().startswith("#"):
        return number
    below = (n for n, line in enumerate(lines[number:], number + 1) if not line.lstrip().startswith("#"))
    return next(below, number)


def _read(comment: str, place: Source, line: int) -> Allowance | Violation:
    match = _WHOLE.match(comment)
    if not match:
        wanted = "# preview: allow RULE until YYYY-MM-DD: why it may be so"
        return Violation(f"{comment.strip()!r} allows nothing; write {wanted}", None, place)
    rules = [one.rule for one in registered()]
    if match["rule"] not in rules:
        return Violation(f"no check is called {match['rule']}; `gpuplatform checks` lists them", None, place)
    try:
        until = date.fromisoformat(match["until"])
    except ValueError:
        return Violation(f"{match['until']} is not a date; write one as 2027-01-31", None, place)
    return Allowance(
        rule=match["rule"],
        environment=match["environment"] or "",
        until=until,
        reason=match["reason"].strip(),
        place=place,
        line=line,
    )
