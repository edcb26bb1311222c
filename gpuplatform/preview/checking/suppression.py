"""Findings that somebody allows: by a comment on the line that the finding names, or above it, with a day and a reason.

    # preview: allow open-load-balancer until 2027-01-31: the demo is public until the fair
    # preview: allow over-budget in prod until 2027-01-31: agreed with finance for the launch

In the program's files and in `Pulumi.<environment>.yaml`. With `in ENV` the comment counts in that environment alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from gpuplatform.plan.model import STACK, Plan, Source, once
from gpuplatform.preview.checking.check import Check, Fault, Finding, all_checks, by_place, run_checks

_BEGINS: Final = re.compile(r"#\s*preview\s*:\s*allow\b")
_WHOLE: Final = re.compile(
    r"#\s*preview:\s*allow\s+(?P<rule>[a-z0-9-]+)(\s+in\s+(?P<environment>[\w-]+))?"
    r"\s+until\s+(?P<until>\d{4}-\d\d-\d\d)\s*:\s*(?P<reason>\S.*)"
)


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


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is allowed, and by which comment."""

    finding: Finding
    allowance: Allowance

    def to_json(self) -> dict[str, str | int | bool]:
        return {
            **self.finding.to_json(),
            "suppressed": True,
            "until": self.allowance.until.isoformat(),
            "reason": self.allowance.reason,
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong with a plan, less what is allowed."""

    findings: list[Finding]
    suppressed: list[Suppressed]


def judge(plan: Plan, today: date) -> Judgement:
    """Run every check, and take out what is allowed today; allowances that are over or allow nothing are findings."""
    found, written = run_checks(plan), [a for a in _allowances(plan) if isinstance(a, Allowance)]
    mine = [a for a in written if a.environment in ("", plan.environment)]
    held = {(a.rule, a.place.file, a.line): a for a in mine if today <= a.until}
    matched = {f: held.get((f.rule, f.file, f.line)) for f in found}
    used = set(matched.values())
    checks = {check.rule: check for check in all_checks()}
    left = [finding for finding, allowance in matched.items() if allowance is None]
    left += [_over(checks, allowance, today) for allowance in mine if allowance.until < today or allowance not in used]
    return Judgement(
        findings=sorted(left, key=by_place),
        suppressed=[Suppressed(finding, allowance) for finding, allowance in matched.items() if allowance],
    )


def _over(checks: dict[str, Check], allowance: Allowance, today: date) -> Finding:
    if allowance.until < today:
        message = f"{allowance.rule} was allowed until {allowance.until}: {allowance.reason}; mend it, or agree on another day"
        return checks["suppression-expired"].finding(Fault(message, None, allowance.place))
    message = f"{allowance.rule} finds nothing on line {allowance.line}; remove the comment"
    return checks["suppression-unused"].finding(Fault(message, None, allowance.place))


def unreadable(plan: Plan) -> Iterator[Fault]:
    """Comments that begin like an allowance and are none."""
    yield from (a for a in _allowances(plan) if isinstance(a, Fault))


@once
def _allowances(plan: Plan) -> list[Allowance | Fault]:
    found: list[Allowance | Fault] = []
    for file in _files(plan):
        text = (plan.root / file).read_text(encoding="utf-8", errors="replace") if plan.root else ""
        if _BEGINS.search(text):
            lines = text.splitlines()
            for number, line in enumerate(lines, 1):
                if begins := _BEGINS.search(line):
                    found.append(_read(line[begins.start() :], Source(file, number), _meant(lines, number)))
    return found


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
    """The line that a comment is about: its own where something stands before it, or the next that is no comment."""
    if not lines[number - 1].lstrip().startswith("#"):
        return number
    below = (n for n, line in enumerate(lines[number:], number + 1) if not line.lstrip().startswith("#"))
    return next(below, number)


def _read(comment: str, place: Source, line: int) -> Allowance | Fault:
    found = _WHOLE.match(comment)
    if not found:
        wanted = "# preview: allow RULE until YYYY-MM-DD: why it may be so"
        return Fault(f"{comment.strip()!r} allows nothing; write {wanted}", None, place)
    rules = [check.rule for check in all_checks()]
    if found["rule"] not in rules:
        return Fault(f"no check is called {found['rule']}; `gpuplatform checks` lists them", None, place)
    try:
        until = date.fromisoformat(found["until"])
    except ValueError:
        return Fault(f"{found['until']} is no day; write one as 2027-01-31", None, place)
    return Allowance(
        rule=found["rule"],
        environment=found["environment"] or "",
        until=until,
        reason=found["reason"].strip(),
        place=place,
        line=line,
    )
