"""Bars as inline SVG. The table beside a chart says the same in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gpuplatform.plan.wording import money
from gpuplatform.preview.report.html.markup import Markup, layer_class, tag

LABEL: Final = 112
BAR: Final = 300
FIGURE: Final = 108
THICK: Final = 9
ROW: Final = 3 * (THICK + 2) + 14


def bars(title: str, id_: str, groups: Mapping[str, Mapping[str, float]], states: Sequence[tuple[str, str]]) -> Markup:
    """For each group a bar for each state (key and word), on one scale from zero."""
    most = max((groups[g][key] for g in groups for key, _ in states), default=0.0) or 1.0
    width, height = LABEL + BAR + FIGURE, ROW * len(groups) + 6
    words = "; ".join(f"{g}: {', '.join(f'{word} {money(groups[g][key])}' for key, word in states)}" for g in groups)
    return tag(
        "svg",
        tag("title", title, id=f"{id_}-title"),
        tag("desc", f"Dollars a month. {words}.", id=f"{id_}-desc"),
        *(_group(n, name, groups[name], states, most) for n, name in enumerate(groups)),
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"{id_}-title",
        aria_describedby=f"{id_}-desc",
        class_="bars",
    )


def _group(
    number: int, name: str, amounts: Mapping[str, float], states: Sequence[tuple[str, str]], most: float
) -> Markup:
    top = number * ROW + 6
    label = name if len(name) <= 15 else name[:14] + "…"
    return tag(
        "g",
        tag("text", label, x=LABEL - 10, y=top + ROW / 2 - 3, class_="label", text_anchor="end"),
        *(
            part
            for n, (key, word) in enumerate(states)
            for part in (
                tag(
                    "rect",
                    tag("title", f"{name}, {word}: {money(amounts[key])} $ a month"),
                    x=LABEL,
                    y=top + n * (THICK + 2),
                    width=f"{_length(amounts[key], most):.1f}",
                    height=THICK,
                    rx=2,
                    class_=f"state{n}",
                ),
                tag(
                    "text",
                    money(amounts[key]),
                    x=f"{LABEL + _length(amounts[key], most) + 6:.1f}",
                    y=top + n * (THICK + 2) + THICK - 1,
                    class_="figure",
                ),
            )
        ),
        class_=layer_class(name),
    )


def _length(amount: float, most: float) -> float:
    """To scale, but so that what is more than nothing is seen."""
    return max(amount / most * BAR, 0.7) if amount > 0 else 0
