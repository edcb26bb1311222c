"""What a unit of use costs, as tables: an hour of a GPU in each pool, and a million requests or tokens of each model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gpuplatform.preview.billing.economics import Economics
from gpuplatform.preview.report import unit_costs
from gpuplatform.preview.report.html.findings import scrolled
from gpuplatform.preview.report.html.markup import Content, Markup, tag


def section(economics: Economics) -> Content:
    """None where there is neither a pool of GPUs nor a model."""
    pools, models = list(_pools(economics)), list(_models(economics))
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
            [("model", ""), ("runs on", ""), ("$ a million requests", "number"), ("$ a million tokens", "number")],
            models,
        ),
        tag("p", sentence, class_="muted") if sentence else None,
        class_="units",
    )


def _pools(economics: Economics) -> Iterable[Markup]:
    for pool, what, price, used in unit_costs.pools(economics):
        name = pool if used else tag("span", pool, class_="unseen")
        yield tag("tr", tag("th", name, scope="row"), tag("td", what), _figure(price), _figure(used))


def _models(economics: Economics) -> Iterable[Markup]:
    for model, runs_on, requests, tokens in unit_costs.models(economics):
        yield tag("tr", tag("th", model, scope="row"), tag("td", runs_on), _figure(requests), _figure(tokens))


def _figure(amount: str) -> Markup:
    return tag("td", amount, class_="number")


def _table(label: str, caption: str, columns: Sequence[tuple[str, str]], rows: Sequence[Markup]) -> Content:
    if not rows:
        return None
    head = tag("tr", *(tag("th", name, scope="col", class_=class_ or None) for name, class_ in columns))
    return scrolled(tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *rows)), label)
