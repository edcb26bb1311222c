"""What each operator's pods ask of the nodes, in one table, because the smallest environment must hold them all.

Figures are ours: a little above what the controllers use on a quiet cluster of this size. The limit is on memory alone;
a CPU limit would only slow a controller down when it is needed.
"""


def container(cpu_m: int, memory_mib: int, limit_mib: int) -> dict[str, dict[str, str]]:
    """A container's `resources`."""
    if limit_mib < memory_mib:
        raise ValueError(f"limit_mib: {limit_mib} is less than the {memory_mib} MiB requested")
    return {"requests": {"cpu": f"{cpu_m}m", "memory": f"{memory_mib}Mi"}, "limits": {"memory": f"{limit_mib}Mi"}}


KARPENTER = container(100, 256, 1024)
CLUSTER_AUTOSCALER = container(50, 256, 1024)
LOAD_BALANCER_CONTROLLER = container(50, 128, 512)
KUEUE = container(100, 192, 1024)
JOBSET = container(20, 64, 512)
TRAINER = container(20, 64, 512)
LEADER_WORKER_SET = container(20, 64, 512)
KEDA_OPERATOR = container(50, 96, 512)
KEDA_METRICS = container(50, 96, 512)
KEDA_WEBHOOKS = container(20, 48, 256)
FEATURE_MASTER = container(20, 64, 512)
FEATURE_GARBAGE = container(5, 32, 256)
PROMETHEUS_OPERATOR = container(50, 96, 512)
CONFIG_RELOADER = container(5, 32, 128)
ALERTMANAGER = container(10, 64, 256)
GRAFANA = container(50, 192, 512)
GRAFANA_SIDECAR = container(10, 96, 256)
STATE_METRICS = container(10, 64, 512)
WEBHOOK_PATCH = container(10, 32, 128)

# One a node: the first on every node, the others on GPU nodes.
NODE_EXPORTER = container(10, 32, 128)
DEVICE_PLUGIN = container(10, 64, 256)
EFA_PLUGIN = container(10, 32, 128)
GPU_DRIVER = container(10, 64, 256)
EFA_DRIVER = container(10, 64, 256)
FEATURE_WORKER = container(5, 64, 256)
DCGM_EXPORTER = container(50, 192, 1024)
FSX_NODE = container(10, 40, 256)
NODE_HEALTH = container(5, 24, 128)


def prometheus(storage_gib: int) -> dict[str, dict[str, str]]:
    """Prometheus keeps its newest hours in memory: what fills a large disk needs a large head. Limited at twice the request,
    so that a burst of series restarts Prometheus rather than the node's other pods."""
    memory = 768 if storage_gib <= 20 else 4096
    return container(100, memory, 2 * memory)
