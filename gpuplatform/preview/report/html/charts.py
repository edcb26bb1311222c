"""Bars as inline SVG. The table beside a chart says the same in figures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.plan.wording import money
from gpuplatform.preview.billing.lines import State, Totals
from gpuplatform.preview.report.html.markup import Markup, layer_class, tag

MONTHLY: Final = (State.ASLEEP, State.IDLE, State.EXPECTED)
LABEL: Final = 112
BAR: Final = 300
FIGURE: Final = 108
THICK: Final = 9
ROW: Final = 3 * (THICK + 2) + 14


def bars(title: str, id_: str, groups: Mapping[str, Totals]) -> Markup:
    """For each group a bar for each monthly state, on one scale from zero."""
    most = max((state.of(sums) for sums in groups.values() for state in MONTHLY), default=Decimal(0)) or Decimal(1)
    width, height = LABEL + BAR + FIGURE, ROW * len(groups) + 6
    words = "; ".join(f"{name}: {_in_words(sums)}" for name, sums in groups.items())
    return tag(
        "svg",
        tag("title", title, id=f"{id_}-title"),
        tag("desc", f"Dollars a month. {words}.", id=f"{id_}-desc"),
        *(_group(n, name, groups[name], most) for n, name in enumerate(groups)),
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"{id_}-title",
        aria_describedby=f"{id_}-desc",
        class_="bars",
    )


def _in_words(sums: Totals) -> str:
    return ", ".join(f"{state.word} {money(state.of(sums))}" for state in MONTHLY)


def _group(number: int, name: str, sums: Totals, most: Decimal) -> Markup:
    top = number * ROW + 6
    label = name if len(name) <= 15 else name[:14] + "…"
    return tag(
        "g",
        tag("text", label, x=LABEL - 10, y=top + ROW / 2 - 3, class_="label", text_anchor="end"),
        *(
            part
            for n, state in enumerate(MONTHLY)
            for part in (
                tag(
                    "rect",
                    tag("title", f"{name}, {state.word}: {money(state.of(sums))} $ a month"),
                    x=LABEL,
                    y=top + n * (THICK + 2),
                    width=f"{_length(state.of(sums), most):.1f}",
                    height=THICK,
                    rx=2,
                    class_=f"state{n}",
                ),
                tag(
                    "text",
                    money(state.of(sums)),
                    x=f"{LABEL + _length(state.of(sums), most) + 6:.1f}",
                    y=top + n * (THICK + 2) + THICK - 1,
                    class_="figure",
                ),
            )
        ),
        class_=layer_class(name),
    )


def _length(amount: Decimal, most: Decimal) -> float:
    """To scale, but so that what is more than nothing is seen."""
    return max(float(amount / most) * BAR, 0.7) if amount > 0 else 0
