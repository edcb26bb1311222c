"""How a job gets other nodes where EC2 has none of those that were asked for, and new ones for nodes that it lost.

Kueue asks Cluster Autoscaler for all nodes of a job, and the autoscaler answers as soon as it has asked EC2: what never comes is found out
by waiting. A group that EC2 fails is left out for the back-off (cluster-autoscaler 1.35, core/scaleup/orchestrator,
filterValidScaleUpNodeGroups; cloudprovider/aws, isNodeGroupAvailable), while Kueue's job waits until its time is over, gives its quota
back, and asks again. Only where that second request comes within the back-off does the expander take the next way of buying; pods of an
admitted job themselves are no reason to grow for the autoscaler (processors/provreq/pods_filter.go).
"""

from typing import Final

READY_MINUTES: Final = 20
"""That an admitted job may take until all its pods run: the launch, DCGM's diagnostic and the largest images."""

REQUEUE_SECONDS: Final = 60
"""That Kueue waits before it asks again, at first; it doubles with each time that pods did not come."""

LONGEST_REQUEUE_SECONDS: Final = 300
"""That it ever waits. Kueue's own limit is an hour (kueue v0.19.2, apis/config/v1beta2/defaults.go): after some requests the first group's
back-off would always be over, and the others never be asked again."""

BACK_OFF_MINUTES: Final = 30
"""That a group is left out after EC2 had nothing; longer than READY_MINUTES and the longest requeue, or the same group is asked again."""

RECOVERY_MINUTES: Final = 8
"""That a running job may be without one of its pods; then Kueue asks for nodes anew. More than pods take to save and end when all start
again, and far less than Kueue's half hour, in which the other nodes would stand idle (kueue v0.19.2, apis/config/v1beta2/defaults.go)."""

RENDEZVOUS_SECONDS: Final = 60 * (READY_MINUTES + BACK_OFF_MINUTES)
"""That processes wait for one another: torchrun ends those that came first after 600 (torch, static_tcp_rendezvous.py), which is a failure
that counts."""

RESTARTS: Final = 10
"""Failures that end a job. A lost node counts as none where the node's end is seen first; where NCCL's error on the other nodes is, it does
(jobset 0.12, run on the real controllers, 2026-12-01)."""
