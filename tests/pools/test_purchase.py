"""The rungs of a pool: their laws, and what each combines with."""

import datetime
from typing import Any

import pydantic
import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.pools import purchase
from gpuplatform.pools.purchase import Consent, PurchaseOption, PurchaseType, check_consent, check_order

CR = "cr-0123456789abcdef0"
END = datetime.date(2026, 12, 20)

START = datetime.datetime(2026, 12, 6, 11, 30, tzinfo=datetime.UTC)
CB = "cb-0123456789abcdef0"
OFFER: dict[str, Any] = {"how": PurchaseType.CAPACITY_BLOCK, "max": 4, "offering": CB, "starts": START, "until": END}


def consent(date: datetime.date = datetime.date(2026, 11, 22), **changed: Any) -> Consent:
    agreed: dict[str, Any] = {"by": "jo@example.com", "date": date, "buys": CB, "dollars": 57000}
    return Consent(**(agreed | changed))


BLOCK = PurchaseOption(how=PurchaseType.CAPACITY_BLOCK, max=4, reservation=CR, until=END)
RESERVATION = PurchaseOption(how=PurchaseType.RESERVATION, max=4, reservation=CR)
ON_DEMAND = PurchaseOption(how=PurchaseType.ON_DEMAND, max=4)
SPOT = PurchaseOption(how=PurchaseType.SPOT, max=4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"how": PurchaseType.SPOT, "max": 0}, "max: 0 nodes of spot"),
        ({"how": PurchaseType.ON_DEMAND, "max": -1}, "max: -1 nodes of on-demand"),
        (
            {"how": PurchaseType.CAPACITY_BLOCK, "max": 1, "until": END},
            "reservation: missing, and capacity-block needs",
        ),
        ({"how": PurchaseType.RESERVATION, "max": 1}, "reservation: missing, and reservation needs"),
        (
            {"how": PurchaseType.RESERVATION, "max": 1, "reservation": "cr-xyz"},
            "reservation: 'cr-xyz' is no reservation id",
        ),
        ({"how": PurchaseType.RESERVATION, "max": 1, "reservation": "cr-0123456789"}, "17 or 8 hexadecimal digits"),
        ({"how": PurchaseType.RESERVATION, "max": 1, "reservation": CR + " "}, "is no reservation id"),
        ({"how": PurchaseType.CAPACITY_BLOCK, "max": 1, "reservation": CR}, "until: missing"),
        (
            {"how": PurchaseType.CAPACITY_BLOCK, "max": 1, "reservation": CR, "starts": END, "until": END},
            "until: 2026-12-20 is not after starts",
        ),
        (OFFER | {"offering": "cb-xyz"}, "offering: 'cb-xyz' is no offering id"),
        (OFFER | {"starts": None}, f"starts: missing, and {CB} is offered from a certain time on"),
        (OFFER | {"until": None}, f"until: missing, and capacity-block {CB} needs the day it ends"),
        (OFFER | {"starts": datetime.datetime(2026, 12, 1, 11, 30)}, "names no time zone; write 2026-12-01T11:30:00Z"),
        (OFFER | {"reservation": CR}, f"offering: {CR} stands already"),
        (OFFER | {"consent": consent(datetime.date(2026, 12, 8))}, "consent.date: 2026-12-08 is after 2026-12-06"),
        (OFFER | {"consent": consent(datetime.date(2026, 10, 1))}, "more than 56 days before 2026-12-06"),
        (
            {"how": PurchaseType.RESERVATION, "max": 1, "until": END, "starts": START},
            "begins at once; leave offering and starts",
        ),
        (
            {"how": PurchaseType.RESERVATION, "max": 1, "reservation": CR, "consent": consent()},
            f"consent: {CR} stands already",
        ),
        (
            {"how": PurchaseType.RESERVATION, "max": 1, "until": END, "consent": consent(datetime.date(2027, 1, 1))},
            "too late",
        ),
        ({"how": PurchaseType.SPOT, "max": 1, "consent": consent()}, "does not belong to spot"),
        ({"how": PurchaseType.SPOT, "max": 1, "reservation": CR}, f"reservation: {CR} does not belong to spot"),
        (OFFER | {"until": datetime.date(2026, 12, 25)}, "19 days after .*; AWS sells blocks of 1 to 14 days"),
        (
            {"how": PurchaseType.CAPACITY_BLOCK, "max": 1, "offering": CB, "paid": 5.0, "starts": START, "until": END},
            "paid: 5.0",
        ),
        (
            {"how": PurchaseType.CAPACITY_BLOCK, "max": 1, "reservation": CR, "paid": 5.0, "until": END},
            "first day `starts` says",
        ),
        ({"how": PurchaseType.ON_DEMAND, "max": 1, "until": END}, "until: 2026-12-20 does not belong to on-demand"),
        ({"how": PurchaseType.ON_DEMAND, "max": 1, "starts": END}, "starts: 2026-12-20 does not belong to on-demand"),
    ],
)
def test_rung_that_breaks_a_law(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PurchaseOption(**given)


def test_short_reservation_ids_are_accepted() -> None:
    assert PurchaseOption(how=PurchaseType.RESERVATION, max=1, reservation="cr-01234567").reservation == "cr-01234567"


def test_rung_reads_from_settings_and_refuses_a_misspelt_key() -> None:
    class Pool(pydantic.BaseModel, extra="forbid", frozen=True):
        buy: tuple[PurchaseOption, ...]

    given = {"how": "capacity-block", "max": 4, "reservation": CR, "until": "2026-12-20"}
    assert Pool.model_validate({"buy": [given]}).buy == (BLOCK,)
    with pytest.raises(pydantic.ValidationError, match="until: missing"):
        Pool.model_validate({"buy": [{**given, "until": None}]})
    with pytest.raises(pydantic.ValidationError, match=r"(?s)buy\.0\.untill.*Unexpected keyword"):
        Pool.model_validate({"buy": [{**given, "untill": "2026-12-20"}]})


def test_times_are_read_with_their_hour_and_bare_days_as_the_hour_of_blocks() -> None:
    read = pydantic.TypeAdapter(PurchaseOption).validate_python
    rung = read({"how": "capacity-block", "max": 4, "reservation": CR, "starts": "2026-12-01T09:00:00Z", "until": END})

    assert (purchase.utc(rung.starts or END), purchase.utc(rung.until or END)) == (
        "2026-12-01T09:00:00Z",
        "2026-12-20T11:30:00Z",
    )


@pytest.mark.parametrize(
    ("rung", "bought", "stands"),
    [
        (PurchaseOption(**OFFER), CB, False),
        (PurchaseOption(**OFFER, consent=consent()), CB, True),
        (
            PurchaseOption(how=PurchaseType.RESERVATION, max=4, until=END),
            "4 p5.48xlarge until 2026-12-20T11:30:00Z",
            False,
        ),
        (BLOCK, None, True),
        (RESERVATION, None, True),
        (SPOT, None, True),
    ],
)
def test_what_is_bought_and_whether_there_are_nodes(rung: PurchaseOption, bought: str | None, stands: bool) -> None:
    assert (purchase.to_buy("p5.48xlarge", rung), rung.available) == (bought, stands)


def test_consent_to_one_offer_is_none_to_another() -> None:
    check_consent("p5.48xlarge", PurchaseOption(**OFFER, consent=consent()))
    with pytest.raises(ValueError, match=r"consent\.buys: 'cb-1234', but bought would be 'cb-0123456789abcdef0'"):
        check_consent("p5.48xlarge", PurchaseOption(**OFFER, consent=consent(buys="cb-1234")))
    fewer = PurchaseOption(
        how=PurchaseType.RESERVATION, max=8, until=END, consent=consent(buys="4 p5.48xlarge until 2026-12-20T11:30:00Z")
    )
    with pytest.raises(ValueError, match=r"but bought would be '8 p5.48xlarge until"):
        check_consent("p5.48xlarge", fewer)


@pytest.mark.parametrize(
    ("changed", "message"), [({"by": "Jo"}, "'Jo' is no e-mail address"), ({"dollars": 0}, "consent.dollars: 0")]
)
def test_consent_names_a_person_and_a_price(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        consent(**changed)


def test_rungs_that_buy_from_different_places_are_in_order() -> None:
    other = PurchaseOption(how=PurchaseType.CAPACITY_BLOCK, max=2, reservation="cr-0123456789abcdef1", until=END)
    check_order([BLOCK, other, RESERVATION, ON_DEMAND, SPOT])


@pytest.mark.parametrize(
    ("rungs", "message"),
    [
        ([], "needs at least one way of buying"),
        ([SPOT, ON_DEMAND, SPOT], "spot is named twice"),
        ([BLOCK, BLOCK], f"capacity-block {CR} is named twice"),
        ([PurchaseOption(**OFFER), PurchaseOption(**OFFER)], f"capacity-block {CB} is named twice"),
    ],
)
def test_rungs_out_of_order(rungs: list[PurchaseOption], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_order(rungs)


@pytest.mark.parametrize(
    ("rung", "capacity_type", "market", "type_in_template", "usage"),
    [
        (BLOCK, "CAPACITY_BLOCK", "capacity-block", True, "capacity-block"),
        (RESERVATION, "ON_DEMAND", None, False, "on-demand"),
        (ON_DEMAND, "ON_DEMAND", None, False, "on-demand"),
        (SPOT, "SPOT", None, False, "spot"),
    ],
)
def test_what_a_rung_is_sent_as(
    rung: PurchaseOption, capacity_type: str, market: str | None, type_in_template: bool, usage: str
) -> None:
    assert purchase.capacity_type(rung) == capacity_type
    assert purchase.market_type(rung) == market
    assert purchase.instance_type_in_template(rung) is type_in_template
    assert purchase.usage_class(rung) == usage


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
    name: str, rung: PurchaseOption, efa: bool, max_nodes: int, grouped: bool
) -> None:
    assert purchase.placement_group(instance(name), rung, efa, max_nodes) is grouped
