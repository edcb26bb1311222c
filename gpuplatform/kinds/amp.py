"""Amazon Managed Service for Prometheus."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind

SCRAPER: Final = "aws:amp/scraper:Scraper"
WORKSPACE: Final = "aws:amp/workspace:Workspace"

_FREE: Final = Free("part of the workspace, which is priced by its samples (aws.amazon.com/prometheus/pricing)")

KINDS: Final = (
    Kind(
        SCRAPER,
    ),
    Kind(WORKSPACE, api=Api(shapes=("amp.CreateWorkspaceRequest",))),
    Kind("aws:amp/alertManagerDefinition:AlertManagerDefinition", price=_FREE),
    Kind("aws:amp/ruleGroupNamespace:RuleGroupNamespace", price=_FREE),
    Kind("aws:amp/workspaceConfiguration:WorkspaceConfiguration", price=_FREE),
)
