"""What a unit of use costs, as tables: an hour of a GPU in each pool, and a million requests or tokens of each model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gpuplatform.preview.html.faults import scrolled
from gpuplatform.preview.html.markup import Content, Markup, tag
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import Json
from gpuplatform.preview.sums import money


def section(economics: Json) -> Content:
    """As `Economics.to_json` writes it; nothing where neither a pool of GPUs nor a model's throughput is declared."""
    found = mapping(economics)
    pools, models = list(_pools(found)), list(_models(found))
    if not (pools or models):
        return None
    return tag(
        "div",
        tag("h3", "What a unit of use costs"),
        _table(
            "GPU-hours",
            "An hour of one GPU; made use of, it costs more where capacity is paid and not used",
            [("pool", ""), ("bought as", ""), ("$ a GPU-hour", "number"), ("$ made use of", "number")],
            pools,
        ),
        _table(
            "Models",
            "A busy replica or instance at its declared throughput",
            [("model", ""), ("runs on", ""), ("$ a million requests", "number"), ("$ a million tokens", "number")],
            models,
        ),
        class_="units",
    )


def _pools(found: Mapping[str, Json]) -> Iterable[Markup]:
    useful = {
        str(p.get("pool")): p.get("dollars_per_useful_gpu_hour") for p in map(mapping, listing(found.get("pools")))
    }
    seen: set[str] = set()
    for hour in map(mapping, listing(found.get("gpu_hours"))):
        pool = str(hour.get("pool"))
        told = {"pool": pool, "useful": _dollars(useful.get(pool))} if pool not in seen else {"pool": "", "useful": ""}
        seen.add(pool)
        yield tag(
            "tr",
            tag("th", told["pool"] or tag("span", pool, class_="unseen"), scope="row"),
            tag("td", str(hour.get("what", ""))),
            tag("td", _dollars(hour.get("dollars")), class_="number"),
            tag("td", told["useful"], class_="number"),
        )


def _models(found: Mapping[str, Json]) -> Iterable[Markup]:
    for model in map(mapping, listing(found.get("models"))):
        yield tag(
            "tr",
            tag("th", str(model.get("model", "")), scope="row"),
            tag("td", str(model.get("runs_on", ""))),
            *(
                tag("td", _dollars(model.get(f"dollars_per_million_{unit}")), class_="number")
                for unit in ("requests", "tokens")
            ),
        )


def _table(label: str, caption: str, columns: Sequence[tuple[str, str]], rows: Sequence[Markup]) -> Content:
    if not rows:
        return None
    head = tag("tr", *(tag("th", name, scope="col", class_=class_ or None) for name, class_ in columns))
    return scrolled(tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *rows)), label)


def _dollars(amount: Json) -> str:
    return "–" if amount is None else money(amount)
