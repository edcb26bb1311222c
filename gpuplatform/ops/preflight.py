"""Everything that an account can be asked before an environment is created in it. Reads only."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gpuplatform.ops import cost_explorer, images, offerings, permissions, purchases, quotas, reservations, spot
from gpuplatform.ops.account import Aws, Caller, caller, elsewhere, region_row
from gpuplatform.ops.demand import AccountDemand
from gpuplatform.ops.results import Row, Verdict, info


@dataclass(frozen=True, kw_only=True)
class Report:
    environment: str
    region: str
    caller: Caller
    rows: tuple[Row, ...]

    @property
    def fails(self) -> bool:
        return any(row.verdict is Verdict.FAIL for row in self.rows)

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "region": self.region,
            "account": self.caller.account,
            "caller": self.caller.arn,
            "verdicts": {verdict.value: self.count(verdict) for verdict in Verdict},
            "rows": [row.to_json() for row in self.rows],
        }


def preflight(
    aws: Aws, demand: AccountDemand, now: datetime.datetime, step: Callable[[str], None] = lambda _: None
) -> Report:
    """Every check in turn; `step` is told what begins. Raises CallError where nobody may ask, or not there."""
    step("asking AWS who you are")
    who = caller(aws, demand.accounts, f"Pulumi.{demand.environment}.yaml")
    region = region_row(aws)
    rows = [*_elsewhere_rows(), _account_row(demand, who), region]
    if region.verdict is not Verdict.FAIL:
        checks: Mapping[str, Callable[[], Iterable[Row]]] = {
            "zones": lambda: offerings.zone_rows(aws, demand),
            "offerings": lambda: offerings.rows(aws, demand),
            "quotas": lambda: quotas.rows(aws, demand),
            "reservations": lambda: reservations.rows(aws, demand),
            "capacity blocks on sale": lambda: purchases.rows(aws, demand, now.date()),
            "machine images": lambda: images.rows(aws, demand),
            "spot capacity": lambda: spot.rows(aws, demand, now),
            "Cost Explorer": lambda: cost_explorer.rows(aws, demand),
            "permissions": lambda: permissions.rows(aws, demand, who),
        }
        for what, check in checks.items():
            step(f"asking AWS for {what}")
            rows += check()
    return Report(environment=demand.environment, region=demand.region, caller=who, rows=tuple(rows))


def _elsewhere_rows() -> list[Row]:
    other = elsewhere()
    return (
        [info("endpoint", other, wanted="AWS itself", found="AWS_ENDPOINT_URL: what follows is not AWS's word")]
        if other
        else []
    )


def _account_row(demand: AccountDemand, who: Caller) -> Row:
    accepted = demand.accounts
    return Row(
        check="account",
        subject=who.arn,
        wanted=" or ".join(accepted) if accepted else "aws:allowedAccountIds names none",
        found=who.account,
        verdict=Verdict.OK if accepted else Verdict.INFO,
    )
