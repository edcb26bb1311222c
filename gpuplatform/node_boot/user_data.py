"""What a managed node group's launch template tells a node at boot; EKS merges in what it takes to join the cluster.

There is no maxPods here: without a custom AMI EKS's own value takes precedence over any other (EKS user guide, "How maxPods
is determined", read 2026-11-22). Karpenter joins the disks itself: `instanceStorePolicy: RAID0` in its node class.
Other sources: awslabs/amazon-eks-ami, `nodeadm/doc/api.md` and `examples.md`, July 2026; Bottlerocket's bootstrap commands as
Karpenter renders them, August 2026; EKS user guide, node-efa, read 2026-11-22; bottlerocket.dev, settings of
kubelet-device-plugins (1.54), read 2026-11-22.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from gpuplatform.catalog import mig
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.node_boot import mig_boot
from gpuplatform.pools.sharing import Sharing
from gpuplatform.sizing.pods import EFA_HUGEPAGES_MIB

PARALLEL_PULL_VCPUS = 8
"""A 2xlarge: on smaller instances nodeadm advises against parallel pulls."""

_BOUNDARY = "BOUNDARY"


def al2023(instance: InstanceType, efa: bool, sharing: Sharing | None = None) -> str | None:
    """A MIME archive for Amazon Linux 2023: a NodeConfig that joins the local NVMe disks and keeps images, logs and
    emptyDirs there, with EFA a script that sets huge pages aside, and one that has GPUs cut where they are shared so. Time slices
    are said in a ConfigMap. None where there is nothing to say."""
    scripts = [_HUGEPAGES_SCRIPT] if efa else []
    if sharing is not None and sharing.mig is not None:
        scripts.append(mig_boot.installation(instance, sharing))
    return _archive(_node_config(instance), scripts)


def karpenter(instances: Sequence[InstanceType], efa: bool) -> str | None:
    """For an EC2NodeClass of Amazon Linux 2023 that launches any of these types: parallel pulls where all have the processors
    for it, and huge pages with EFA. None where there is nothing to say."""
    parallel = all(i.nvme_disks and i.vcpus >= PARALLEL_PULL_VCPUS for i in instances)
    spec = {"featureGates": {"FastImagePull": True}} if parallel else {}
    return _archive(spec, [_HUGEPAGES_SCRIPT] if efa else [])


def _archive(spec: Mapping[str, Any], scripts: Sequence[str]) -> str | None:
    parts: list[tuple[str, str]] = []
    if spec:
        config = {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": dict(spec)}
        parts.append(("application/node.eks.aws", yaml.safe_dump(config, sort_keys=False)))
    parts += [('text/x-shellscript; charset="us-ascii"', script) for script in scripts]
    if not parts:
        return None
    body = "".join(f"--{_BOUNDARY}\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    return f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{_BOUNDARY}"\n\n{body}--{_BOUNDARY}--\n'


def bottlerocket(instance: InstanceType, efa: bool, sharing: Sharing | None = None) -> str | None:
    """The same in Bottlerocket's TOML; pulls are left to the image's own settings. NVIDIA's device plugin is part of the image,
    and how GPUs are shared is said here; elsewhere a ConfigMap says it."""
    parts: list[str] = []
    if efa:
        parts.append(f'[settings.kernel.sysctl]\n"vm.nr_hugepages" = "{_HUGEPAGES}"\n')
    if instance.nvme_disks:
        bind = ["--dirs", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"]
        commands = [["apiclient", "ephemeral-storage", "init"], ["apiclient", "ephemeral-storage", "bind", *bind]]
        parts.append(
            f"[settings.bootstrap-commands.000-mount-instance-storage]\ncommands = {json.dumps(commands)}\n"
            'essential = true\nmode = "always"\n'
        )
    if sharing is not None:
        parts.append(_shared(instance, sharing))
    return "\n".join(parts) or None


def _shared(instance: InstanceType, sharing: Sharing) -> str:
    plugin = "settings.kubelet-device-plugins.nvidia"
    if sharing.mig is None:
        # Under another name, which is the default, neither quotas nor the autoscaler would know the resource.
        return (
            f'[{plugin}]\ndevice-sharing-strategy = "time-slicing"\n\n'
            f"[{plugin}.time-slicing]\nreplicas = {sharing.time_slices}\nrename-by-default = false\n"
            "fail-requests-greater-than-one = true\n"
        )
    known = mig.partitions(instance.gpu) if instance.gpu else None
    model = known.model if known else instance.name
    return f'[{plugin}]\ndevice-partitioning-strategy = "mig"\n\n[{plugin}.mig.profile]\n"{model}" = "{sharing.mig}"\n'


def _node_config(instance: InstanceType) -> dict[str, Any]:
    if not instance.nvme_disks:
        return {}
    spec: dict[str, Any] = {"instance": {"localStorage": {"strategy": "RAID0"}}}
    if instance.vcpus >= PARALLEL_PULL_VCPUS:
        # Layers are fetched and unpacked in parallel: worth it where images have tens of GB and land on NVMe.
        spec["featureGates"] = {"FastImagePull": True}
    return spec


_HUGEPAGES = EFA_HUGEPAGES_MIB // 2

# The EFA driver does this by itself; said here too, so that what the autoscaler is told of an empty group stays true. Scripts
# run before nodeadm-run.service starts the kubelet, which counts the pages once.
_HUGEPAGES_SCRIPT = f"""#!/bin/bash
set -o errexit
echo 'vm.nr_hugepages = {_HUGEPAGES}' > /etc/sysctl.d/90-efa-hugepages.conf
sysctl --load /etc/sysctl.d/90-efa-hugepages.conf
"""
