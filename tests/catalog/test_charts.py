from __future__ import annotations

import datetime
import re

import pytest

from gpuplatform.catalog import charts
from gpuplatform.catalog.charts import Chart

CHARTS = [value for value in vars(charts).values() if isinstance(value, Chart)]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.name)
def test_a_chart_is_pinned_to_one_version_with_source_and_date(chart: Chart) -> None:
    assert re.fullmatch(r"v?\d+\.\d+\.\d+", chart.version), "a range would install something else tomorrow"
    assert chart.repository.startswith(("https://", charts.OCI))
    assert chart.source
    datetime.date.fromisoformat(chart.as_of)


def test_no_chart_has_two_rows() -> None:
    names = [chart.name for chart in CHARTS]
    assert len(names) == len(set(names)) >= 15


def test_kinds_and_controller_of_karpenter_have_one_version() -> None:
    assert charts.KARPENTER_CRD.version == charts.KARPENTER.version


@pytest.mark.parametrize(
    ("chart", "reference", "index"),
    [
        (charts.KUEUE, "oci://registry.k8s.io/kueue/charts/kueue", None),
        (charts.KEDA, "keda", "https://kedacore.github.io/charts"),
    ],
)
def test_a_registry_has_the_name_in_its_address_and_an_index_beside_it(
    chart: Chart, reference: str, index: str | None
) -> None:
    assert (chart.reference, chart.index) == (reference, index)


def test_autoscaler_image_is_of_the_minor_version_it_stands_for() -> None:
    for minor, tag in charts.CLUSTER_AUTOSCALER_TAGS.items():
        assert re.fullmatch(rf"v{re.escape(minor)}\.\d+", tag)
