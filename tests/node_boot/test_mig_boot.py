"""The script that cuts GPUs at boot, run against an `nvidia-smi` of ours that behaves as NVIDIA's does."""

from __future__ import annotations

import os
import subprocess
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.node_boot import mig_boot
from gpuplatform.pools.sharing import Sharing

P4D = instance("p4d.24xlarge")
PROFILE = Sharing(mig="3g.20gb")
GPUS, PARTS = 8, 16

# The state is two files: `mode` (current and pending) and `parts` (a line each).
NVIDIA_SMI = """#!/bin/bash
cd "$STATE"
echo "nvidia-smi $*" >> calls
[[ -e broken ]] && { echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9; }
read -r current pending < mode
case "$*" in
  *mig.mode.current*) for ((i = 0; i < GPUS; i++)); do echo "$current"; done ;;
  *mig.mode.pending*) for ((i = 0; i < GPUS; i++)); do echo "$pending"; done ;;
  '-mig 1')
    case $(cat takes) in
      now) echo 'Enabled Enabled' > mode ;;
      later) echo 'Disabled Enabled' > mode; echo 'Warning: MIG mode is in pending enable state' ;;
      never) echo 'Unable to enable MIG Mode: Insufficient Permissions'; exit 4 ;;
    esac ;;
  -L)
    for ((i = 0; i < GPUS; i++)); do echo "GPU $i: NVIDIA A100-SXM4-40GB (UUID: GPU-$i)"; done
    [[ ! -e parts ]] || cat parts ;;
  'mig -dci') [[ -e parts ]] || { echo 'No compute instances found'; exit 6; } ;;
  'mig -dgi') [[ -e parts ]] || { echo 'No GPU instances found'; exit 6; }; rm parts ;;
  'mig -cgi '*)
    IFS=, read -ra wanted <<< "$3"
    for ((i = 0; i < $(cat whole_gpus); i++)); do
      for part in "${wanted[@]}"; do echo "  MIG $part     Device  0: (UUID: MIG-$i)" >> parts; done
    done ;;
  *) echo "unknown: $*"; exit 2 ;;
esac
"""
SYSTEMCTL = '#!/bin/bash\necho "systemctl $*" >> "$STATE/calls"\n'


@dataclass
class Node:
    home: Path
    calls: list[str] = field(default_factory=list[str])

    def boot(self, *, reboots: bool = False) -> subprocess.CompletedProcess[str]:
        """One boot: parts are gone, a pending mode is taken up."""
        parts, mode = self.home / "parts", self.home / "mode"
        if reboots:
            parts.unlink(missing_ok=True)
            mode.write_text(" ".join([mode.read_text().split()[1]] * 2))
        return self.run()

    def run(self) -> subprocess.CompletedProcess[str]:
        log = self.home / "calls"
        log.unlink(missing_ok=True)
        path = f"{self.home / 'bin'}:{os.environ['PATH']}"
        environment = {
            "PATH": path,
            "STATE": str(self.home),
            "GPUS": str(GPUS),
            "STATE_DIRECTORY": str(self.home / "kept"),
        }
        script = self.home / "cut-gpus"
        done = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
        self.calls = log.read_text().splitlines()
        return done

    def parts(self) -> int:
        return len((self.home / "parts").read_text().splitlines()) if (self.home / "parts").exists() else 0


@pytest.fixture
def node(tmp_path: Path) -> Node:
    (tmp_path / "bin").mkdir()
    scripts = {
        "bin/nvidia-smi": NVIDIA_SMI,
        "bin/systemctl": SYSTEMCTL,
        "cut-gpus": mig_boot.cutting(P4D, PROFILE),
    }
    for name, text in scripts.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "mode").write_text("Disabled Disabled")
    (tmp_path / "takes").write_text("now")
    (tmp_path / "whole_gpus").write_text(str(GPUS))
    return Node(tmp_path)


def test_every_gpu_is_cut_into_all_its_parts(node: Node) -> None:
    done = node.boot()

    assert done.returncode == 0, done.stderr
    assert node.parts() == PARTS
    assert "nvidia-smi mig -cgi 3g.20gb,3g.20gb -C" in node.calls


def test_what_is_cut_already_is_left_alone(node: Node) -> None:
    node.boot()
    done = node.boot()

    assert done.returncode == 0
    assert not [call for call in node.calls if "-mig 1" in call or "-cgi" in call or "-dgi" in call]


def test_a_reboot_takes_the_parts_and_the_mode_and_both_are_made_again(node: Node) -> None:
    node.boot()
    (node.home / "mode").write_text("Disabled Disabled")
    done = node.boot(reboots=True)

    assert (done.returncode, node.parts()) == (0, PARTS)


def test_parts_of_another_profile_are_replaced(node: Node) -> None:
    (node.home / "mode").write_text("Enabled Enabled")
    (node.home / "parts").write_text("  MIG 1g.5gb     Device  0: (UUID: MIG-0)\n")
    done = node.boot()

    assert (done.returncode, node.parts()) == (0, PARTS)
    assert "1g.5gb" not in (node.home / "parts").read_text()


def test_a_mode_that_waits_for_a_reboot_gets_one(node: Node) -> None:
    (node.home / "takes").write_text("later")
    first = node.boot()
    asked = node.calls
    second = node.boot(reboots=True)

    assert first.returncode == 1, "the kubelet must not start before the reboot"
    assert asked[-1] == "systemctl reboot"
    assert (second.returncode, node.parts()) == (0, PARTS)
    assert not (node.home / "kept" / "rebooted").exists()


def test_a_node_is_rebooted_no_more_than_once(node: Node) -> None:
    (node.home / "takes").write_text("later")
    node.boot()
    (node.home / "mode").write_text("Disabled Disabled")
    done = node.boot()

    assert done.returncode == 1
    assert "systemctl reboot" not in node.calls
    assert "0 of 8 GPUs are in MIG mode after a reboot; the node does not join" in done.stderr


def test_a_mode_that_is_refused_is_no_reason_to_reboot(node: Node) -> None:
    (node.home / "takes").write_text("never")
    done = node.boot()

    assert done.returncode == 1
    assert "systemctl reboot" not in node.calls
    assert "0 of 8 GPUs are in MIG mode, and 0 would be after a reboot" in done.stderr


def test_a_gpu_that_is_not_cut_keeps_the_node_out(node: Node) -> None:
    (node.home / "whole_gpus").write_text(str(GPUS - 1))
    done = node.boot()

    assert done.returncode == 1
    assert "there are 14 parts of 3g.20gb, not 16; the node does not join" in done.stderr


def test_a_driver_that_does_not_answer_keeps_the_node_out(node: Node) -> None:
    (node.home / "broken").touch()

    assert node.boot().returncode != 0
    assert node.calls == ["nvidia-smi --query-gpu=mig.mode.current --format=csv,noheader"]


def test_the_kubelet_requires_the_service_and_starts_after_it(node: Node) -> None:
    text = mig_boot.installation(P4D, PROFILE)
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue] - as its documentation has it
    unit.read_string(text.split("<<'UNIT'\n")[1].split("UNIT\n")[0])

    assert unit["Install"]["RequiredBy"] == unit["Unit"]["Before"] == "kubelet.service"
    assert "nvidia-kmod-load.service" in unit["Unit"]["After"].split()
    # Without it the kubelet's next start would cut GPUs that pods have.
    assert unit["Service"]["RemainAfterExit"] == "yes"
    assert unit["Service"]["ExecStart"] in text.splitlines()[2]
