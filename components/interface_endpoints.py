"""Interface endpoints: AWS services reached inside the VPC. Each costs 0.01 $ an hour in every zone, used or not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws

from components.iam import Account
from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class InterfaceEndpointsArgs:
    services: Sequence[str]
    """As in the end of AWS's service name: `ecr.api`, `sagemaker.runtime`."""
    cidr: IPv4Network
    account: Account
    tags: CostTags
    vpc_id: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """By zone: the endpoints answer in each."""

    def __post_init__(self) -> None:
        for service in self.services:
            if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", service) or service.startswith("com.amazonaws"):
                raise ValueError(
                    f"services: {service!r} is not the end of an AWS service name, such as ecr.api for "
                    f"com.amazonaws.{self.account.region}.ecr.api"
                )
        if len(set(self.services)) != len(self.services):
            raise ValueError(f"services: {', '.join(self.services)}: every service once")
        if "s3" in self.services:
            raise ValueError("services: s3 has its free gateway endpoint in the network; leave it out")


class InterfaceEndpoints(pulumi.ComponentResource):
    security_group_id: pulumi.Output[str]
    """HTTPS from anywhere in the VPC."""

    def __init__(self, name: str, args: InterfaceEndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:InterfaceEndpoints", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        group = aws.ec2.SecurityGroup(
            f"{name}-https",
            vpc_id=args.vpc_id,
            description="Interface endpoints: HTTPS from the VPC",
            tags=args.tags.aws(Name=f"{name}-https"),
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-https-from-vpc",
            security_group_id=group.id,
            cidr_ipv4=str(args.cidr),
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="HTTPS from the VPC",
            tags=args.tags.aws(Name=f"{name}-https-from-vpc"),
            opts=child,
        )
        for service in args.services:
            role = service.replace(".", "-")
            aws.ec2.VpcEndpoint(
                f"{name}-{role}",
                vpc_id=args.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{args.account.region}.{service}",
                subnet_ids=list(args.subnet_ids.values()),
                security_group_ids=[group.id],
                # The SDKs' ordinary host names then lead here; no program needs an endpoint's own name.
                private_dns_enabled=True,
                tags=args.tags.aws(Name=f"{name}-{role}"),
                opts=child,
            )

        self.security_group_id = group.id
        self.register_outputs({"security_group_id": self.security_group_id})
