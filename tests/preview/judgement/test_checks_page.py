"""The page of checks says what the checks say."""

from __future__ import annotations

from pathlib import Path

from gpuplatform.preview.judgement.checks_page import COMMAND, PAGE, page
from gpuplatform.preview.judgement.run import all_checks

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_up_to_date():
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), f"run `{COMMAND}`"


def test_every_check_has_one_row():
    rows = [line for line in page().splitlines() if line.startswith("| `")]

    assert sorted(row.split("`")[1] for row in rows) == [one.rule for one in all_checks()]
    assert all(row.count(" | ") == 2 and one_sentence(row) for row in rows)


def one_sentence(row: str) -> bool:
    return any(one.sentence in row for one in all_checks())


def test_a_check_says_what_it_cannot_do_without():
    assert "Needs the run with unknown outputs." in page()
