"""Findings as SARIF 2.1.0, which code scanning opens (docs.oasis-open.org/sarif/sarif/v2.1.0)."""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import version
from typing import Final
from urllib.parse import quote

from gpuplatform.plan.model import Json
from gpuplatform.preview.checking.check import Check, Finding, Severity
from gpuplatform.preview.judgement.run import all_checks
from gpuplatform.preview.judgement.summary import CheckSummary
from gpuplatform.preview.judgement.suppression import Suppressed
from gpuplatform.preview.preview import Preview

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVEL: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
ROOT: Final = "%SRCROOT%"
"""Stands for the project's folder; whoever opens the file knows where that is."""
FINGERPRINT: Final = "gpuplatform/v1"
_MONEY: Final = re.compile(r"\d[\d,.]* \$")
MOST: Final = 25_000
"""Results of a run; code scanning refuses a file with more (docs.github.com, SARIF support for code scanning, 2026-11)."""


def document(preview: Preview) -> dict[str, Json]:
    """One run with a rule for each check and a result for each finding.

    A result without a place of its own is put at the first line of the settings: code scanning shows no result without one.
    It shows as an alert whatever is among the results, also if it is suppressed or not applicable (github/codeql-action#1230,
    microsoft/PSRule#955, read 2026-11); so what a comment allows, and what does not apply, is a notification.
    """
    rules = sorted(all_checks(), key=lambda one: one.rule)
    index = {one.rule: n for n, one in enumerate(rules)}
    environment, summary = preview.plan.environment, preview.summary
    settings = f"Pulumi.{environment}.yaml"
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "gpuplatform",
                        "semanticVersion": version("gpuplatform"),
                        "rules": [_rule(one) for one in rules],
                    }
                },
                # Code scanning keeps one set of results for each category of a commit.
                "automationDetails": {"id": f"gpuplatform/{environment}/"},
                "originalUriBaseIds": {ROOT: {"description": {"text": "The project's folder"}}},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolConfigurationNotifications": [
                            *(_not_applicable(one, summary, index) for one in summary.inapplicable),
                            *(_allowed(one, index, settings) for one in preview.suppressed),
                            *(
                                {"level": "note", "message": {"text": sentence}}
                                for sentence in preview.not_known.sentences
                            ),
                        ],
                        "properties": {"checks": summary.to_json()},
                    }
                ],
                "results": [_result(finding, index, settings) for finding in preview.findings[:MOST]],
            }
        ],
    }


def _rule(one: Check) -> dict[str, Json]:
    return {
        "id": one.rule,
        "shortDescription": {"text": one.sentence},
        "fullDescription": {"text": one.explained},
        "help": {
            "text": f"{one.explained} Change the line that the finding names, or allow it above that line: {_comment(one)}",
            "markdown": f"{one.explained}\n\nChange the line that the finding names, or allow it above that line:\n\n"
            f"```\n{_comment(one)}\n```\n",
        },
        "defaultConfiguration": {"level": LEVEL[one.severity]},
        "properties": {
            "tags": ["infrastructure"],
            "precision": "very-high",
            "problem.severity": _problem_severity(one.severity),
        },
    }


def _comment(one: Check) -> str:
    return f"# preview: allow {one.rule} until YYYY-MM-DD: why it may be so"


def _problem_severity(severity: Severity) -> str:
    """GitHub's word for a severity (docs.github.com, SARIF support for code scanning)."""
    return "recommendation" if severity is Severity.INFO else severity.value


def _result(finding: Finding, index: dict[str, int], settings: str) -> dict[str, Json]:
    return {
        **_reference(finding.rule, index),
        "level": LEVEL[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding, settings)],
        # Without the line and amounts of money: a finding stays the same when code above it moves, or a price does.
        "partialFingerprints": {
            FINGERPRINT: _digest(finding.rule, finding.urn, finding.file, _MONEY.sub("$", finding.message))
        },
    }


def _location(finding: Finding, settings: str) -> dict[str, Json]:
    logical = [{"fullyQualifiedName": finding.urn, "kind": "resource"}] if finding.urn else []
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(finding.file or settings), "uriBaseId": ROOT},
            "region": {"startLine": max(finding.line, 1)},
        },
        **({"logicalLocations": logical} if logical else {}),
    }


def _reference(rule: str, index: dict[str, int]) -> dict[str, Json]:
    return {"ruleId": rule, **({"ruleIndex": index[rule]} if rule in index else {})}


def _not_applicable(one: Check, summary: CheckSummary, index: dict[str, int]) -> dict[str, Json]:
    lacking = "; ".join(sorted(feature.value for feature in one.needs & summary.plan.lacks))
    return _notice(one.rule, f"{one.rule} does not apply to this plan: it needs {lacking}.", index)


def _allowed(one: Suppressed, index: dict[str, int], settings: str) -> dict[str, Json]:
    finding, allowance = one.finding, one.allowance
    text = f"{finding.message} Allowed until {allowance.until.isoformat()} ({allowance.place}): {allowance.reason}"
    return {**_notice(finding.rule, text, index), "locations": [_location(finding, settings)]}


def _notice(rule: str, text: str, index: dict[str, int]) -> dict[str, Json]:
    known = {"index": index[rule]} if rule in index else {}
    return {"level": "note", "message": {"text": text}, "associatedRule": {"id": rule, **known}}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
