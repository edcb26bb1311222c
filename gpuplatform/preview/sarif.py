"""Findings as SARIF 2.1.0, which code scanning opens (docs.oasis-open.org/sarif/sarif/v2.1.0)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Final
from urllib.parse import quote

from gpuplatform.preview.check import Check, Finding, Severity
from gpuplatform.preview.plan import Json, Plan
from gpuplatform.preview.suppression import Suppressed

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVEL: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
ROOT: Final = "SRCROOT"
"""Stands for the project's folder; whoever opens the file knows where that is."""
FINGERPRINT: Final = "gpuplatform/v1"


def document(
    plan: Plan, findings: Sequence[Finding], checks: Iterable[Check], suppressed: Sequence[Suppressed] = ()
) -> dict[str, Json]:
    """One run with a rule for each check and a result for each finding; what is allowed is there as suppressed.

    A result without a place of its own is put at the first line of the settings: code scanning shows no result without one.
    """
    rules = sorted(checks, key=lambda one: one.rule)
    index = {one.rule: n for n, one in enumerate(rules)}
    settings = f"Pulumi.{plan.environment}.yaml"
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
                "automationDetails": {"id": f"gpuplatform/{plan.environment}/"},
                "originalUriBaseIds": {ROOT: {"description": {"text": "The project's folder"}}},
                "columnKind": "unicodeCodePoints",
                "results": [
                    *(_result(finding, index, settings) for finding in findings),
                    *({**_result(one.finding, index, settings), **_allowed(one)} for one in suppressed),
                ],
            }
        ],
    }


def _rule(one: Check) -> dict[str, Json]:
    return {
        "id": one.rule,
        "name": "".join(word.title() for word in one.rule.split("-")),
        "shortDescription": {"text": one.sentence},
        "fullDescription": {"text": one.sentence},
        "help": {"text": one.sentence},
        "defaultConfiguration": {"level": LEVEL[one.severity]},
        "properties": {
            "tags": ["infrastructure"],
            "precision": "very-high",
            "problem.severity": _problem(one.severity),
        },
    }


def _problem(severity: Severity) -> str:
    """GitHub's word for a severity (docs.github.com, SARIF support for code scanning)."""
    return "recommendation" if severity is Severity.INFO else severity.value


def _result(finding: Finding, index: dict[str, int], settings: str) -> dict[str, Json]:
    known = {"ruleIndex": index[finding.rule]} if finding.rule in index else {}
    logical = [{"fullyQualifiedName": finding.urn, "kind": "resource"}] if finding.urn else []
    return {
        "ruleId": finding.rule,
        **known,
        "level": LEVEL[finding.severity],
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.file or settings), "uriBaseId": ROOT},
                    "region": {"startLine": max(finding.line, 1)},
                },
                **({"logicalLocations": logical} if logical else {}),
            }
        ],
        # Without the line: a finding stays the same when code above it moves.
        "partialFingerprints": {FINGERPRINT: _digest(finding.rule, finding.urn, finding.file, finding.message)},
    }


def _allowed(one: Suppressed) -> dict[str, Json]:
    allowance = one.allowance
    reason = f"{allowance.reason} (until {allowance.until.isoformat()}, {allowance.place})"
    return {"suppressions": [{"kind": "inSource", "justification": reason}]}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
