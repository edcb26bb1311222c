"""What a container asks of its node.

Figures in the operators' values are ours: a little above what the controllers use on a quiet cluster of this size. The limit is on
memory alone; a CPU limit would only slow a controller down when it is needed.
"""


def container(*, cpu_m: int, memory_mib: int, limit_mib: int) -> dict[str, dict[str, str]]:
    """A container's `resources`."""
    if limit_mib < memory_mib:
        raise ValueError(f"limit_mib: {limit_mib} is less than the {memory_mib} MiB requested")
    return {"requests": {"cpu": f"{cpu_m}m", "memory": f"{memory_mib}Mi"}, "limits": {"memory": f"{limit_mib}Mi"}}
