from __future__ import annotations

import datetime
from typing import Any

import pytest

from components.bought_capacity import BoughtCapacity, BoughtCapacityArgs
from components.tags import CostTags
from gpuplatform.catalog.instances import instance
from gpuplatform.pools.purchase import Consent, PurchaseOption, PurchaseType
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="training", contact="ml@example.com")
CB = "cb-0123456789abcdef0"
END = datetime.datetime(2026, 12, 8, 11, 30, tzinfo=datetime.UTC)
BLOCK: dict[str, Any] = {
    "how": PurchaseType.CAPACITY_BLOCK,
    "max": 4,
    "offering": CB,
    "starts": datetime.datetime(2026, 12, 1, 11, 30, tzinfo=datetime.UTC),
    "until": END,
}
RESERVATION: dict[str, Any] = {"how": PurchaseType.RESERVATION, "max": 2, "until": END}


def consent(buys: str) -> Consent:
    return Consent(by="jo@example.com", date=datetime.date(2026, 11, 22), buys=buys, dollars=21000)


def args(rung: PurchaseOption) -> BoughtCapacityArgs:
    return BoughtCapacityArgs(instance=instance("p5.48xlarge"), rung=rung, tags=TAGS, zone_name="us-east-1b")


def test_capacity_block_is_the_one_that_was_agreed_to(record_plan: Record) -> None:
    plan = record_plan(lambda: BoughtCapacity("h100", args(PurchaseOption(**BLOCK, consent=consent(CB)))))
    block = plan.one("aws:ec2/capacityBlockReservation:CapacityBlockReservation").inputs

    assert (block["capacityBlockOfferingId"], block["instancePlatform"]) == (CB, "Linux/UNIX")
    assert block["tags"]["team"] == "ml"


def test_reservation_is_for_those_who_target_it_and_ends(record_plan: Record) -> None:
    agreed = consent("2 p5.48xlarge until 2026-12-08T11:30:00Z")
    plan = record_plan(lambda: BoughtCapacity("h100", args(PurchaseOption(**RESERVATION, consent=agreed))))
    made = dict(plan.one("aws:ec2/capacityReservation:CapacityReservation").inputs)

    assert made.pop("tags")["team"] == "ml"
    assert made == {
        "availabilityZone": "us-east-1b",
        "instanceType": "p5.48xlarge",
        "instanceCount": 2,
        "instancePlatform": "Linux/UNIX",
        "instanceMatchCriteria": "targeted",
        "endDateType": "limited",
        "endDate": "2026-12-08T11:30:00Z",
    }


@pytest.mark.parametrize(
    ("rung", "sentence"),
    [
        (PurchaseOption(**BLOCK), f"rung.consent: missing; nobody has agreed to buy {CB}"),
        (PurchaseOption(**BLOCK, consent=consent("cb-1234")), "consent.buys: 'cb-1234', but bought would be"),
        (PurchaseOption(how=PurchaseType.SPOT, max=1), "nothing is bought for spot"),
    ],
)
def test_nothing_is_bought_that_nobody_agreed_to(rung: PurchaseOption, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        args(rung)
