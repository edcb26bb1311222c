from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.plan.model import Plan
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone
from tests.preview.sound import sound

OFFER: dict[str, Any] = {
    "how": "capacity-block",
    "max": 4,
    "offering": "cb-0123456789abcdef0",
    "starts": "2026-12-01T11:30:00Z",
    "until": "2026-12-08T11:30:00Z",
}
RESERVATION: dict[str, Any] = {"how": "reservation", "max": 2, "until": "2026-12-31T11:30:00Z"}
CONSENT: dict[str, Any] = {
    "by": "jo@example.com",
    "date": "2026-12-01",
    "buys": "2 p5.48xlarge until 2026-12-31T11:30:00Z",
    "dollars": 79000,
}


def with_rung(plan: Plan, rung: dict[str, Any]) -> Plan:
    pools = {"h100": {"instance": "p5.48xlarge", "zone": "use1-az6", "buy": [rung]}}
    return replace(plan, settings={"gpuplatform:cluster": {"pools": pools}})


FAULTS: list[tuple[str, str, Break]] = [
    # 4 nodes x 168 h x 47.76 $ (2026-10-03).
    ("capacity-to-buy", "for about 32,095 $ (list price of 2026-10-03)", lambda p: with_rung(p, OFFER)),
    ("capacity-to-buy", 'buys: "cb-0123456789abcdef0", dollars: 32095}', lambda p: with_rung(p, OFFER)),
    ("capacity-to-buy", "for 110.08 $ an hour, used or not", lambda p: with_rung(p, RESERVATION)),
    # 2 nodes x 720 h x 55.04 $ = 79,258 $.
    ("consent-covers-price", "agreed to 79,000 $", lambda p: with_rung(p, {**RESERVATION, "consent": CONSENT})),
]


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break) -> None:
    found_alone(broken(sound()), rule, words)


@pytest.mark.parametrize(
    "rung",
    [
        {**RESERVATION, "consent": {**CONSENT, "dollars": 79258}},
        {**OFFER, "consent": {**CONSENT, "date": "2026-11-22", "buys": OFFER["offering"], "dollars": 1}},
        {"how": "reservation", "max": 2, "reservation": "cr-0123456789abcdef0"},
        {"how": "spot", "max": 2},
    ],
)
def test_what_stands_or_is_agreed_to_is_no_finding(rung: dict[str, Any]) -> None:
    assert run_checks(with_rung(sound(), rung)) == []
