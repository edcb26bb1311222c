"""AWS rights for the pods of one Kubernetes service account, by EKS Pod Identity.

The association works before the service account exists, but pods get credentials only when they start after it:
whatever runs the pods depends on this component.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import iam

_DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, kw_only=True)
class PodIdentityArgs:
    """Who: a service account of a cluster. What: statements of a policy of its own."""

    namespace: str
    service_account: str
    tags: Mapping[str, str]
    cluster_name: pulumi.Input[str]
    statements: Sequence[iam.Statement]
    """From `iam.allow`; values may be Outputs."""

    def __post_init__(self) -> None:
        if not _DNS_LABEL.fullmatch(self.namespace):
            raise ValueError(
                f"namespace: {self.namespace!r} is no Kubernetes namespace: lower-case letters, digits, dashes"
            )
        if not self.service_account:
            raise ValueError(
                f"service_account: empty, in namespace {self.namespace}; name the account that the pods run as"
            )
        if not self.statements:
            raise ValueError(
                f"statements: empty for {self.namespace}/{self.service_account}; pods that need no rights need no role"
            )


class PodIdentity(pulumi.ComponentResource):
    """A role, its policies and the association. Depend on the whole component: it is all of four resources."""

    role_arn: pulumi.Output[str]
    """The role that the pods assume."""
    role_name: pulumi.Output[str]
    """Its name, for policies attached elsewhere."""

    def __init__(self, name: str, args: PodIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:PodIdentity", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = iam.role(
            f"{name}-role",
            trust=iam.trusted_by_pods(),
            statements=args.statements,
            tags=args.tags,
            opts=child,
        )
        aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=args.service_account,
            role_arn=role.arn,
            tags=dict(args.tags),
            opts=child,
        )

        self.role_arn = role.arn
        self.role_name = role.name
        self.register_outputs({"role_arn": self.role_arn, "role_name": self.role_name})
