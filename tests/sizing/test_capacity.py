"""The rungs of a pool: their laws, what each combines with, and the quota each needs."""

import datetime
from typing import Any

import pydantic
import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.sizing import capacity
from gpuplatform.sizing.capacity import How, Quota, Rung, check_order

CR = "cr-0123456789abcdef0"
END = datetime.date(2026, 12, 20)

BLOCK = Rung(how=How.CAPACITY_BLOCK, max=4, reservation=CR, until=END)
RESERVATION = Rung(how=How.RESERVATION, max=4, reservation=CR)
ON_DEMAND = Rung(how=How.ON_DEMAND, max=4)
SPOT = Rung(how=How.SPOT, max=4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"how": How.SPOT, "max": 0}, "max: 0 nodes of spot"),
        ({"how": How.ON_DEMAND, "max": -1}, "max: -1 nodes of on-demand"),
        ({"how": How.CAPACITY_BLOCK, "max": 1, "until": END}, "reservation: missing, and capacity-block needs"),
        ({"how": How.RESERVATION, "max": 1}, "reservation: missing, and reservation needs"),
        ({"how": How.RESERVATION, "max": 1, "reservation": "cr-xyz"}, "reservation: 'cr-xyz' is no reservation id"),
        ({"how": How.RESERVATION, "max": 1, "reservation": "cr-0123456789"}, "17 or 8 hexadecimal digits"),
        ({"how": How.RESERVATION, "max": 1, "reservation": CR + " "}, "is no reservation id"),
        ({"how": How.CAPACITY_BLOCK, "max": 1, "reservation": CR}, "until: missing"),
        (
            {"how": How.CAPACITY_BLOCK, "max": 1, "reservation": CR, "starts": END, "until": END},
            "until: 2026-12-20 is not after starts",
        ),
        ({"how": How.SPOT, "max": 1, "reservation": CR}, f"reservation: {CR} does not belong to spot"),
        ({"how": How.ON_DEMAND, "max": 1, "until": END}, "until: 2026-12-20 does not belong to on-demand"),
        ({"how": How.ON_DEMAND, "max": 1, "starts": END}, "starts: 2026-12-20 does not belong to on-demand"),
    ],
)
def test_rung_that_breaks_a_law(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rung(**given)


def test_short_reservation_ids_are_accepted() -> None:
    assert Rung(how=How.RESERVATION, max=1, reservation="cr-01234567").reservation == "cr-01234567"


def test_rung_reads_from_settings_and_refuses_a_misspelt_key() -> None:
    class Pool(pydantic.BaseModel, extra="forbid", frozen=True):
        buy: tuple[Rung, ...]

    given = {"how": "capacity-block", "max": 4, "reservation": CR, "until": "2026-12-20"}
    assert Pool.model_validate({"buy": [given]}).buy == (BLOCK,)
    with pytest.raises(pydantic.ValidationError, match="until: missing"):
        Pool.model_validate({"buy": [{**given, "until": None}]})
    with pytest.raises(pydantic.ValidationError, match=r"(?s)buy\.0\.untill.*Unexpected keyword"):
        Pool.model_validate({"buy": [{**given, "untill": "2026-12-20"}]})


def test_rungs_that_buy_from_different_places_are_in_order() -> None:
    other = Rung(how=How.CAPACITY_BLOCK, max=2, reservation="cr-0123456789abcdef1", until=END)
    check_order([BLOCK, other, RESERVATION, ON_DEMAND, SPOT])


@pytest.mark.parametrize(
    ("rungs", "message"),
    [
        ([], "needs at least one way of buying"),
        ([SPOT, ON_DEMAND, SPOT], "spot is named twice"),
        ([BLOCK, BLOCK], f"capacity-block {CR} is named twice"),
    ],
)
def test_rungs_out_of_order(rungs: list[Rung], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_order(rungs)


@pytest.mark.parametrize(
    ("rung", "capacity_type", "market", "target", "type_in_template", "usage"),
    [
        (BLOCK, "CAPACITY_BLOCK", "capacity-block", CR, True, "capacity-block"),
        (RESERVATION, "ON_DEMAND", None, CR, False, "on-demand"),
        (ON_DEMAND, "ON_DEMAND", None, None, False, "on-demand"),
        (SPOT, "SPOT", None, None, False, "spot"),
    ],
)
def test_what_a_rung_is_sent_as(
    rung: Rung, capacity_type: str, market: str | None, target: str | None, type_in_template: bool, usage: str
) -> None:
    assert capacity.capacity_type(rung) == capacity_type
    assert capacity.market_type(rung) == market
    assert capacity.reservation_target(rung) == target
    assert capacity.instance_type_in_template(rung) is type_in_template
    assert capacity.usage_class(rung) == usage


@pytest.mark.parametrize(
    ("name", "rung", "efa", "max_nodes", "grouped"),
    [
        ("p5.48xlarge", ON_DEMAND, True, 4, True),
        ("p4d.24xlarge", SPOT, True, 2, True),
        ("p5.48xlarge", BLOCK, True, 4, False),
        ("p5.48xlarge", RESERVATION, True, 4, False),
        ("p5.48xlarge", ON_DEMAND, True, 1, False),
        ("p5.48xlarge", ON_DEMAND, False, 4, False),
        ("t4g.medium", ON_DEMAND, True, 4, False),
    ],
)
def test_placement_group_only_where_legal_and_useful(
    name: str, rung: Rung, efa: bool, max_nodes: int, grouped: bool
) -> None:
    assert capacity.placement_group(instance(name), rung, efa, max_nodes) is grouped


# Codes and names: "Amazon EC2 instance type quotas".
@pytest.mark.parametrize(
    ("name", "rungs", "needed"),
    [
        ("p5.48xlarge", [ON_DEMAND], [("L-417A185B", "Running On-Demand P instances", 768)]),
        ("p5.48xlarge", [RESERVATION, ON_DEMAND], [("L-417A185B", "Running On-Demand P instances", 1536)]),
        (
            "p5.48xlarge",
            [BLOCK, ON_DEMAND],
            [
                ("L-DA6814F2", "Concurrent P5 Capacity Blocks per account", 768),
                ("L-417A185B", "Running On-Demand P instances", 768),
            ],
        ),
        ("p5en.48xlarge", [SPOT], [("L-C4BD4855", "All P5 Spot Instance Requests", 768)]),
        ("p4de.24xlarge", [SPOT], [("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", 384)]),
        ("p6-b200.48xlarge", [SPOT], [(None, "Spot Instance Requests of p6-b200", 768)]),
        ("p6-b300.48xlarge", [BLOCK], [(None, "Capacity Blocks of p6-b300", 768)]),
        ("p4de.24xlarge", [BLOCK], [(None, "Capacity Blocks of p4de", 384)]),
        ("g6e.12xlarge", [ON_DEMAND], [("L-DB2E81BA", "Running On-Demand G and VT instances", 192)]),
        ("g5.xlarge", [SPOT], [("L-3819A6DF", "All G and VT Spot Instance Requests", 16)]),
        (
            "t4g.medium",
            [ON_DEMAND],
            [("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 8)],
        ),
        (
            "m7i.large",
            [SPOT],
            [("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 8)],
        ),
    ],
)
def test_quota_needed(name: str, rungs: list[Rung], needed: list[tuple[str | None, str, int]]) -> None:
    assert capacity.quota(instance(name), rungs) == tuple(
        Quota(code=code, name=quota, vcpus=vcpus) for code, quota, vcpus in needed
    )
