"""Hours of capacity that begins and ends, and who runs what is expected."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuplatform.sizing.blocks import HOURS, LENGTHS, Window, allocation, days, window

NOW = datetime.datetime(2026, 12, 1, 11, 30, tzinfo=datetime.UTC)


def day(number: int, month: int = 12) -> datetime.datetime:
    return datetime.datetime(2026, month, number, 11, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("starts", "until", "begins", "hours"),
    [
        (None, None, 0, 730),
        (None, day(20), 0, 456),
        (day(10), day(20), 216, 240),
        (day(10, 11), day(3), 0, 48),
        (None, day(20, 11), 0, 0),
        (day(31), None, 720, 10),
    ],
)
def test_hours_are_those_of_the_coming_month(
    starts: datetime.datetime | None, until: datetime.datetime | None, begins: int, hours: int
) -> None:
    found = window(starts, until, NOW)

    assert (found.begins, found.hours) == (begins, hours)


def test_a_block_that_starts_at_once_is_some_hours_shorter_than_its_days() -> None:
    assert days(datetime.datetime(2026, 12, 1, 15, 2, tzinfo=datetime.UTC), day(4)) == 3
    assert days(day(1), day(15)) == 14
    assert {1, 14, 21, 182} <= set(LENGTHS)
    assert not {0, 15, 20, 189} & set(LENGTHS)


def nodes(*numbers: int) -> list[Decimal]:
    return [Decimal(n) for n in numbers]


@pytest.mark.parametrize(
    ("running", "hours", "most", "windows", "found"),
    [
        (4, 300, (4, 4), (Window(), Window()), (1200, 0)),
        (6, 100, (4, 4), (Window(), Window()), (400, 200)),
        (4, 300, (4, 4), (Window(ends=Decimal(456)), Window()), (1200, 0)),
        (4, 600, (4, 4), (Window(ends=Decimal(456)), Window()), (1824, 576)),
        (4, 600, (4, 4), (Window(Decimal(100), Decimal(340)), Window()), (960, 1440)),
        (4, 730, (4,), (Window(ends=Decimal(240)),), (960,)),
        (4, 200, (4, 4), (Window(ends=Decimal(0)), Window()), (0, 800)),
    ],
    ids=["first", "both", "within the block", "what follows it", "around it", "nobody follows", "ended"],
)
def test_what_is_expected_runs_in_the_block_first_and_then_in_what_follows(
    running: int, hours: int, most: tuple[int, ...], windows: tuple[Window, ...], found: tuple[int, ...]
) -> None:
    assert allocation(Decimal(running), Decimal(hours), nodes(*most), windows) == nodes(*found)


@given(st.integers(0, 16), st.integers(0, 730), st.lists(st.integers(0, 8), min_size=1, max_size=4), st.data())
def test_nobody_runs_more_than_is_expected_or_than_there_is(
    running: int, hours: int, most: list[int], data: st.DataObject
) -> None:
    ends = [data.draw(st.integers(0, 730)) for _ in most]
    windows = [Window(ends=Decimal(end)) for end in ends]
    found = allocation(Decimal(running), Decimal(hours), nodes(*most), windows)

    assert sum(found) <= running * hours
    assert all(f <= m * w.hours for f, m, w in zip(found, most, windows, strict=True))
    if all(w.hours == HOURS for w in windows):
        assert sum(found) == min(running, sum(most)) * hours
