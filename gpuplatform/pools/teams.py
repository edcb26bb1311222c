"""How a team is called on the cluster, and the words in which its namespace's rules are written: what the program writes and the preview
reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

JOB_KINDS: Final[Mapping[str, Sequence[str]]] = {
    "batch": ("jobs",),
    "jobset.x-k8s.io": ("jobsets",),
    "trainer.kubeflow.org": ("trainjobs",),
    "leaderworkerset.x-k8s.io": ("leaderworkersets",),
    "ray.io": ("rayjobs",),
}
"""What teams submit, by API group."""

ACCOUNT: Final = "account"
"""Key of the service account in a team's parameters."""
QUEUE: Final = "queue"
"""Key of the LocalQueue."""
CLAIM: Final = "claim"
"""Key of the volume claim whose folders are ruled."""
WRITE: Final = "write"
"""Key of the one folder that may be mounted for writing."""
READ_PREFIX: Final = "read."
"""Before the name of each folder that may be mounted read-only."""


def namespace_name(team: str) -> str:
    """Of the team's namespace, and of the group that the cluster knows its people by."""
    return f"team-{team}"


def parameters(team: str, claim: str, folder: str | None, readable: Iterable[str]) -> dict[str, str]:
    """What the rules compare a team's jobs and pods with. Account and queue bear the team's name."""
    write = {WRITE: folder} if folder is not None else {}
    return {ACCOUNT: team, QUEUE: team, CLAIM: claim, **write, **{READ_PREFIX + one: "" for one in readable}}
