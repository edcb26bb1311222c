"""Tiles in frames, and frames in rows."""

from __future__ import annotations

from typing import Final

from gpuplatform.preview.report.html.boxes import Box, measure

MOST: Final = 60
"""Tiles of one group; more are counted, for a picture of a thousand tiles says nothing."""


def group(title: str, boxes: list[Box], columns: int, layer: str = "", gathered: Box | None = None) -> Box:
    """A frame around tiles; the taller ones first, so that rows are even."""
    shown = sorted(boxes, key=lambda b: -len(b.lines))
    if len(shown) > MOST:
        hidden = tuple(urn for box in shown[MOST:] for urn in (box.urn, *box.stands_for))
        more = Box(title=f"and {len(shown) - MOST} more", lines=["listed below"], stands_for=hidden, layer=layer)
        shown = [*shown[:MOST], more]
        columns = max(columns, 6)
    if gathered:
        shown.append(gathered)
    return Box(
        title=title, layer=layer, frame=True, flow="grid", columns=max(1, min(columns, len(shown))), inside=shown
    )


def rows_of(groups: list[Box], wide: int = 4) -> list[Box]:
    """Rows of groups side by side: a small group has one column of tiles, a large one more; the last of a row takes what is left."""
    rows: list[list[Box]] = []
    for one in groups:
        one.columns = min(one.columns, 1 if len(one.inside) <= 3 else wide)
        if not rows or sum(box.columns for box in rows[-1]) + one.columns > wide:
            rows.append([])
        rows[-1].append(one)
    for row in rows:
        spare = wide - sum(box.columns for box in row)
        row[-1].columns = max(1, min(row[-1].columns + spare, len(row[-1].inside)))
    return [Box(title="", frame=True, inside=row) for row in rows]


def shortest(columns: list[list[Box]]) -> list[Box]:
    """The column with the most room left."""
    for box in (box for column in columns for box in column):
        measure(box)
    return min(columns, key=lambda column: sum(box.height for box in column))
