"""A board of Grafana from rows of panels, by Grafana's own SDK."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef

DATASOURCE = DataSourceRef(type_val="prometheus", uid="prometheus")
"""The one that the chart makes."""

WIDTH = 24
HEIGHT = 8


@dataclass(frozen=True, kw_only=True)
class Panel:
    title: str
    queries: Mapping[str, str]
    """Legend → PromQL."""
    unit: str = "short"
    """As Grafana calls it: `percentunit`, `s`, `bytes`, `currencyUSD`."""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Board:
    uid: str
    title: str
    rows: Mapping[str, Sequence[Panel]]
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name → PromQL's `label_values(…)`; a panel's query uses it as `$name`."""
    hours: int = 6
    """Shown at first."""

    def json(self) -> str:
        board = (
            dashboard.Dashboard(self.title)
            .uid(self.uid)
            .tags(["gpuplatform"])
            .time(f"now-{self.hours}h", "now")
            .refresh("1m")
            .readonly()
        )
        for name, query in self.variables.items():
            board.with_variable(
                dashboard.QueryVariable(name).datasource(DATASOURCE).query(query).multi(True).include_all(True)
            )
        for title, panels in self.rows.items():
            board.with_row(dashboard.Row(title))
            for panel in panels:
                board.with_panel(_panel(panel, WIDTH // len(panels)))
        return JSONEncoder(sort_keys=True).encode(board.build())

    def expressions(self) -> list[str]:
        return [query for panels in self.rows.values() for panel in panels for query in panel.queries.values()]


def _panel(panel: Panel, span: int) -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST)
    made = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.description)
        .unit(panel.unit)
        .min(0)
        .datasource(DATASOURCE)
        .legend(legend.placement(LegendPlacement.BOTTOM))
        .span(span)
        .height(HEIGHT)
    )
    for number, (name, query) in enumerate(panel.queries.items()):
        made.with_target(prometheus.Dataquery().expr(query).legend_format(name).ref_id(chr(ord("A") + number)))
    return made
