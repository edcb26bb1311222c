"""The rungs of a pool: each a way of buying its nodes, and what each legally combines with.

Sources: EKS user guide, "Create a managed node group with Capacity Blocks for ML" (capacity-blocks-mng) and "Customize
managed nodes with launch templates" (launch-templates); EC2 user guide, "Find and purchase Capacity Blocks"
(capacity-blocks-purchase); all read 2026-11-22.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.sizing import blocks

Moment = datetime.date | datetime.datetime
"""With a zone, such as 2026-12-01T11:30:00Z; a bare day is that day at BLOCKS_TURN."""

BLOCKS_TURN = datetime.time(11, 30, tzinfo=datetime.UTC)
"""Every capacity block ends at 11:30 UTC; one that does not start at once starts then."""

OFFERED_AHEAD = datetime.timedelta(weeks=8)
"""How long before its start AWS offers a capacity block: an older consent cannot have seen the offer."""

_RESERVATION_ID = re.compile(r"cr-([0-9a-f]{8}|[0-9a-f]{17})")
_OFFERING_ID = re.compile(r"cb-[0-9a-f]{8,}")


class PurchaseType(StrEnum):
    CAPACITY_BLOCK = "capacity-block"
    RESERVATION = "reservation"
    ON_DEMAND = "on-demand"
    SPOT = "spot"


RESERVED = frozenset({PurchaseType.CAPACITY_BLOCK, PurchaseType.RESERVATION})


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Who agreed to pay what for which capacity. Bought is exactly what it names: another offer needs another consent."""

    by: str
    """An e-mail address."""
    date: datetime.date
    buys: str
    """The capacity block's offering, or for a reservation what `purchase` calls it: `4 p5.48xlarge until …`."""
    dollars: float
    """In all."""

    def __post_init__(self) -> None:
        if "@" not in self.by:
            raise ValueError(f"consent.by: {self.by!r} is no e-mail address; name the person who agrees")
        if self.dollars <= 0:
            raise ValueError(f"consent.dollars: {self.dollars}; write the price that is agreed to")


@dataclass(frozen=True, kw_only=True)
class PurchaseOption:
    """One way of buying a pool's nodes, and how many at most."""

    how: PurchaseType
    max: int
    min: int = 0
    """Nodes that always run, for pools whose devices are claimed."""
    reservation: str | None = None
    """The id of a capacity block or on-demand capacity reservation that stands already: "cr-…"."""
    offering: str | None = None
    """The id of a capacity block on offer, "cb-…", as `gpuplatform capacity blocks` lists it: bought once there is consent."""
    starts: Moment | None = None
    """When a capacity block starts: its nodes start then. Leave it out for one that runs already."""
    until: Moment | None = None
    """When a capacity block ends, or a reservation is given back. EKS drains a block's nodes 40 minutes before."""
    consent: Consent | None = None
    """Lets the program buy what does not stand yet."""
    paid: float | None = None
    """Dollars that a capacity block which stands has cost, in all: AWS's price is that of the day on which it was bought."""

    def __post_init__(self) -> None:
        self._has_nodes()
        if self.how not in RESERVED:
            for field in ("reservation", "offering", "starts", "until", "consent", "paid"):
                if (value := getattr(self, field)) is not None:
                    raise ValueError(f"{field}: {value} does not belong to {self.how}; leave it out")
            return
        for field in ("starts", "until"):
            if isinstance(value := getattr(self, field), datetime.datetime) and value.tzinfo is None:
                raise ValueError(f"{field}: {value.isoformat()} names no time zone; write {value.isoformat()}Z for UTC")
        if self.starts and self.until and moment(self.starts) >= moment(self.until):
            raise ValueError(f"until: {self.until} is not after starts, {self.starts}")
        self._is_sold()
        if self.reservation is None:
            self._can_be_bought()
        else:
            self._stands()
        if self.how is PurchaseType.CAPACITY_BLOCK and self.until is None:
            raise ValueError(
                f"until: missing, and {self.how} {self.reservation or self.offering} needs the day it ends"
            )

    def _is_sold(self) -> None:
        """The length of a block that is to be bought, and what was paid for one that stands, which may have been extended."""
        if self.paid is not None and (self.how is not PurchaseType.CAPACITY_BLOCK or self.reservation is None):
            raise ValueError(f"paid: {self.paid} for {self.how}; it is of a capacity block that stands")
        if self.paid is not None and (self.paid <= 0 or self.starts is None):
            raise ValueError(f"paid: {self.paid}; dollars for the whole block, whose first day `starts` says")
        if self.offering is None or self.starts is None or self.until is None:
            return
        length = blocks.days(moment(self.starts), moment(self.until))
        if length not in blocks.LENGTHS:
            raise ValueError(
                f"until: {self.until}, {length} days after {self.starts}; AWS sells blocks of 1 to 14 days, or of whole weeks up to 26"
            )

    def _has_nodes(self) -> None:
        if self.max < 1:
            raise ValueError(f"max: {self.max} nodes of {self.how}; at least 1 is needed, or leave the rung out")
        if not 0 <= self.min <= self.max:
            raise ValueError(f"min: {self.min} nodes of {self.how}; accepted: 0 to max, {self.max}")
        if self.min and self.how is PurchaseType.CAPACITY_BLOCK:
            raise ValueError(
                f"min: {self.min}, but EKS empties the group of a capacity block before it ends; leave min out"
            )

    def _stands(self) -> None:
        if not _RESERVATION_ID.fullmatch(str(self.reservation)):
            raise ValueError(
                f"reservation: {self.reservation!r} is no reservation id; accepted: cr- and 17 or 8 hexadecimal digits"
            )
        for field in ("offering", "consent"):
            if getattr(self, field) is not None:
                raise ValueError(
                    f"{field}: {self.reservation} stands already, and nothing is bought; leave {field} out"
                )

    def _can_be_bought(self) -> None:
        if self.how is PurchaseType.RESERVATION:
            if self.offering or self.starts:
                raise ValueError(
                    "reservation: one that the program makes begins at once; leave offering and starts out"
                )
            if self.until is None:
                raise ValueError(
                    "reservation: missing, and reservation needs the id of one, such as cr-0123456789abcdef0, "
                    "or `until`, the end of one to make"
                )
        elif self.offering is None:
            raise ValueError(
                "reservation: missing, and capacity-block needs the id of one, such as cr-0123456789abcdef0, "
                "or `offering`, the id of one to buy"
            )
        elif not _OFFERING_ID.fullmatch(self.offering):
            raise ValueError(f"offering: {self.offering!r} is no offering id; accepted: cb- and hexadecimal digits")
        elif self.starts is None:
            raise ValueError(f"starts: missing, and {self.offering} is offered from a certain time on")
        if self.consent:
            self._is_agreed(self.consent)

    def _is_agreed(self, consent: Consent) -> None:
        begins = moment(self.starts or self.until or consent.date)
        if consent.date > begins.date():
            raise ValueError(
                f"consent.date: {consent.date} is after {begins:%Y-%m-%d %H:%M}; then it is too late to buy"
            )
        if self.how is PurchaseType.CAPACITY_BLOCK and begins - moment(consent.date) > OFFERED_AHEAD:
            raise ValueError(
                f"consent.date: {consent.date} is more than {OFFERED_AHEAD.days} days before {begins:%Y-%m-%d}; AWS offers "
                "no capacity block that early, so the consent is for another"
            )

    @property
    def available(self) -> bool:
        """Whether there are nodes to be had: not of capacity that waits for consent."""
        return self.how not in RESERVED or self.reservation is not None or self.consent is not None


