"""Whether the capacity blocks that the settings would have the program buy are on sale, at what price and for which time."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator

from gpuplatform.ops.account import Aws, CallError, Unanswered
from gpuplatform.ops.capacity_blocks import Offer, Query, offers
from gpuplatform.ops.demand import AccountDemand, Purchase
from gpuplatform.ops.results import Row, info, judged, unknown
from gpuplatform.pools.purchase import moment, utc

CHECK = "capacity block on sale"


def rows(aws: Aws, demand: AccountDemand, today: datetime.date) -> Iterator[Row]:
    for purchase in demand.purchases:
        yield from _of(aws, purchase, today)


def _of(aws: Aws, purchase: Purchase, today: datetime.date) -> Iterator[Row]:
    rung, days = purchase.rung, _days(purchase)
    subject = f"{rung.offering} for {purchase.pool}"
    asked = f"{rung.max} × {purchase.instance_type} for {24 * days} hours"
    starts = moment(rung.starts).date() if rung.starts else today
    try:
        query = Query(
            instance_type=purchase.instance_type,
            count=rung.max,
            hours=24 * days,
            region=aws.region,
            today=today,
            earliest=starts if starts >= today else None,
        )
        found = next((offer for offer in offers(aws, query) if offer.id == rung.offering), None)
    except Unanswered as why:
        yield why.row(CHECK, subject, wanted=asked)
        return
    except CallError as error:
        yield judged(
            CHECK, subject, wanted=asked, found=str(error), holds=False, else_do="correct the rung in the settings"
        )
        return
    if found is None:
        yield unknown(
            CHECK,
            subject,
            wanted=asked,
            found="not on sale: sold, or bought already",
            what_to_do="unless you have bought it, choose another: `gpuplatform capacity blocks "
            f"--type {purchase.instance_type} --count {rung.max} --hours {24 * days} --region {aws.region}`",
        )
        return
    yield _price(purchase, found, subject)
    yield _time(purchase, found, subject)


def _days(purchase: Purchase) -> int:
    """As AWS counts them: a block that starts at once ends at 11:30 UTC of its last day, and its last day counts whole."""
    if not (purchase.rung.starts and purchase.rung.until):
        return 0
    return math.ceil((moment(purchase.rung.until) - moment(purchase.rung.starts)) / datetime.timedelta(days=1))


def _price(purchase: Purchase, offer: Offer, subject: str) -> Row:
    found = f"{offer.upfront:,.2f} {offer.currency}, {offer.per_gpu_hour:.3f} a GPU-hour"
    consent = purchase.rung.consent
    if consent is None:
        return info(CHECK, f"{subject}: price", wanted="nobody has agreed to a price yet", found=found)
    return judged(
        CHECK,
        f"{subject}: price",
        wanted=f"{consent.dollars:,.2f} or less, as {consent.by} agreed",
        found=found,
        holds=offer.upfront <= consent.dollars,
        else_do="have the higher price agreed to in consent.dollars, or choose another offer",
    )


def _time(purchase: Purchase, offer: Offer, subject: str) -> Row:
    rung = purchase.rung
    demand = tuple(utc(when) for when in (rung.starts, rung.until) if when)
    found = (utc(offer.starts), utc(offer.ends))
    return judged(
        CHECK,
        f"{subject}: time",
        wanted=" to ".join(demand),
        found=" to ".join(found),
        holds=demand == found,
        else_do=f"write starts: {found[0]} and until: {found[1]}",
    )
