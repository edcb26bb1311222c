"""Findings of one rule as a reader wants them: the same fault of several resources on one line of code is told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gpuplatform.preview.checking.check import Finding, Severity

NAMED: Final = 3
"""Resources that are named of many; JSON, SARIF and HTML name each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line to change, and what is wrong with what it makes."""

    severity: Severity
    rule: str
    where: str
    """`file:line`, or `-`."""
    fault: str
    """What is wrong, without whose fault it is."""
    told: str
    """The same with the first few names."""
    urns: tuple[str, ...]
    """Of the findings, one each."""

    @property
    def findings(self) -> int:
        return len(self.urns)


def places(findings: Iterable[Finding]) -> list[Place]:
    """In the order in which the first of each was found.

    Messages are the same if they are but for the resource's name, with which most begin: `lake-raw: no tags`.
    """
    groups: dict[tuple[Severity, str, str, int, str], list[tuple[str, str]]] = {}
    for found in findings:
        name, fault = _split(found)
        groups.setdefault((found.severity, found.rule, found.file, found.line, fault), []).append((name, found.urn))
    return [
        Place(
            severity=severity,
            rule=rule,
            where=f"{file}:{line}" if file else "-",
            fault=fault.removeprefix(": "),
            told=f"{_names([name for name, _ in found])}{fault}",
            urns=tuple(urn for _, urn in found),
        )
        for (severity, rule, file, line, fault), found in groups.items()
    ]


def _split(found: Finding) -> tuple[str, str]:
    """The name of the resource, and the rest of the message; no name where the message does not begin with it."""
    name = found.urn.rpartition("::")[2]
    if name and found.message.startswith(f"{name}: "):
        return name, found.message.removeprefix(name)
    return "", found.message


def _names(names: list[str]) -> str:
    """`a, b, c and 4 more`; of messages without a name, how often the same stands there."""
    if not names[0]:
        return f"{len(names)} times: " if len(names) > 1 else ""
    more = len(names) - NAMED
    return f"{', '.join(names[:NAMED])} and {more} more" if more > 1 else ", ".join(names)
