"""The diagnostic that a GPU node passes before it takes work, and the taints that say how far it is.

Sources: kubernetes/autoscaler, cluster-autoscaler/FAQ.md, "How does Cluster Autoscaler treat nodes with status/startup/ignore
taints?", and utils/taints/taints.go, both of release 1.35, read 2026-11-22. Keys of its own prefixes would need no flag, but are below
`kubernetes.io/`, which EKS keeps to itself in node groups (alphagov/govuk-infrastructure#1264; of labels, aws/containers-roadmap#1451).
"""

from __future__ import annotations

from typing import Final, Literal

Level = Literal[1, 2]
"""Of `dcgmi diag -r`. Levels 3 and 4 are for people: they last a quarter of an hour and longer (NVIDIA, "dcgmi diag"), and after a
quarter of an hour Cluster Autoscaler counts a node that is not ready as broken (flag max-node-startup-time)."""

MINUTES: Final[dict[Level, float]] = {1: 0.5, 2: 2}
"""How long a level lasts. NVIDIA: level 1 "seconds", level 2 "approximately two minutes" (DCGM documentation, "dcgmi diag", of
DCGM 4.6, read 2026-11-22); half a minute is our reading of the first."""

UNCHECKED: Final = "gpuplatform.io/unchecked"
"""Key of the taint with which GPU nodes start; what passes the diagnostic loses it. Cluster Autoscaler, told of it, leaves it out of
its picture of a node, and takes a node that has it for not ready yet."""
UNHEALTHY: Final = "gpuplatform.io/unhealthy"
"""Key of the taint that a node which fails gets in its place; its value is the test that failed. Cluster Autoscaler, told of it, takes
such a node for ready and of no use: it grows the group for pods that wait, and removes the node as one that is not needed."""
