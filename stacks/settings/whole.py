"""The sections together, as far as they parsed: what the rules across them look at."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.settings.cluster import ClusterSettings
from stacks.settings.data import DataSettings
from stacks.settings.expected import ExpectedSettings
from stacks.settings.governance import GovernanceSettings
from stacks.settings.network import NetworkSettings
from stacks.settings.owner import OwnerSettings
from stacks.settings.platform import PlatformSettings
from stacks.settings.serving import ServingSettings
from stacks.settings.training import TrainingSettings


@dataclass(frozen=True, kw_only=True)
class Sections:
    """The sections as far as they parsed."""

    environment: str
    region: str | None = None
    owner: OwnerSettings | None = None
    network: NetworkSettings | None = None
    data: DataSettings | None = None
    cluster: ClusterSettings | None = None
    platform: PlatformSettings | None = None
    training: TrainingSettings | None = None
    serving: ServingSettings | None = None
    governance: GovernanceSettings | None = None
    expected: ExpectedSettings | None = None


Problem = tuple[str, str]
"""A key path below `gpuplatform:` and a sentence."""
