"""Findings beside the lines of a pull request."""

from __future__ import annotations

import pytest

from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.report.annotations import github


def a_finding(
    message: str = "two resources", severity: Severity = Severity.ERROR, file: str = "stacks/data.py", line: int = 7
) -> Finding:
    return Finding(rule="duplicate-urn", severity=severity, urn="urn", message=message, file=file, line=line)


def test_a_finding_names_file_line_rule_and_message() -> None:
    assert github([a_finding()]) == "::error file=stacks/data.py,line=7,title=duplicate-urn::two resources\n"


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.ERROR, "::error "), (Severity.WARNING, "::warning "), (Severity.INFO, "::notice ")],
)
def test_severity_chooses_the_command(severity: Severity, command: str) -> None:
    assert github([a_finding(severity=severity)]).startswith(command)


def test_a_finding_without_a_place_is_said_of_the_whole() -> None:
    assert github([a_finding(file="", line=0)]) == "::error title=duplicate-urn::two resources\n"


def test_no_message_and_no_file_name_begins_a_command_of_its_own() -> None:
    said = github([a_finding(message="50%\n::set-env name=X::y\r", file="a:b,line=1.py")])

    assert said == "::error file=a%3Ab%2Cline=1.py,line=7,title=duplicate-urn::50%25%0A::set-env name=X::y%0D\n"


def test_nothing_found_says_nothing() -> None:
    assert github([]) == ""
