"""The architecture as inline SVG: every box a link to what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gpuplatform.plan.graph import waits_for
from gpuplatform.plan.model import STACK, Plan
from gpuplatform.preview.report.html.boxes import HEADER, LINE, SQUARE, SQUARES_A_ROW, Box, Mark, measure, place
from gpuplatform.preview.report.html.markup import Content, Markup, layer_class, tag
from gpuplatform.preview.report.html.scene import Scene

MARGIN: Final = 10
WIDE: Final = {"title": 7.4, "line": 6.1}
"""Room for one character, generously: fonts differ, and text that is cut says less than text with a gap after it."""


class Picture:
    """A plan, laid out. Boxes are numbered from 0, in the order in which they are drawn."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._scene = Scene(plan)
        measure(self._scene.root)
        place(self._scene.root, MARGIN, MARGIN, self._scene.root.width, self._scene.root.height)
        self._boxes = [box for box in self._scene.root.walk() if box.title]
        self._numbers = {id(box): n for n, box in enumerate(self._boxes)}

    @property
    def root(self) -> Box:
        return self._scene.root

    def number_of(self, urn: str) -> int | None:
        """Of the box that shows a resource."""
        box = self._scene.box_of(urn)
        return self._numbers.get(id(box)) if box else None

    def said_of(self, urn: str) -> str:
        """The words of a resource's own box; empty where it only is a part of what a box shows."""
        box = self._scene.box_of(urn)
        return " ".join([box.title, *box.lines]) if box and box.urn == urn else ""

    @property
    def boxes(self) -> list[Box]:
        """In the order of their numbers."""
        return self._boxes

    @property
    def interfaces(self) -> list[str]:
        """Kinds of network interfaces that are drawn."""
        return [kind for kind in ("ena", "efa") if any(getattr(box, kind) for box in self._boxes)]

    def links(self) -> list[tuple[int, int]]:
        """Tile → tile that it waits for. Frames are left out: all in a VPC waits for the VPC."""
        numbers = {r.urn: self.number_of(r.urn) for r in self._plan.resources}
        tiles = {urn: n for urn, n in numbers.items() if n is not None and not self._boxes[n].frame}
        return sorted(
            {
                (tiles[r.urn], tiles[wanted])
                for r in self._plan.resources
                for wanted in waits_for(r)
                if r.urn in tiles and wanted in tiles and tiles[wanted] != tiles[r.urn]
            }
        )

    def svg(self, numbers: Mapping[str, int]) -> Markup:
        """`numbers`: URN → the number of the resource's row, which a box opens."""
        root = self._scene.root
        drawn = [_box(n, box, numbers.get(box.urn)) for n, box in enumerate(self._boxes)]
        resources = sum(r.type != STACK for r in self._plan.resources)
        return tag(
            "svg",
            tag("title", f"Architecture of {self._plan.project} {self._plan.environment}", id="picture-title"),
            tag(
                "desc",
                f"Nested boxes: the region {root.title}; in it networks with their zones, subnets and nodes, the cluster with "
                f"what runs on it, and services without an address. {len(self._boxes)} boxes stand for {resources} resources. "
                "Each links to its resource.",
                id="picture-desc",
            ),
            tag("g", *drawn, id="boxes"),
            tag("g", id="links", aria_hidden="true"),
            id="svg",
            viewBox=f"0 0 {root.width + 2 * MARGIN:g} {root.height + 2 * MARGIN:g}",
            role="group",
            aria_labelledby="picture-title",
            aria_describedby="picture-desc",
            data_width=f"{root.width + 2 * MARGIN:g}",
            data_height=f"{root.height + 2 * MARGIN:g}",
        )


def _box(number: int, box: Box, row: int | None) -> Markup:
    said = ", ".join([box.title, *box.lines, *(mark.words for mark in box.marks)])
    content: list[Content] = [
        tag("title", said),
        tag(
            "rect",
            x=f"{box.x:g}",
            y=f"{box.y:g}",
            width=f"{box.width:g}",
            height=f"{box.height:g}",
            rx=8 if box.frame else 6,
        ),
        *(_frame_words(box) if box.frame else _tile_words(box)),
        *(_mark(mark, box, n) for n, mark in enumerate(box.marks)),
    ]
    classes = f"box {'frame' if box.frame else 'tile'}{f' {layer_class(box.layer)}' if box.layer else ''}"
    if row is None:
        return tag("g", *content, id=f"b{number}", class_=classes, data_box=number)
    return tag("a", *content, id=f"b{number}", class_=classes, data_box=number, href=f"#r{row}", data_row=row)


def _frame_words(box: Box) -> list[Content]:
    start = box.x + 14
    words: list[Content] = []
    if box.icon:
        words.append(_icon(box.icon, start, box.y + 9))
        start += 22
    words.append(_text("title", box.title, start, box.y + 21, _room(box, start)))
    words += [
        _text("line", line, start, box.y + HEADER + 6 + LINE * n, box.x + box.width - start)
        for n, line in enumerate(box.lines)
    ]
    return words


def _tile_words(box: Box) -> list[Content]:
    left = box.x + 12
    start = left + 22 if box.icon else left
    words: list[Content] = [
        tag("rect", class_="mark", x=f"{box.x:g}", y=f"{box.y + 6:g}", width=3, height=f"{box.height - 12:g}", rx=1.5),
        _icon(box.icon, left, box.y + 7) if box.icon else None,
        _text("title", box.title, start, box.y + 19, _room(box, start)),
    ]
    words += [
        _text("line", line, start, box.y + 36 + LINE * n, box.x + box.width - start) for n, line in enumerate(box.lines)
    ]
    return [*words, *_interfaces(box, start)]


def _mark(mark: Mark, box: Box, number: int) -> Markup:
    """A sign in the corner on the right, the next one on its left."""
    x, y = box.x + box.width - 24 - 22 * number, box.y + 7
    return tag(
        "g",
        tag("rect", x=f"{x:g}", y=f"{y:g}", width=18, height=18, rx=9),
        tag("text", mark.sign, x=f"{x + 9:g}", y=f"{y + 13.5:g}", text_anchor="middle"),
        class_=f"sign {mark.kind}",
    )


def _room(box: Box, start: float) -> float:
    """What the signs leave to a title."""
    return box.x + box.width - start - 22 * len(box.marks)


def _interfaces(box: Box, left: float) -> list[Markup]:
    """A little square for each network interface of a node, EFA after ENA: two paths, for there may be 33 on each of many tiles."""
    top = box.y + 26 + LINE * len(box.lines)
    squares = [
        f"M{left + n % SQUARES_A_ROW * SQUARE:g} {top + n // SQUARES_A_ROW * SQUARE:g}h8v8h-8z"
        for n in range(box.ena + box.efa)
    ]
    return [
        tag("path", class_=kind, d="".join(some))
        for kind, some in (("ena", squares[: box.ena]), ("efa", squares[box.ena :]))
        if some
    ]


def _icon(name: str, x: float, y: float) -> Markup:
    return tag("use", href=f"#icon-{name}", x=f"{x:g}", y=f"{y:g}", width=16, height=16)


def _text(class_: str, text: str, x: float, y: float, room: float) -> Markup:
    most = max(4, int((room - 8) / WIDE[class_]))
    shown = text if len(text) <= most else text[: most - 1].rstrip() + "…"
    return tag("text", shown, class_=class_, x=f"{x:g}", y=f"{y:g}")
