"""Amazon Managed Service for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind
from gpuplatform.kinds.pricing.charge import Entry, shared, steady, tiers, used
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

SCRAPER: Final = "aws:amp/scraper:Scraper"
WORKSPACE: Final = "aws:amp/workspace:Workspace"

_FREE: Final = Free("part of the workspace, which is priced by its samples (aws.amazon.com/prometheus/pricing)")

SAMPLES: Final = (("samples", 0), ("samples-above-2-b", 2 * 10**9), ("samples-above-252-b", 252 * 10**9))
"""Row, and the samples of a month above which it is the price (aws.amazon.com/prometheus/pricing)."""


def workspace(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Samples taken in, cheaper above 2 and above 252 billion a month; what is kept; what is queried."""
    among = context.count(WORKSPACE)
    total = context.usage("metric_samples").amount
    for key, above, inside in tiers(Decimal(0), total, SAMPLES):
        what = f"samples taken in{f' above {above // 10**9} billion' if above else ''}"
        yield used(context, what, "prometheus", key, inside / among, assumes="metric_samples")
    for what, key, usage in (
        ("metrics kept", "storage", "metric_gb"),
        ("samples queried", "queries", "metric_query_samples"),
    ):
        yield shared(context, what, "prometheus", key, usage, among)


def scraper(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """AWS's own collector: by the hour, and by what it collects."""
    yield steady(context, "collector", "prometheus", "collector")
    among = context.count(SCRAPER)
    yield shared(context, "samples collected", "prometheus", "collector-samples", "metric_samples", among)


KINDS: Final = (
    Kind(
        SCRAPER,
        price=scraper,
    ),
    Kind(WORKSPACE, price=workspace, api=Api(shapes=("amp.CreateWorkspaceRequest",))),
    Kind("aws:amp/alertManagerDefinition:AlertManagerDefinition", price=_FREE),
    Kind("aws:amp/ruleGroupNamespace:RuleGroupNamespace", price=_FREE),
    Kind("aws:amp/workspaceConfiguration:WorkspaceConfiguration", price=_FREE),
)
