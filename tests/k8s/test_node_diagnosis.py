"""The shell that runs DCGM's diagnostic, with programs of our own in place of NVIDIA's."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from k8s import node_verdict
from k8s.node_diagnosis import DIAGNOSE

REPORT = '{"DCGM Diagnostic": {"test_categories": []}}'
IDLE, BUSY = "4", "70000"


@dataclass(frozen=True)
class Ran:
    status: int
    calls: list[str]
    folder: Path

    def has(self, file: str) -> bool:
        return (self.folder / file).exists()


def run(
    tmp_path: Path, *, gpus: int = 8, used: str = IDLE, diag: str = f"echo '{REPORT}'", checked: bool = False
) -> Ran:
    """`diag`: what the diagnostic does."""
    folder, programs, log = tmp_path / "work", tmp_path / "bin", tmp_path / "calls"
    folder.mkdir()
    programs.mkdir()
    (folder / node_verdict.COUNT).write_text("8")
    if checked:
        (folder / node_verdict.ALREADY_CHECKED).touch()
    listed = "".join(f"echo 'GPU {i}: NVIDIA H100 (UUID: GPU-{i})'\n" for i in range(gpus))
    asked = f"for i in 1 2 3 4 5 6 7; do echo {IDLE}; done; echo {used}"
    for name, body in {
        "nvidia-smi": f'case "$1" in -L) {listed or "false"};; *) {asked};; esac',
        "nv-hostengine": "",
        "dcgmi": diag,
        "sleep": "",
        "timeout": 'shift; "$@"',
    }.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n{body}\n')
        program.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-uc", DIAGNOSE],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "FOLDER": str(folder), "LEVEL": "2", "LIMIT": "600"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return Ran(done.returncode, log.read_text().splitlines() if log.exists() else [], folder)


def diagnostics(ran: Ran) -> list[str]:
    return [call for call in ran.calls if call.startswith("dcgmi")]


def test_a_healthy_node_is_diagnosed_once(tmp_path: Path) -> None:
    ran = run(tmp_path)

    assert ran.status == 0
    assert diagnostics(ran) == ["dcgmi diag --run 2 --json"]
    assert "timeout 600 dcgmi diag --run 2 --json" in ran.calls
    assert ran.calls.index("nv-hostengine ") < ran.calls.index("dcgmi diag --run 2 --json")
    assert (ran.folder / node_verdict.RESULT).read_text().strip() == REPORT
    assert (ran.folder / node_verdict.GPUS).read_text().count("GPU ") == 8


def test_what_was_checked_before_is_not_touched(tmp_path: Path) -> None:
    ran = run(tmp_path, checked=True)

    assert ran.status == 0
    assert ran.calls == []


def test_gpus_at_work_are_not_tested(tmp_path: Path) -> None:
    ran = run(tmp_path, used=BUSY)

    assert ran.status == 0
    assert ran.has(node_verdict.IN_USE)
    assert diagnostics(ran) == []


def test_a_failure_is_made_sure_of_and_then_is_a_verdict(tmp_path: Path) -> None:
    ran = run(tmp_path, diag=f"echo '{REPORT}'; exit 226")

    assert len(diagnostics(ran)) == 2
    assert [call for call in ran.calls if call.startswith("sleep")] == ["sleep 60", "sleep 0"]
    assert ran.status == 0, "the report says what failed; trying again would not"


def test_without_a_report_there_is_no_verdict_and_the_kubelet_tries_again(tmp_path: Path) -> None:
    ran = run(tmp_path, diag="echo 'Error: unable to connect to host engine'; exit 255")

    assert len(diagnostics(ran)) == 2
    assert ran.status != 0


@pytest.mark.parametrize("found", [0, 7])
def test_missing_gpus_are_a_verdict_without_a_diagnostic(tmp_path: Path, found: int) -> None:
    ran = run(tmp_path, gpus=found)

    assert ran.status == 0
    assert diagnostics(ran) == []
    assert (ran.folder / node_verdict.GPUS).read_text().count("GPU ") == found
