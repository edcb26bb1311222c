"""Findings in groups: what is wrong with several resources that one line of code makes is said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gpuplatform.preview.checking.check import Finding, Severity

NAMED: Final = 3
"""Resources of a group that are named; JSON, SARIF and HTML name each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """Findings of one rule on one line, whose messages are equal but for the resource's name."""

    severity: Severity
    rule: str
    where: str
    """`file:line`, or `-`."""
    problem: str
    """What is wrong, without the names of the resources."""
    message: str
    """The same with the first few names."""
    urns: tuple[str, ...]
    """Of the findings, one each."""

    @property
    def count(self) -> int:
        return len(self.urns)


def grouped(findings: Iterable[Finding]) -> list[FindingGroup]:
    """Groups in the order of the first finding of each.

    Messages are the same if they are but for the resource's name, with which most begin: `lake-raw: no tags`.
    """
    groups: dict[tuple[Severity, str, str, int, str], list[tuple[str, str]]] = {}
    for finding in findings:
        name, problem = _split(finding)
        key = (finding.severity, finding.rule, finding.file, finding.line, problem)
        groups.setdefault(key, []).append((name, finding.urn))
    return [
        FindingGroup(
            severity=severity,
            rule=rule,
            where=f"{file}:{line}" if file else "-",
            problem=problem.removeprefix(": "),
            message=f"{_names([name for name, _ in resources])}{problem}",
            urns=tuple(urn for _, urn in resources),
        )
        for (severity, rule, file, line, problem), resources in groups.items()
    ]


def _split(finding: Finding) -> tuple[str, str]:
    """The name of the resource, and the rest of the message; no name where the message does not begin with it."""
    name = finding.urn.rpartition("::")[2]
    if name and finding.message.startswith(f"{name}: "):
        return name, finding.message.removeprefix(name)
    return "", finding.message


def _names(names: list[str]) -> str:
    """`a, b, c and 4 more`; of messages without a name, how often the message occurs."""
    if not names[0]:
        return f"{len(names)} times: " if len(names) > 1 else ""
    more = len(names) - NAMED
    return f"{', '.join(names[:NAMED])} and {more} more" if more > 1 else ", ".join(names)
