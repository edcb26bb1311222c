"""What every report is made of: judged and priced as of one day, and free of what someone pasted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gpuplatform.plan.model import SECRET, Plan
from gpuplatform.preview.preview import Preview
from tests.preview.sound import sound, with_input

DAY = date(2026, 11, 22)
KEY = "AKIA" + "Q7ZR4MTKX2NWB5LC"


def pasted() -> Plan:
    return with_input(sound(), "disk", "kmsKeyId", KEY)


def test_a_plan_without_secrets_stays_the_one_it_was():
    plan = sound()

    assert Preview.of(plan, DAY).plan is plan


def test_a_pasted_key_is_found_and_masked():
    preview = Preview.of(pasted(), DAY)

    assert "pasted-secret" in {finding.rule for finding in preview.findings}
    assert KEY not in str(preview.plan)
    assert SECRET in str(preview.plan)


def test_a_pasted_key_in_the_older_plan_is_masked_too_and_in_the_difference():
    preview = Preview.of(replace(sound(), against=pasted()), DAY)

    assert "disk" in str(preview.difference)
    assert KEY not in str(preview.plan.against)
    assert KEY not in str(preview.difference)


def test_prices_are_those_of_the_day():
    now, later = (Preview.of(sound(), day).bill for day in (DAY, date(2036, 1, 1)))

    assert now
    assert later
    assert len(now.stale) < len(later.stale)
