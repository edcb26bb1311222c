"""Settings of training: who may use how much, and the jobs that the platform itself carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from stacks.settings.types import Name, Section


class TeamQuota(Section):
    """GPUs of each pool that a team owns, and what it may borrow."""

    gpus: dict[Name, int]
    """Pool → GPUs guaranteed."""
    borrow: int = Field(default=0, ge=0)
    """GPUs of other teams' unused share that it may take, of each pool."""


class TrainingJobSettings(Section):
    """A distributed job, admitted as a whole or not at all."""

    team: Name
    pool: Name
    nodes: int = Field(ge=1)
    gpus_per_node: int = Field(ge=1)
    image: str
    """With a digest or a fixed tag."""
    command: tuple[str, ...]
    checkpoint_minutes: float = Field(default=15, gt=0)
    """How often the job saves; what an interruption costs at most."""
    metrics_port: int | None = Field(default=None, ge=1024, le=65535)
    """Where the program tells of its checkpoints and steps (docs/training-metrics.md)."""
    suspended: bool = True
    """Created but not started; a platform's own job runs when somebody asks."""


class TrainingSettings(Section):
    """Queues by team over the pools, in Kueue's words."""

    teams: dict[Name, TeamQuota] = Field(default_factory=dict)
    jobs: dict[Name, TrainingJobSettings] = Field(default_factory=dict)
    topology_aware: bool = False
    """Kueue chooses the nodes of each pod: those of one job near one another, where EKS labels nodes by network layer."""
    namespace: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,40}$")] = "training"
