from __future__ import annotations

import pytest

from gpuplatform.catalog import metrics


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("up", ["up"]),
        ('sum by (node, gpu) (rate(a_total{job="x", y=~"b(c)"}[5m])) > 0.5e3', ["a_total"]),
        ("a and on (b) c unless ignoring (d) e or f", ["a", "c", "e", "f"]),
        ("a * on (b) group_left (c) d", ["a", "d"]),
        ("histogram_quantile(0.95, sum by (le) (rate(vllm:x_bucket[10m] offset 5m)))", ["vllm:x_bucket"]),
        ('label_replace(a, "to", "$1", "from", "(.*)") + bool_metric > bool a', ["a", "bool_metric"]),
        ("max_over_time(a[1h:5m]) # b", ["a"]),
        ("vector(1)", []),
        ("count(a) by (b)", ["a"]),
    ],
)
def test_an_expression_names_its_metrics(expression: str, named: list[str]) -> None:
    assert list(metrics.named(expression)) == named


def test_a_histograms_series_are_its_own() -> None:
    known = metrics.names("vllm")

    assert metrics.is_among("vllm:time_to_first_token_seconds_bucket", known)
    assert not metrics.is_among("vllm:time_per_output_token_seconds_bucket", known)


def test_lists_say_where_they_were_read() -> None:
    for file in metrics.FOLDER.glob("*.txt"):
        first, *names = file.read_text(encoding="utf-8").splitlines()
        assert first.startswith("# "), file
        assert names == list(dict.fromkeys(names)), file


def test_whole_lists_hold_nothing_that_does_not_begin_as_they_do() -> None:
    for prefix, (exporter, _) in metrics.WHOLE.items():
        assert [name for name in metrics.names(exporter) if not name.startswith(prefix)] == []
