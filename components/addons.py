"""EKS add-ons that come up together.

Versions are left to EKS, which installs the default of the cluster's Kubernetes version and moves none by itself: the
versions on offer differ by region and month, and only `aws eks describe-addon-versions` knows them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components import iam
from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class Identity:
    """AWS rights of an add-on's pods."""

    service_account: str
    policy: str
    """An AWS-managed policy, such as `AmazonEBSCSIDriverPolicyV2`."""


@dataclass(frozen=True, kw_only=True)
class Addon:
    name: str
    """As `aws eks describe-addon-versions` lists it."""
    configuration: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Values of the add-on's own schema."""
    identity: Identity | None = None


@dataclass(frozen=True, kw_only=True)
class AddonsArgs:
    addons: Sequence[Addon]
    account: iam.Account
    tags: CostTags
    cluster_name: pulumi.Input[str]

    def __post_init__(self) -> None:
        names = [addon.name for addon in self.addons]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"addons: {', '.join(twice)} is named twice; a cluster has each once")


class Addons(pulumi.ComponentResource):
    installed: Mapping[str, aws.eks.Addon]
    """By name; what relies on one add-on depends on it alone."""

    def __init__(self, name: str, args: AddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:Addons", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        def rights(addon: Addon) -> list[aws.eks.AddonPodIdentityAssociationArgsDict] | None:
            if addon.identity is None:
                return None
            role = iam.role(
                f"{name}-{addon.name}-role",
                trust=iam.trusted_by_pods(),
                managed=[args.account.managed_policy(addon.identity.policy)],
                tags=args.tags.aws(Name=addon.name),
                opts=child,
            )
            return [{"role_arn": role.arn, "service_account": addon.identity.service_account}]

        self.installed = {
            addon.name: aws.eks.Addon(
                f"{name}-{addon.name}",
                cluster_name=args.cluster_name,
                addon_name=addon.name,
                configuration_values=json.dumps(addon.configuration) if addon.configuration else None,
                pod_identity_associations=rights(addon),
                # Nobody else configures them, so what is written here stands.
                resolve_conflicts_on_create="OVERWRITE",
                resolve_conflicts_on_update="OVERWRITE",
                tags=args.tags.aws(Name=addon.name),
                opts=child,
            )
            for addon in args.addons
        }
        self.register_outputs({"installed": {name: made.arn for name, made in self.installed.items()}})