def moment(when: Moment) -> datetime.datetime:
    """The point in time that a setting names."""
    if isinstance(when, datetime.datetime):
        return when.astimezone(datetime.UTC)
    return datetime.datetime.combine(when, BLOCKS_TURN)


def utc(when: Moment) -> str:
    """As AWS reads it: 2026-12-01T11:30:00Z."""
    return f"{moment(when):%Y-%m-%dT%H:%M:%SZ}"


def to_buy(instance_name: str, rung: PurchaseOption) -> str | None:
    """What the program is to buy for the rung, as a consent must name it; None where nothing is bought."""
    if rung.how not in RESERVED or rung.reservation is not None or rung.until is None:
        return None
    return rung.offering or f"{rung.max} {instance_name} until {utc(rung.until)}"


def check_consent(instance_name: str, rung: PurchaseOption) -> None:
    """The law of buying: a consent is for what would be bought, to the letter. Raises ValueError."""
    wanted = to_buy(instance_name, rung)
    if wanted and rung.consent and rung.consent.buys != wanted:
        raise ValueError(
            f"consent.buys: {rung.consent.buys!r}, but bought would be {wanted!r}; nothing is, until both agree"
        )


def check_order(rungs: Sequence[PurchaseOption]) -> None:
    """The law of a pool's rungs: at least one, and no two that buy from the same place. Raises ValueError."""
    if not rungs:
        raise ValueError("buy: a pool needs at least one way of buying: capacity-block, reservation, on-demand or spot")
    seen: set[tuple[PurchaseType, str | None]] = set()
    for rung in rungs:
        source = rung.reservation or rung.offering
        key = (rung.how, source)
        if key in seen:
            named = f"{rung.how} {source}" if source else str(rung.how)
            raise ValueError(f"buy: {named} is named twice; give each way of buying once, with the sum as its max")
        seen.add(key)


def placement_group(instance: InstanceType, rung: PurchaseOption, efa: bool, max: int) -> bool:  # noqa: A002 - as PurchaseOption.max
    """Whether the rung's nodes go into a cluster placement group: several nodes that talk over EFA, where the type can.

    Never with a reservation or block: those are placed already, and a group can make part of them unreachable
    (eksctl#7949: 11 of 16 nodes; AWS says capacity blocks need none).
    """
    return rung.how not in RESERVED and efa and max > 1 and "cluster" in instance.placement_group_strategies


def usage_class(rung: PurchaseOption) -> str:
    """What the type's `usage_classes` must hold for this rung."""
    return {PurchaseType.CAPACITY_BLOCK: "capacity-block", PurchaseType.SPOT: "spot"}.get(rung.how, "on-demand")


def rung_label(rung: PurchaseOption, index: int) -> str:
    """`spot-1`: how a rung is bought, and its place in its pool, from 0."""
    return f"{rung.how}-{index}"


def capacity_type(rung: PurchaseOption) -> str:
    """The managed node group's capacity type, in EKS's spelling."""
    return {PurchaseType.CAPACITY_BLOCK: "CAPACITY_BLOCK", PurchaseType.SPOT: "SPOT"}.get(rung.how, "ON_DEMAND")


def market_type(rung: PurchaseOption) -> str | None:
    """The market type in the launch template of a managed node group.

    EKS requires it for a capacity block. For spot it rejects a template with market options ("Instance market options
    are not supported with the launch template", terraform-provider-aws#18025): there the capacity type says it all.
    """
    return "capacity-block" if rung.how is PurchaseType.CAPACITY_BLOCK else None


def instance_type_in_template(rung: PurchaseOption) -> bool:
    """Whether the launch template, rather than the node group, names the instance type: capacity blocks alone."""
    return rung.how is PurchaseType.CAPACITY_BLOCK
