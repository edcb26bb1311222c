"""Who may use the Kubernetes API, by EKS access entries.

Whoever creates the cluster is its administrator already and must not be named here: EKS refuses a second entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam import Account
from components.tags import CostTags

# Access policies of EKS (user guide, access-policy-permissions): "view" shows everything namespaced but secrets.
ADMIN = "AmazonEKSClusterAdminPolicy"
VIEW = "AmazonEKSViewPolicy"


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    admins: Mapping[str, str]
    """ARNs of IAM roles or users, by a short name for each."""
    viewers: Mapping[str, str]
    account: Account
    tags: CostTags
    cluster_name: pulumi.Input[str]

    def __post_init__(self) -> None:
        if both := sorted(set(self.admins.values()) & set(self.viewers.values())):
            raise ValueError(f"viewers: {', '.join(both)} is an admin too; a principal has one entry")
        if both := sorted(set(self.admins) & set(self.viewers)):
            raise ValueError(f"viewers: {', '.join(both)} names an admin too; give each principal a name of its own")


class Access(pulumi.ComponentResource):
    entry_arns: Mapping[str, pulumi.Output[str]]
    """Access entries by the principal's short name."""

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:Access", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        entries: dict[str, pulumi.Output[str]] = {}
        for people, policy in ((args.admins, ADMIN), (args.viewers, VIEW)):
            for who, principal in people.items():
                entry = aws.eks.AccessEntry(
                    f"{name}-{who}",
                    cluster_name=args.cluster_name,
                    principal_arn=principal,
                    tags=args.tags.aws(Name=who),
                    opts=child,
                )
                aws.eks.AccessPolicyAssociation(
                    f"{name}-{who}-policy",
                    cluster_name=args.cluster_name,
                    # The entry's principal, not the setting: the policy can be attached only once the entry exists.
                    principal_arn=entry.principal_arn,
                    policy_arn=f"arn:{args.account.partition}:eks::aws:cluster-access-policy/{policy}",
                    access_scope={"type": "cluster"},
                    opts=child,
                )
                entries[who] = entry.access_entry_arn

        self.entry_arns = entries
        self.register_outputs({"entry_arns": self.entry_arns})
