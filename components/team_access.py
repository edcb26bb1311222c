"""The people of the teams on the cluster: an access entry for each principal, which puts it into its team's group.

The entry gives no access policy of EKS: what a group may do is said on the cluster, in the team's namespace and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class TeamAccessArgs:
    group: str
    """Of Kubernetes, as role bindings name it."""
    members: Sequence[str]
    """ARNs of IAM roles or users. Of IAM Identity Center: the role's, without the path /aws-reserved/sso.amazonaws.com/."""
    tags: CostTags
    cluster_name: pulumi.Input[str]

    def __post_init__(self) -> None:
        # AccessEntry's documentation: EKS refuses these.
        if self.group.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")):
            raise ValueError(f"group: {self.group} begins as groups of EKS itself do; give another name")
        if twice := sorted({arn for arn in self.members if list(self.members).count(arn) > 1}):
            raise ValueError(f"members: {', '.join(twice)} is named twice; a principal has one entry")


class TeamAccess(pulumi.ComponentResource):
    def __init__(self, name: str, args: TeamAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:TeamAccess", name, {}, opts)
        entries = {
            arn: aws.eks.AccessEntry(
                f"{name}-{arn.rpartition('/')[2]}",
                cluster_name=args.cluster_name,
                principal_arn=arn,
                kubernetes_groups=[args.group],
                tags=args.tags.aws(Name=f"{name}-{arn.rpartition('/')[2]}"),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for arn in args.members
        }
        self.register_outputs({"entry_arns": {arn: entry.access_entry_arn for arn, entry in entries.items()}})
