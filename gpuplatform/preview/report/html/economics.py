"""What a unit of use costs, as tables: an hour of a GPU in each pool, and a million requests or tokens of each model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gpuplatform.preview.billing.bill import Bill
from gpuplatform.preview.billing.economics import Economics
from gpuplatform.preview.report import team_costs, unit_costs
from gpuplatform.preview.report.html.findings import scrolled
from gpuplatform.preview.report.html.markup import Content, Markup, join, tag


def section(bill: Bill) -> Content:
    """None where there is neither a pool of GPUs nor a model."""
    economics, volumes = bill.economics, bill.volume_costs
    pools, models = list(_pools(economics)), [_model(row) for row in unit_costs.models(economics, volumes)]
    sentence = unit_costs.without_throughput(economics)
    if not (pools or models or sentence):
        return None
    return tag(
        "div",
        tag("h3", "What a unit of use costs"),
        _table(
            "GPU-hours",
            "What an hour of one GPU costs, and what a used one costs: more where capacity is paid and not used",
            [("pool", ""), ("bought as", ""), ("$ a GPU-hour", "number"), ("effective $ per used GPU-hour", "number")],
            pools,
        ),
        _table(
            "Models",
            "A busy replica or instance at its declared throughput",
            [("model", ""), ("runs on", ""), *((head, "number") for head in unit_costs.model_heads(volumes))],
            models,
        ),
        tag("p", told, class_="muted") if (told := unit_costs.volumes(volumes)) else None,
        tag("p", sentence, class_="muted") if sentence else None,
        _sentences(team_costs.break_evens(bill)),
        class_="units",
    )


def teams(bill: Bill) -> Content:
    """What each team's amount is made of. None where nobody pays anything."""
    rows = [
        tag("tr", tag("th", team, scope="row"), *(_figure(amount) for amount in amounts))
        for team, *amounts in team_costs.teams(bill)
    ]
    heads = [(head, "number" if place else "") for place, head in enumerate(team_costs.TEAM_HEADS)]
    table = _table("Parts of each team's month", "What each team pays in the expected month, in dollars", heads, rows)
    return tag("div", table, _sentences(team_costs.team_notes(bill)), class_="teams") if rows else None


def _sentences(sentences: Sequence[str]) -> Content:
    """The first says what the others are."""
    if not sentences:
        return None
    return join(
        [tag("p", sentences[0], class_="muted"), tag("ul", *(tag("li", sentence) for sentence in sentences[1:]))]
    )


def _pools(economics: Economics) -> Iterable[Markup]:
    for pool, what, price, used in unit_costs.pools(economics):
        name = pool if used else tag("span", pool, class_="unseen")
        yield tag("tr", tag("th", name, scope="row"), tag("td", what), _figure(price), _figure(used))


def _model(row: Sequence[str]) -> Markup:
    model, runs_on, *figures = row
    return tag("tr", tag("th", model, scope="row"), tag("td", runs_on), *map(_figure, figures))


def _figure(amount: str) -> Markup:
    return tag("td", amount, class_="number")


def _table(label: str, caption: str, columns: Sequence[tuple[str, str]], rows: Sequence[Markup]) -> Content:
    if not rows:
        return None
    head = tag("tr", *(tag("th", name, scope="col", class_=class_ or None) for name, class_ in columns))
    return scrolled(tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *rows)), label)
