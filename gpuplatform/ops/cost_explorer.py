"""Whether Cost Explorer is open in the account: until somebody opens it, cost anomaly monitors are refused."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.kinds.costexplorer import ANOMALY_MONITOR
from gpuplatform.ops.account import Aws, Unanswered
from gpuplatform.ops.demand import AccountDemand
from gpuplatform.ops.results import Row, Verdict, unknown

CHECK = "cost explorer"
_OPENED = "open it once in the billing console, in a member account the management account's; it takes up to a day"


def rows(aws: Aws, demand: AccountDemand) -> Iterator[Row]:
    """One question, where the plan has a monitor. AWS answers AccessDenied for both: no right, and no Cost Explorer."""
    if ANOMALY_MONITOR not in demand.created:
        return
    wanted = "open, for cost anomaly monitors"
    try:
        with aws.asking("ce", aws.home) as ce:
            ce.get_anomaly_monitors(MaxResults=1)
    except Unanswered as why:
        yield unknown(CHECK, "account", wanted=wanted, found=why.reason, what_to_do=f"{why.remedy}; or {_OPENED}")
    else:
        yield Row(check=CHECK, subject="account", wanted=wanted, found="open", verdict=Verdict.OK)
