"""An all-reduce over all GPUs of a job, timed as nccl-tests time it. torchrun starts it, once a GPU, in a container with PyTorch.

Exit status 1 where a sum is wrong, where NCCL did not take EFA, or where busbw stays below --least.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MIB = 2**20
WARM_UP, ROUNDS = 5, 20
LOG = "/tmp/nccl.%p.log"
"""What NCCL_DEBUG_FILE must say: NCCL writes the process's number for %p."""


def sizes(largest: int) -> list[int]:
    """Bytes of the messages: 1 MiB and four times as much each time."""
    found = [MIB]
    while found[-1] * 4 <= largest:
        found.append(found[-1] * 4)
    return found


def bus_bandwidth(size: int, seconds: float, ranks: int) -> float:
    """GB/s: the message over the time, × 2(n-1)/n (NVIDIA/nccl-tests, doc/PERFORMANCE.md)."""
    return size / seconds / 1e9 * 2 * (ranks - 1) / ranks


def network(log: str) -> str:
    """What carries the messages by NCCL's log: "efa", or NCCL's own word, such as "Socket" for TCP."""
    if re.search(r"NET/OFI selected provider is efa\b", log, re.IGNORECASE):
        return "efa"
    used = re.search(r"NCCL INFO Using network (.+)", log)
    return used[1].strip() if used else "unknown"


def wrong(best: float, least: float | None, networks: Sequence[str], wanted: str) -> list[str]:
    """What is not as it must be, a sentence each."""
    faults = [
        f"rank {rank}: NCCL takes {found}, not {wanted}" for rank, found in enumerate(networks) if found != wanted
    ]
    if least is not None and best < least:
        faults.append(f"busbw {best:.1f} GB/s at most; a healthy pool reaches {least:.1f}")
    return faults


def measure(torch: Any, device: Any, size: int) -> float:
    """Seconds of one all-reduce, of the slowest rank. Raises RuntimeError where a sum is wrong."""
    dist = torch.distributed
    ranks, rank = dist.get_world_size(), dist.get_rank()
    message = torch.full((size // 4,), float(rank + 1), dtype=torch.float32, device=device)
    dist.all_reduce(message)
    total = ranks * (ranks + 1) / 2
    if not (message.min().item() == message.max().item() == total):
        raise RuntimeError(f"rank {rank}: sums of {size} bytes are not {total:g}")
    message.zero_()

    def finish() -> None:
        if device.type == "cuda":
            torch.cuda.synchronize()

    for _ in range(WARM_UP):
        dist.all_reduce(message)
    finish()
    dist.barrier()
    start = time.perf_counter()
    for _ in range(ROUNDS):
        dist.all_reduce(message)
    finish()
    slowest = torch.tensor([(time.perf_counter() - start) / ROUNDS], dtype=torch.float64, device=device)
    dist.all_reduce(slowest, op=dist.ReduceOp.MAX)
    return float(slowest.item())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=16 * 1024 * MIB, help="bytes of the largest message")
    parser.add_argument("--least", type=float, help="busbw in GB/s that must be reached")
    parser.add_argument("--network", default="efa", help="what NCCL must take")
    parser.add_argument("--backend", default="nccl", help="gloo, to try this without GPUs")
    options = parser.parse_args(arguments)

    # By name, for only the container has PyTorch.
    torch: Any = importlib.import_module("torch")
    dist: Any = importlib.import_module("torch.distributed")
    if options.backend == "nccl":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    else:
        device = torch.device("cpu")
    dist.init_process_group(options.backend)
    ranks, first = dist.get_world_size(), dist.get_rank() == 0

    best = 0.0
    if first:
        print(f"{ranks} ranks\n{'bytes':>12} {'ms':>10} {'algbw GB/s':>11} {'busbw GB/s':>11}", flush=True)
    for size in sizes(options.largest):
        seconds = measure(torch, device, size)
        reached = bus_bandwidth(size, seconds, ranks)
        best = max(best, reached)
        if first:
            print(f"{size:12} {seconds * 1e3:10.3f} {size / seconds / 1e9:11.2f} {reached:11.2f}", flush=True)

    log = Path(LOG.replace("%p", str(os.getpid())))
    networks: list[str] = [""] * ranks
    dist.all_gather_object(networks, network(log.read_text(errors="replace")) if log.exists() else "unknown")
    faults = wrong(best, options.least, networks, options.network)
    if first:
        print("\n".join(faults) or f"right: busbw {best:.1f} GB/s over {options.network}", flush=True)
    dist.barrier()
    # Gloo hangs here now and then.
    if options.backend == "nccl":
        dist.destroy_process_group()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
