"""Whether Cost Explorer is open, which anomaly monitors need."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws
from gpuplatform.ops.cost_explorer import rows
from gpuplatform.ops.results import Verdict
from tests.ops.samples import wanting

MONITOR = wanting(created={"aws:costexplorer/anomalyMonitor:AnomalyMonitor": "team-0000000"})


@pytest.mark.parametrize(
    ("answer", "verdict"), [({"AnomalyMonitors": []}, Verdict.OK), ("AccessDeniedException", Verdict.UNKNOWN)]
)
def test_it_is_asked_once_where_the_plan_has_a_monitor(
    aws: Aws, answer: dict[str, Any] | str, verdict: Verdict
) -> None:
    with Stubber(aws.client("ce", aws.home)) as ce:
        if isinstance(answer, str):
            ce.add_client_error("get_anomaly_monitors", answer, expected_params={"MaxResults": 1})
        else:
            ce.add_response("get_anomaly_monitors", answer, {"MaxResults": 1})
        (row,) = rows(aws, MONITOR)
        ce.assert_no_pending_responses()

    assert row.verdict is verdict
    assert verdict is Verdict.OK or "open it once in the billing console" in row.what_to_do


def test_it_is_not_asked_where_nothing_needs_it(aws: Aws) -> None:
    with Stubber(aws.client("ce", aws.home)):
        assert list(rows(aws, wanting(created={}))) == []
