"""How a node of Amazon Linux 2023 cuts its GPUs (Multi-Instance GPU): a service that the kubelet waits for, at every boot.

The kubelet requires the service: a node whose GPUs could not be cut never joins, and its console says why. User data only installs
it, because user data runs once in a node's life and parts do not outlive a reboot. MIG mode outlives one on A100, and on no newer GPU;
where the driver takes the mode up at the next boot only, as it may of an A100 that is passed through, the node is rebooted, once.

Sources, read 2026-11-22: awslabs/amazon-eks-ami, 2026-07-23: nvidia-kmod-load.service, kubelet.service, and nodeadm, which starts the
kubelet after user data has run; NVIDIA/mig-parted, deployments/systemd, 2026-08-21: NVIDIA's own such service, whose order and single
reboot these are; NVIDIA's MIG user guide, "Getting Started with MIG" and "Deployment Considerations".
"""

from __future__ import annotations

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.pools.sharing import Sharing, parts

SCRIPT = "/usr/local/sbin/cut-gpus"
UNIT = "cut-gpus.service"


def installation(instance: InstanceType, sharing: Sharing) -> str:
    """The user data's script: it puts the other one and its service in place. Raises ValueError where the GPU cannot be cut so."""
    return f"""#!/bin/bash
set -o errexit
cat > {SCRIPT} <<'SCRIPT'
{cutting(instance, sharing)}SCRIPT
chmod 0755 {SCRIPT}
cat > /etc/systemd/system/{UNIT} <<'UNIT'
{_SERVICE}UNIT
systemctl daemon-reload
systemctl enable {UNIT}
"""


def cutting(instance: InstanceType, sharing: Sharing) -> str:
    """What the service runs. It ends well only where every GPU has all its parts, however it found them."""
    each = parts(instance, sharing)
    return (
        "#!/bin/bash\n"
        f"readonly profile={sharing.mig} each={each} gpus={instance.gpu_count}\n"
        f"readonly rebooted=${{STATE_DIRECTORY:-/var/lib/cut-gpus}}/rebooted\n{_CUTTING}"
    )


_SERVICE = f"""[Unit]
Description=Cut the GPUs into parts
After=nvidia-kmod-load.service nvidia-fabricmanager.service nvidia-persistenced.service
Requires=nvidia-kmod-load.service
Wants=nvidia-persistenced.service
Before=kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
StateDirectory=cut-gpus
ExecStart={SCRIPT}
TimeoutStartSec=300
StandardOutput=journal+console
StandardError=journal+console

[Install]
RequiredBy=kubelet.service
"""

_CUTTING = """
set -o errexit -o nounset -o pipefail
shopt -s inherit_errexit

fail() {
  echo "cut-gpus: $*; the node does not join" >&2
  exit 1
}

# GPUs whose mode, current or pending, is MIG.
in_mode() {
  local seen
  seen=$(nvidia-smi --query-gpu="mig.mode.$1" --format=csv,noheader)
  grep --count '^Enabled' <<< "$seen" || true
}

# Parts of the profile on all GPUs. Naming them also makes their device files.
cut() {
  local seen
  seen=$(nvidia-smi -L)
  grep --count --fixed-strings " MIG $profile " <<< "$seen" || true
}

current=$(in_mode current)
if ((current < gpus)); then
  # Its status does not tell a GPU that waits for a reboot from one that cannot: the modes do.
  nvidia-smi -mig 1 || true
  current=$(in_mode current)
fi
if ((current < gpus)); then
  pending=$(in_mode pending)
  ((pending == gpus)) || fail "$current of $gpus GPUs are in MIG mode, and $pending would be after a reboot"
  [[ ! -e $rebooted ]] || fail "$current of $gpus GPUs are in MIG mode after a reboot"
  mkdir -p "${rebooted%/*}"
  touch "$rebooted"
  systemctl reboot
  fail 'MIG mode begins with a reboot, which is under way'
fi
rm -f "$rebooted"

there=$(cut)
if ((there != gpus * each)); then
  # Nothing to destroy is an error to both.
  nvidia-smi mig -dci || true
  nvidia-smi mig -dgi || true
  wanted=$(printf ",$profile%.0s" $(seq "$each"))
  nvidia-smi mig -cgi "${wanted#,}" -C
  there=$(cut)
fi
((there == gpus * each)) || fail "there are $there parts of $profile, not $((gpus * each))"
echo "cut-gpus: $there parts of $profile on $gpus GPUs"
"""
