"""Findings as GitHub's workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from gpuplatform.preview.checking.check import Finding, Severity

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(findings: Iterable[Finding]) -> str:
    """A line a finding: `::error file=stacks/network.py,line=12,title=rule::message`.

    Escapes as actions/toolkit does (packages/core/src/command.ts), so that no message can end its line and begin a
    command of its own.
    """
    return "".join(_line(finding) for finding in findings)


def _line(finding: Finding) -> str:
    place = {"file": finding.file, "line": str(finding.line)} if finding.file and finding.line else {}
    properties = ",".join(f"{key}={_property(value)}" for key, value in {**place, "title": finding.rule}.items())
    return f"::{_COMMAND[finding.severity]} {properties}::{_data(finding.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
