"""Settings of cost and operation: budgets, alerts, sleep."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from stacks.sections.types import Clock, Email, Name, Section


class Days(StrEnum):
    WORKDAYS = "mon-fri"
    DAILY = "mon-sun"


class Awake(Section):
    """When the environment runs; outside these hours it sleeps."""

    days: Days = Days.WORKDAYS
    start: Clock
    stop: Clock
    zone: str = "UTC"
    """IANA time zone, such as Europe/Berlin."""

    @model_validator(mode="after")
    def _starts_before_it_stops(self) -> Awake:
        if self.start >= self.stop:
            raise ValueError(f"start {self.start} is not before stop {self.stop}; a day is awake once")
        return self


class Budgets(Section):
    """Dollars a month at which people are told."""

    environment: float = Field(gt=0)
    teams: dict[Name, float] = Field(default_factory=dict)
    alert_at: tuple[int, ...] = (80, 100)
    """Percent of the budget, actual and forecast."""


class GovernanceSettings(Section):
    """Who is told what, when it sleeps, and what it may cost."""

    alert_emails: tuple[Email, ...] = Field(min_length=1)
    budgets: Budgets
    awake: Awake | None = None
    """Always awake where none is given."""
    anomaly_dollars: float = Field(default=100, gt=0)
    """Unusual spend a day of one team that is worth a message."""
    activate_cost_tags: bool = False
    """Second phase: a tag can be activated only after it appeared in billing data, about a day after the first `pulumi up`."""
