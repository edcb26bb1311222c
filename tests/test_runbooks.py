"""Every runbook that the program names exists, says what to look at and what to do, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gpuplatform.catalog import charts

ROOT = Path(__file__).resolve().parent.parent
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))


def test_every_runbook_named_in_the_program_exists() -> None:
    program = [p for folder in ("components", "k8s", "stacks") for p in (ROOT / folder).rglob("*.py")]
    named = {n for path in program for n in re.findall(r"docs/runbooks/[\w-]+\.md", path.read_text(encoding="utf-8"))}

    assert named, "the program has alarms"
    assert [n for n in sorted(named) if not (ROOT / n).is_file()] == []


@pytest.mark.parametrize("page", [*RUNBOOKS, ROOT / "docs" / "upgrades.md"], ids=lambda p: p.name)
def test_links_between_runbooks_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).is_file()] == []


def test_every_page_is_reached_from_the_first() -> None:
    first = (ROOT / "docs" / "runbooks" / "README.md").read_text(encoding="utf-8")

    assert [p.name for p in RUNBOOKS if p.name != "README.md" and f"({p.name})" not in first] == []


def test_how_kinds_are_upgraded_names_each_chart_as_it_is_installed() -> None:
    page = (ROOT / "docs" / "runbooks" / "chart-kinds.md").read_text(encoding="utf-8")

    for chart in (c for c in vars(charts).values() if isinstance(c, charts.Chart) and c.kinds_in_folder):
        repository = f" --repo {chart.index}" if chart.index else ""
        assert f"helm show crds {chart.reference}{repository} --version VERSION" in page
