from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.tags import CostTags
from gpuplatform.catalog import metrics
from k8s.boards import BOARDS, Boards, BoardsArgs
from k8s.boards.board import Board
from tests.conftest import Record
from tests.k8s.alert_rules.test_alert_rules import known_metrics
from tests.tools import program

EACH = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="platform", contact="ml@example.com")


@EACH
def test_every_metric_that_a_board_shows_is_exported(board: Board) -> None:
    asked = [*board.expressions(), *(re.sub(r"label_values\((.*), \w+\)", r"\1", v) for v in board.variables.values())]

    assert asked
    assert [n for expr in asked for n in metrics.named(expr) if not metrics.is_among(n, known_metrics())] == []


@EACH
def test_prometheus_takes_every_query(board: Board, tmp_path: Path) -> None:
    rules = [{"record": f"panel:{i}", "expr": expr} for i, expr in enumerate(board.expressions())]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    done = subprocess.run(
        [program("promtool"), "check", "rules", "--lint=none", "rules.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
def test_a_board_is_what_grafana_reads(board: Board) -> None:
    written: dict[str, Any] = json.loads(board.json())
    panels = [p for p in written["panels"] if p["type"] != "row"]

    assert (written["uid"], written["title"]) == (board.uid, board.title)
    assert [t["expr"] for p in panels for t in p["targets"]] == board.expressions()
    assert {p["datasource"]["uid"] for p in panels} == {"prometheus"}
    # Panels of a row lie side by side, and no two on one another.
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels]
    assert len(places) == len(set(places))
    assert all(p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in panels)


@EACH
def test_a_query_uses_the_variables_that_there_are(board: Board) -> None:
    used = {name for expr in board.expressions() for name in re.findall(r"\$(\w+)", expr)}

    assert used == set(board.variables)


def test_each_is_a_config_map_that_the_sidecar_finds(record_plan: Record) -> None:
    plan = record_plan(
        lambda: Boards(
            "boards", BoardsArgs(tags=TAGS, after=kubernetes.helm.v3.Release("monitoring", chart="monitoring"))
        )
    )
    maps = plan.all("kubernetes:core/v1:ConfigMap")

    assert {m.name for m in maps} == {"boards-gpus", "boards-training", "boards-serving", "boards-spend"}
    for each in maps:
        assert each.inputs["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert each.inputs["metadata"]["namespace"] == "monitoring"
        assert {urn.rsplit("::", 1)[-1] for urn in each.dependencies} == {"monitoring"}
