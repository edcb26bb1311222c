"""Settings of training: who may use how much, and the jobs that the platform itself carries."""

from __future__ import annotations

from pydantic import Field

from stacks.settings.types import Arn, Name, Section


class TeamSettings(Section):
    """A team: the GPUs of each pool that it owns, what it may borrow, and who it is."""

    gpus: dict[Name, int]
    """Pool → GPUs guaranteed."""
    borrow: int = Field(default=0, ge=0)
    """GPUs of other teams' unused share that it may take, of each pool."""
    members: tuple[Arn, ...] = ()
    """IAM roles or users that submit, see and delete the team's jobs, and nobody else's. Of IAM Identity Center: the role's ARN, without
    the path aws-reserved/sso.amazonaws.com/REGION/."""


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

    teams: dict[Name, TeamSettings] = Field(default_factory=dict)
    jobs: dict[Name, TrainingJobSettings] = Field(default_factory=dict)
    topology_aware: bool = False
    """Kueue chooses the nodes of each pod: those of one job near one another, where EKS labels nodes by network layer."""
