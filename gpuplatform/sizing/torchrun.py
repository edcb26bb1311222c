"""What torchrun and NCCL read in the pods of a JobSet that has one pod a node, called `<job>-workers-0-<node>`."""

from __future__ import annotations

from typing import Any, Final

PORT: Final = 29500
"""Of the rendezvous; PyTorch's default."""

NODE_RANK: Final[dict[str, Any]] = {
    "name": "PET_NODE_RANK",
    "valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['batch.kubernetes.io/job-completion-index']"}},
}

NCCL_OVER_EFA: Final = {
    "FI_PROVIDER": "efa",
    "FI_EFA_FORK_SAFE": "1",
    "NCCL_BUFFSIZE": "8388608",
    "NCCL_P2P_NET_CHUNKSIZE": "524288",
    "NCCL_TUNER_PLUGIN": "libnccl-ofi-tuner.so",
}
"""Of AWS's NCCL tests on EKS (awsome-distributed-training, micro-benchmarks/nccl-tests, 2026-02).

The image must bring aws-ofi-nccl: without it NCCL takes TCP, and says so only at NCCL_DEBUG=INFO."""


def first_pod(job: str) -> str:
    """Its name in DNS."""
    return f"{job}-workers-0-0.{job}"


def environment(job: str, nodes: int, gpus: int, rendezvous_seconds: int) -> dict[str, str]:
    """`gpus`: of each node. `rendezvous_seconds`: that the first processes wait for the last. The node's rank is NODE_RANK."""
    return {
        "PET_NNODES": str(nodes),
        "PET_NPROC_PER_NODE": str(gpus),
        "PET_MASTER_ADDR": first_pod(job),
        "PET_MASTER_PORT": str(PORT),
        "PET_RDZV_CONF": f"timeout={rendezvous_seconds}",
    }
