"""What the benchmarks share: fresh processes, timed one after another, and small tables."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7


@dataclass(frozen=True)
class Sample:
    """One run of a process."""

    seconds: float
    megabytes: float
    """The most memory that it held at once (ru_maxrss)."""
    output: str


def process(*arguments: str, folder: Path = ROOT) -> Sample:
    """Run Python with arguments in a folder, by default the project's. Raises RuntimeError if it fails."""
    return run((sys.executable, *arguments), folder, accepted=(0, 1))


def run(command: Sequence[str], folder: Path, accepted: Sequence[int] = (0,)) -> Sample:
    """Run a command in a folder, the project's modules within reach. Raises RuntimeError if it fails."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile("w+") as errors:
        started = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert started.stdout is not None
        output = started.stdout.read()
        _, status, used = os.wait4(started.pid, 0)
        seconds = time.perf_counter() - begin
        started.returncode = os.waitstatus_to_exitcode(status)
        if started.returncode not in accepted:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(command)[:80]} ended with {started.returncode}:\n{errors.read()[-2000:]}")
    return Sample(seconds, used.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024), output)


def command(*arguments: str) -> Sample:
    """Run `gpuplatform` with arguments."""
    return process("-c", "from gpuplatform.cli import main; main()", *arguments)


def in_turns(runs: int = RUNS, **contenders: Callable[[], Sample]) -> dict[str, list[Sample]]:
    """Samples of each contender, taken in turns, so that a busy minute hits them all. One run of each comes first and does not count."""
    for contender in contenders.values():
        contender()
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, contender in contenders.items():
            samples[name].append(contender())
    return samples


def median(samples: Sequence[Sample]) -> float:
    """Of the seconds."""
    return statistics.median(s.seconds for s in samples)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Aligned columns, the first to the left."""
    cells = [tuple(map(str, row)) for row in (head, *rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    )


def spread(samples: Sequence[Sample]) -> str:
    """`1.23 (1.20–1.31)`: the median, the least and the most of the seconds."""
    seconds = [s.seconds for s in samples]
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f}–{max(seconds):.2f})"


def machine() -> str:
    return f"{os.cpu_count()} cores, Python {sys.version_info.major}.{sys.version_info.minor}"


def verdict(name: str, value: float, limit: float) -> str:
    return f"{name}: {value:.2f}, {'within' if value <= limit else 'ABOVE'} the limit of {limit:g}"
