"""What a node is told at boot: NodeConfig for Amazon Linux 2023, settings for Bottlerocket.

Cluster name, endpoint and certificate are absent on purpose: a managed node group appends its own part, which wins where
both speak. Sources: awslabs/amazon-eks-ami, `nodeadm/doc/api.md` and `examples.md`, July 2026; Bottlerocket's
`bootstrap-commands` as Karpenter writes them (`pkg/providers/amifamily/bootstrap/bottlerocket.go`, August 2026).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.sizing.efa import PRIMARY, Interface, efa_count
from gpuplatform.sizing.pods import max_pods

EFA_HUGEPAGES = 5128
"""2 MiB pages set aside on a node with EFA: 5,120 MiB for libfabric and a reserve (EKS user guide, node-efa, read
2026-11). Set here rather than left to the image, because the autoscaler must know an empty group's pages beforehand."""

FAST_PULL_VCPUS = 8
"""Below a 2xlarge nodeadm advises against parallel pulls (`examples.md`, "Enabling fast image pull")."""

_BOUNDARY = "GPUPLATFORM"


@dataclass(frozen=True, kw_only=True, slots=True)
class Boot:
    """How a node sets itself up before the kubelet starts."""

    max_pods: int
    local_disks: bool = False
    """Join the instance's NVMe disks into one (RAID 0) and keep images, logs and scratch there."""
    hugepages: int = 0
    """Pages of 2 MiB."""
    fast_image_pull: bool = False
    """Layers are downloaded and unpacked in parallel; worth it with NVMe and large images."""


def boot(instance: InstanceType, interfaces: Sequence[Interface] = (PRIMARY,)) -> Boot:
    """What suits a node of this type launched with these interfaces, on a cluster with prefix delegation."""
    return Boot(
        max_pods=max_pods(instance, interfaces, prefix_delegation=True),
        local_disks=instance.nvme_disks > 0,
        hugepages=EFA_HUGEPAGES if efa_count(tuple(interfaces)) else 0,
        fast_image_pull=instance.nvme_disks > 0 and instance.vcpus >= FAST_PULL_VCPUS,
    )


def al2023(boot: Boot) -> str:
    """MIME multi-part user data: a NodeConfig, and a script where the kernel is to be told something."""
    parts = [("application/node.eks.aws", yaml.safe_dump(_node_config(boot), sort_keys=False))]
    if boot.hugepages:
        # cloud-init runs scripts before nodeadm-run.service starts the kubelet, which counts the pages once.
        parts.append(("text/x-shellscript; charset=us-ascii", _HUGEPAGES_SCRIPT.format(pages=boot.hugepages)))
    body = "".join(f"--{_BOUNDARY}\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    return f"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary={_BOUNDARY}\n\n{body}--{_BOUNDARY}--\n"


def bottlerocket(boot: Boot) -> str:
    """TOML user data. Parallel pulls are left to the image's own settings."""
    lines = ["[settings.kubernetes]", f"max-pods = {boot.max_pods}"]
    if boot.hugepages:
        lines += ["", "[settings.kernel.sysctl]", f'"vm.nr_hugepages" = "{boot.hugepages}"']
    if boot.local_disks:
        bind = ["--dirs", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"]
        commands = [["apiclient", "ephemeral-storage", "init"], ["apiclient", "ephemeral-storage", "bind", *bind]]
        lines += [
            "",
            "[settings.bootstrap-commands.local-disks]",
            f"commands = {json.dumps(commands)}",
            "essential = true",
            'mode = "always"',
        ]
    return "\n".join(lines) + "\n"


_HUGEPAGES_SCRIPT = """#!/bin/bash
set -o errexit
echo 'vm.nr_hugepages = {pages}' > /etc/sysctl.d/90-efa-hugepages.conf
sysctl --load /etc/sysctl.d/90-efa-hugepages.conf
"""


def _node_config(boot: Boot) -> dict[str, Any]:
    spec: dict[str, Any] = {"kubelet": {"config": {"maxPods": boot.max_pods}}}
    if boot.local_disks:
        spec["instance"] = {"localStorage": {"strategy": "RAID0"}}
    if boot.fast_image_pull:
        spec["featureGates"] = {"FastImagePull": True}
    return {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec}
