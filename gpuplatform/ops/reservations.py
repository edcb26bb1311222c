"""Whether the capacity blocks and reservations that the settings name are there, and are what the node groups expect."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gpuplatform.ops.account import Aws, Unanswered
from gpuplatform.ops.demand import AccountDemand, NodeGroupDemand, Reservation
from gpuplatform.ops.results import Row, info, judged
from gpuplatform.pools.purchase import Moment, PurchaseType

CHECK = "reservation"
USABLE = frozenset({"active", "scheduled"})
_KIND = {PurchaseType.CAPACITY_BLOCK: "capacity-block", PurchaseType.RESERVATION: "default"}
_NOT_THERE = frozenset({"InvalidCapacityReservationId.NotFound", "InvalidCapacityReservationId.Malformed"})


def rows(aws: Aws, demand: AccountDemand) -> Iterator[Row]:
    for group in demand.node_groups:
        if group.reservation:
            yield from _of_group(aws, group, group.reservation)


def _of_group(aws: Aws, group: NodeGroupDemand, reservation: Reservation) -> Iterator[Row]:
    subject = f"{reservation.id} for {group.name}"
    expected = f"{group.max} × {' '.join(group.instance_types)}"
    try:
        with aws.asking("ec2") as ec2:
            answer = ec2.describe_capacity_reservations(CapacityReservationIds=[reservation.id])
        found: list[Mapping[str, Any]] = answer["CapacityReservations"]
    except Unanswered as why:
        if why.code not in _NOT_THERE:
            yield why.row(CHECK, subject, wanted=expected)
            return
        found = []
    if not found:
        yield judged(
            CHECK,
            subject,
            wanted=expected,
            found=f"not visible to this account in {aws.region}",
            holds=False,
            else_do="correct the id in the settings, or have the account that owns it share it",
        )
        return
    for row in facts(found[0], group, reservation):
        yield replace(row, subject=f"{subject}: {row.subject}")


def facts(found: Mapping[str, Any], group: NodeGroupDemand, reservation: Reservation) -> Iterator[Row]:
    """One row for each fact of an element of DescribeCapacityReservations that the node group relies on."""
    state, kind = found["State"], found.get("ReservationType", "default")
    yield judged(
        CHECK,
        "state",
        wanted=" or ".join(sorted(USABLE)),
        found=state,
        holds=state in USABLE,
        else_do="wait until AWS has charged or delivered it"
        if state in ("payment-pending", "pending", "assessing", "delayed")
        else "it gives no capacity any more; name another one or take the rung out of the settings",
    )
    yield judged(
        CHECK,
        "kind",
        wanted=_KIND[group.how],
        found=kind,
        holds=kind == _KIND[group.how],
        else_do=f"write `how: {'capacity-block' if kind == 'capacity-block' else 'reservation'}` in the settings",
    )
    yield judged(
        CHECK,
        "instance type",
        wanted=" ".join(group.instance_types),
        found=found["InstanceType"],
        holds=found["InstanceType"] in group.instance_types,
        else_do=f"use {found['InstanceType']} for the pool, or name a reservation of its type",
    )
    zone = found.get("AvailabilityZoneId", "")
    yield judged(
        CHECK,
        "zone",
        wanted=" or ".join(group.zone_ids),
        found=zone or "not said",
        holds=zone in group.zone_ids,
        else_do=f"set the pool's zone to {zone}",
    )
    total = found["TotalInstanceCount"]
    yield judged(
        CHECK,
        "instances",
        wanted=f"{group.max} or more",
        found=str(total),
        holds=total >= group.max,
        else_do=f"lower the rung's max to {total}; nodes beyond the reservation never start",
    )
    yield from _dates(found, reservation)


def _dates(found: Mapping[str, Any], reservation: Reservation) -> Iterator[Row]:
    starts: datetime.datetime | None = found.get("StartDate")
    ends: datetime.datetime | None = found.get("EndDate")
    if reservation.starts and starts:
        yield judged(
            CHECK,
            "start",
            wanted=f"by {_told(reservation.starts)}",
            found=_told(starts),
            holds=_alike(starts, reservation.starts) <= reservation.starts,
            else_do=f"set starts to {_written(starts)}",
        )
    elif found["State"] == "scheduled" and starts:
        yield info(CHECK, "start", found=f"{_told(starts)}; no node starts before")
    if reservation.until and ends:
        yield judged(
            CHECK,
            "end",
            wanted=f"{_told(reservation.until)} or later",
            found=_told(ends),
            holds=_alike(ends, reservation.until) >= reservation.until,
            else_do=f"set until to {_written(ends)}; from 30 minutes before the end EC2 terminates what still runs",
        )


def _alike(moment: datetime.datetime, setting: Moment) -> Moment:
    """Where the setting is a day, the day in UTC: AWS's dates are moments."""
    return moment if isinstance(setting, datetime.datetime) else moment.astimezone(datetime.UTC).date()


def _told(moment: Moment) -> str:
    if isinstance(moment, datetime.datetime):
        return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"
    return moment.isoformat()


def _written(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
