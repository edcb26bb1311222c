"""Holds the queues before the nodes go to sleep, and releases them in the morning.

EventBridge Scheduler takes nodes away and cannot speak to Kubernetes. Jobs that run then lose their pods, their groups bring nodes
back, and the sweep ends them a second time. A CronJob on the cluster drains the queues first: Kueue suspends what they admitted, pods
have their time to save, and nothing asks for nodes until the morning. CronJobs are kept by the control plane, which never sleeps: the
morning's pod waits for the first node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes

from components.sleep_schedule import Hours
from components.tags import CostTags
from gpuplatform.catalog.images import PYTHON
from k8s import queue_hold
from k8s.gpu_nodes import SYSTEM
from k8s.training_job import SAVE_SECONDS

BEFORE_MINUTES = 10
"""Of `stop`: time to save (SAVE_SECONDS), and for the emptied nodes to be seen as such."""

DRAIN, RELEASE = "HoldAndDrain", "None"

_USER = 65532
_FOLDER = "/code"


@dataclass(frozen=True, kw_only=True)
class QueueSleepArgs:
    queues: Sequence[str]
    """ClusterQueues by name."""
    hours: Hours
    namespace: str
    """Where its pods run; one in which Kueue manages no jobs."""
    tags: CostTags
    after: Sequence[pulumi.Resource]

    def __post_init__(self) -> None:
        if not self.queues:
            raise ValueError("queues: none; without a queue there is nothing to hold")
        if BEFORE_MINUTES * 60 <= SAVE_SECONDS:
            raise ValueError(f"BEFORE_MINUTES: {BEFORE_MINUTES} leaves no time to save, which takes {SAVE_SECONDS} s")


class QueueSleep(pulumi.ComponentResource):
    def __init__(self, name: str, args: QueueSleepArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:QueueSleep", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        labels = args.tags.labels()
        metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {"name": name, "namespace": args.namespace, "labels": labels}
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account", metadata=metadata, automount_service_account_token=False, opts=child
        )
        role = kubernetes.rbac.v1.ClusterRole(
            f"{name}-role",
            metadata={"name": name, "labels": labels},
            rules=[
                {
                    "api_groups": ["kueue.x-k8s.io"],
                    "resources": ["clusterqueues"],
                    "resource_names": list(args.queues),
                    "verbs": ["get", "patch"],
                }
            ],
            opts=child,
        )
        right = kubernetes.rbac.v1.ClusterRoleBinding(
            f"{name}-right",
            metadata={"name": name, "labels": labels},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role.metadata.name},
            subjects=[{"kind": "ServiceAccount", "namespace": args.namespace, "name": account.metadata.name}],
            opts=child,
        )
        code = kubernetes.core.v1.ConfigMap(
            f"{name}-code",
            metadata=metadata,
            data={"queue_hold.py": Path(queue_hold.__file__).read_text(encoding="utf-8")},
            opts=child,
        )
        for step, policy, schedule in (
            ("hold", DRAIN, crontab(args.hours.stop, args.hours, before=BEFORE_MINUTES)),
            ("release", RELEASE, crontab(args.hours.start, args.hours)),
        ):
            kubernetes.batch.v1.CronJob(
                f"{name}-{step}",
                metadata={**metadata, "name": f"{name}-{step}"},
                spec={
                    "schedule": schedule,
                    "time_zone": args.hours.zone,
                    "concurrency_policy": "Replace",
                    # Hours late it would hold what somebody has released by hand.
                    "starting_deadline_seconds": 3600,
                    "successful_jobs_history_limit": 1,
                    "failed_jobs_history_limit": 1,
                    "job_template": {
                        "spec": {
                            "backoff_limit": 10,
                            "template": {
                                "metadata": {"labels": labels},
                                "spec": _pod(account.metadata.name, code.metadata.name, policy, args.queues),
                            },
                        }
                    },
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=[right, *args.after]),
            )
        self.register_outputs({})


def crontab(clock: str, hours: Hours, *, before: int = 0) -> str:
    """Kubernetes's five fields; never on the day before."""
    hour, minute = map(int, clock.split(":"))
    hour, minute = divmod(max(0, hour * 60 + minute - before), 60)
    return f"{minute} {hour} * * {'1-5' if hours.workdays_only else '*'}"


def _pod(
    account: pulumi.Input[str], code: pulumi.Input[str], policy: str, queues: Sequence[str]
) -> kubernetes.core.v1.PodSpecArgsDict:
    return {
        "restart_policy": "OnFailure",
        "service_account_name": account,
        "automount_service_account_token": True,
        "enable_service_links": False,
        "node_selector": SYSTEM,
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": _USER,
            "run_as_group": _USER,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "hold",
                "image": str(PYTHON),
                "command": ["python3", f"{_FOLDER}/queue_hold.py", policy, *queues],
                "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
                "security_context": {
                    "allow_privilege_escalation": False,
                    "read_only_root_filesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volume_mounts": [{"name": "code", "mount_path": _FOLDER, "read_only": True}],
            }
        ],
        "volumes": [{"name": "code", "config_map": {"name": code}}],
    }
