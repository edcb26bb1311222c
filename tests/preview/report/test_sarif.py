"""The SARIF file has what the standard and code scanning ask for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from jsonschema import validate

from gpuplatform.plan.model import PlanFeature, Source
from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.judgement.run import all_checks
from gpuplatform.preview.judgement.suppression import Allowance, Suppressed
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report import sarif
from tests.preview.sound import sound, urn

QUEUE = urn("aws:sqs/queue:Queue", "jobs")


def a_finding(**more: Any) -> Finding:
    found = Finding(
        rule="cost-tags", severity=Severity.ERROR, urn=QUEUE, message="jobs: no tags", file="stacks/data.py", line=12
    )
    return replace(found, **more)


def the_run(*findings: Finding, suppressed: tuple[Suppressed, ...] = ()) -> dict[str, Any]:
    whole = sarif.document(Preview(sound(), findings, suppressed=suppressed))
    (run,) = json.loads(json.dumps(whole))["runs"]
    return run


def test_the_file_says_what_it_is():
    whole = sarif.document(Preview(sound()))

    assert whole["version"] == "2.1.0"
    assert whole["$schema"].endswith("sarif-schema-2.1.0.json")
    assert whole["runs"][0]["results"] == [], (
        "no result is an empty list: no list at all would mean that nothing was looked for"
    )


def test_every_check_is_a_rule_with_words_and_a_level():
    driver = the_run()["tool"]["driver"]

    assert driver["name"] == "gpuplatform"
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    assert [rule["id"] for rule in driver["rules"]] == [one.rule for one in all_checks()]
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")


def test_a_finding_is_a_result_at_its_line_relative_to_the_project():
    run = the_run(a_finding())
    (result,) = run["results"]

    assert result["level"] == "error"
    assert result["message"]["text"] == "jobs: no tags"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "cost-tags"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "stacks/data.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12},
    }
    assert "%SRCROOT%" in run["originalUriBaseIds"]
    assert location["logicalLocations"] == [{"fullyQualifiedName": QUEUE, "kind": "resource"}]


def test_levels_are_those_of_the_standard():
    results = the_run(*(a_finding(severity=severity) for severity in Severity))["results"]

    assert [r["level"] for r in results] == ["error", "warning", "note"]


def test_a_finding_without_a_place_is_put_at_the_settings():
    (result,) = the_run(a_finding(file="", line=0, urn=""))["results"]

    place = result["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.dev.yaml"
    assert place["physicalLocation"]["region"] == {"startLine": 1}
    assert "logicalLocations" not in place


def test_places_are_valid_references():
    (result,) = the_run(a_finding(file="stacks/my data.py"))["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "stacks/my%20data.py"


def test_a_finding_keeps_its_fingerprint_when_lines_move_and_no_two_share_one():
    here, moved, other = the_run(a_finding(), a_finding(line=40), a_finding(message="jobs: no owner"))["results"]

    assert here["partialFingerprints"] == moved["partialFingerprints"]
    assert here["partialFingerprints"] != other["partialFingerprints"]
    assert all(isinstance(v, str) and v for v in here["partialFingerprints"].values())


def test_a_finding_keeps_its_fingerprint_when_a_price_moves_and_not_when_another_number_does():
    def printed(message: str) -> str:
        return the_run(a_finding(message=message))["results"][0]["partialFingerprints"]

    assert printed("1,800 $ a month, and 160,403.05 $ are expected") == printed(
        "1,800 $ a month, and 9.5 $ are expected"
    )
    assert printed("port 22 is open") != printed("port 23 is open")


def test_environments_do_not_overwrite_one_another():
    assert the_run()["automationDetails"]["id"] == "gpuplatform/dev/"


ALLOWED = Suppressed(
    a_finding(),
    Allowance(
        rule="cost-tags",
        environment="",
        until=date(2027, 1, 31),
        reason="until the fair",
        place=Source("stacks/data.py", 11),
        line=12,
    ),
)


def the_notices(run: dict[str, Any]) -> list[dict[str, Any]]:
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    notices = invocation["toolConfigurationNotifications"]
    return [notice for notice in notices if not notice["message"]["text"].startswith("Not seen: ")]


def test_what_is_allowed_is_a_notification_and_no_result():
    run = the_run(suppressed=(ALLOWED,))

    assert run["results"] == [], "code scanning opens an alert for every result, also for a suppressed one"
    (notice,) = the_notices(run)
    assert notice["level"] == "note"
    assert notice["message"]["text"] == ("jobs: no tags Allowed until 2027-01-31 (stacks/data.py:11): until the fair")
    assert run["tool"]["driver"]["rules"][notice["associatedRule"]["index"]]["id"] == notice["associatedRule"]["id"]
    assert notice["locations"][0]["physicalLocation"]["region"] == {"startLine": 12}


def test_what_does_not_apply_is_a_notification_that_says_why():
    plan = replace(sound(), lacks=frozenset({PlanFeature.DUPLICATES}), origin="stack-export")
    (run,) = sarif.document(Preview(plan))["runs"]

    assert run["results"] == []
    assert [n["message"]["text"] for n in the_notices(run)] == [
        "duplicate-urn does not apply to this plan: it needs registrations that the engine refuses."
    ]


def test_no_more_results_are_written_than_code_scanning_takes():
    assert len(the_run(*(a_finding(line=n) for n in range(25_001)))["results"]) == 25_000


def test_help_says_how_to_allow_a_finding():
    rule = next(r for r in the_run()["tool"]["driver"]["rules"] if r["id"] == "cost-tags")

    assert "# preview: allow cost-tags until YYYY-MM-DD: why it may be so" in rule["help"]["text"]
    assert "```" in rule["help"]["markdown"]


def test_the_file_is_valid_by_the_standard_s_schema():
    """`sarif/` holds the schema, with its source and licence."""
    schema = json.loads((Path(__file__).parent / "sarif" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    lacking = replace(sound(), lacks=frozenset(PlanFeature), origin="stack-export")
    found = [a_finding(), a_finding(file="", line=0, urn=""), a_finding(rule="unknown", severity=Severity.INFO)]

    for plan, findings, suppressed in ((sound(), found, (ALLOWED,)), (lacking, [], ())):
        whole = json.loads(json.dumps(sarif.document(Preview(plan, findings, suppressed=suppressed))))
        validate(whole, schema)
        assert whole["$schema"] == schema["id"]
