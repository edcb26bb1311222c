"""The user data of a managed node group's launch template: what EKS's own part, which it merges in, does not say.

There is no maxPods here: without a custom AMI, EKS's value takes precedence over any other (EKS user guide, "How maxPods
is determined", read 2026-11-22). Karpenter needs none of this: `instanceStorePolicy: RAID0` in its node class does it.
"""

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.sizing.pods import EFA_HUGEPAGES_MIB


def al2023(instance: InstanceType) -> str | None:
    """A MIME archive with a NodeConfig that joins the local NVMe disks and puts images and emptyDirs there; None where
    there is no disk to join. Source: amazon-eks-ami, nodeadm/doc/api.md, read 2026-11-22."""
    if instance.nvme_disks == 0:
        return None
    return """\
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  instance:
    localStorage:
      strategy: RAID0

--BOUNDARY--
"""


def bottlerocket(instance: InstanceType, efa: bool) -> str | None:
    """The same in Bottlerocket's TOML, and with EFA the huge pages, which its image does not allocate; None where there
    is nothing to say. Source: Bottlerocket, bootstrap commands, as Karpenter renders them; EKS user guide, node-efa.
    """
    parts: list[str] = []
    if efa:
        parts.append(f'[settings.kernel.sysctl]\n"vm.nr_hugepages" = "{EFA_HUGEPAGES_MIB // 2}"\n')
    if instance.nvme_disks:
        parts.append("""\
[settings.bootstrap-commands.000-mount-instance-storage]
commands = [
  ["apiclient", "ephemeral-storage", "init"],
  ["apiclient", "ephemeral-storage", "bind", "--dirs", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"],
]
essential = true
mode = "always"
""")
    return "\n".join(parts) or None
