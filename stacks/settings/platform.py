"""Settings of what every workload on the cluster relies on."""

from __future__ import annotations

from pydantic import Field

from stacks.settings.types import Section


class MonitoringSettings(Section):
    """Prometheus, its dashboards and the GPU metrics."""

    retention_days: int = Field(default=15, ge=1)
    storage_gib: int | None = Field(default=50, ge=5)
    """Volume of Prometheus, gp3; with null, metrics lie on the node and go with it."""
    dashboards: bool = True
    """Grafana."""


class PlatformSettings(Section):
    """Operators on the cluster."""

    replicas: int = Field(default=2, ge=1, le=3)
    """Of each controller that elects a leader."""
    monitoring: MonitoringSettings = MonitoringSettings()
