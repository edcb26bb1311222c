"""Boxes in boxes: how much room each needs, and where it is placed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from math import ceil
from typing import Final, Literal

GAP: Final = 12
PADDING: Final = 10
HEADER: Final = 32
EDGE: Final = 14
TITLE: Final = 18
LINE: Final = 16
TILE: Final = 214
SQUARE: Final = 10
"""Pitch of the little squares that stand for network interfaces."""
SQUARES_A_ROW: Final = 17


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign in a box's corner: something is wrong in it, or something of it differs from an older plan."""

    kind: str
    """`error`, `warning`, `info`, `replaced`, `added`, `changed`: the style sheet colours it."""
    sign: str
    words: str
    """What it means, for those who hear it or point at it."""


@dataclass(kw_only=True, slots=True)
class Box:
    """A frame around other boxes, or a tile that says something. Lengths are the picture's own units, about a pixel each."""

    title: str
    lines: Sequence[str] = ()
    urn: str = ""
    """What opens when it is chosen."""
    stands_for: tuple[str, ...] = ()
    """URNs that it shows beside its own, with all their parts."""
    layer: str = ""
    icon: str = ""
    flow: Literal["row", "column", "grid"] = "row"
    columns: int = 1
    inside: list[Box] = field(default_factory=list["Box"])
    frame: bool = False
    ena: int = 0
    efa: int = 0
    marks: tuple[Mark, ...] = ()
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    def walk(self) -> Iterator[Box]:
        """This box and all inside it, outer ones first."""
        yield self
        for box in self.inside:
            yield from box.walk()

    @property
    def top(self) -> float:
        """What its own words take, above what is inside; a frame without a title is not seen."""
        return HEADER + LINE * len(self.lines) if self.title else 0

    @property
    def padding(self) -> float:
        return PADDING if self.title else 0

    @property
    def interface_rows(self) -> int:
        return ceil((self.ena + self.efa) / SQUARES_A_ROW)


def measure(box: Box) -> None:
    """Set the least width and height of a box and of everything inside it."""
    for inner in box.inside:
        measure(inner)
    if not box.frame:
        box.width = max(box.width, TILE)
        box.height = max(box.height, EDGE + TITLE + LINE * len(box.lines) + SQUARE * box.interface_rows)
        return
    if box.flow == "row":
        _level(box.inside)
    rows = list(_rows(box))
    wide = max((sum(b.width for b in row) + GAP * (len(row) - 1) for row in rows), default=0)
    if box.flow == "grid":
        widest = max((b.width for b in box.inside), default=0)
        wide = box.columns * (widest + GAP) - GAP
    high = sum(max(b.height for b in row) + GAP for row in rows) - (GAP if rows else 0)
    box.width = max(box.width, wide + 2 * box.padding, TILE)
    box.height = max(box.height, box.top + high + (box.padding if rows else 0))


def place(box: Box, x: float, y: float, width: float, height: float) -> None:
    """Put a box there; what is inside fills the width, and the last of a column the height."""
    box.x, box.y, box.width, box.height = x, y, width, height
    rows = list(_rows(box))
    room = width - 2 * box.padding
    down = y + box.top
    for n, row in enumerate(rows):
        last = n == len(rows) - 1
        high = y + height - box.padding - down if last and box.flow != "grid" else max(b.height for b in row)
        count = box.columns if box.flow == "grid" else len(row)
        spare = room - GAP * (count - 1) - sum(b.width for b in row)
        even = (room - GAP * (count - 1)) / count
        across = x + box.padding
        for inner in row:
            wide = even if box.flow != "row" else inner.width + spare / count
            place(inner, across, down, wide, high)
            across += wide + GAP
        down += high + GAP


def _rows(box: Box) -> Iterator[list[Box]]:
    each = {"row": len(box.inside), "column": 1, "grid": box.columns}[box.flow]
    for start in range(0, len(box.inside), max(each, 1)):
        yield box.inside[start : start + each]


def _level(beside: list[Box]) -> None:
    """Make the first box in each of several columns equally high, and the second, so that they stand in line."""
    columns = [box.inside[:-1] for box in beside if box.frame and box.flow == "column"]
    for level in zip_longest(*columns):
        height = max(b.height for b in level if b)
        for box in level:
            if box:
                box.height = height
    for box in beside:
        if box.frame and box.flow == "column":
            measure(box)
