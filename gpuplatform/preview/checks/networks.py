"""Whether ranges of addresses fit one another, and rules say what they mean

VPC user guide, "VPC CIDR blocks" and "Subnet sizing"; EC2 API reference, IpPermission and CreateSecurityGroup; EKS API reference,
KubernetesNetworkConfigRequest; all read 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from itertools import combinations
from typing import Final

from gpuplatform.catalog import zones
from gpuplatform.kinds import kubernetes, vpc
from gpuplatform.kinds.tokens import CLUSTERS, SECURITY_GROUP, SUBNET
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path, leaves
from gpuplatform.preview.checking.check import Severity, Violation, check

VPC: Final = vpc.VPC
_RULES: Final = (
    vpc.SECURITY_GROUP_INGRESS_RULE,
    vpc.SECURITY_GROUP_EGRESS_RULE,
    vpc.SECURITY_GROUP_RULE,
)
_RANGES: Final = re.compile(
    r"(^|\.)(cidrBlock|cidrBlocks|cidrIpv4|cidrIpv6|ipv6CidrBlocks|destinationCidrBlock|publicAccessCidrs"
    r"|kubernetesServiceIpAddressRange|serviceIpv4Cidr|loadBalancerSourceRanges)(\[\d+\])?$"
)
_PROTOCOLS: Final = ("-1", "all", "tcp", "udp", "icmp", "icmpv6")
_DESCRIPTION: Final = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_LARGEST, _SMALLEST = 16, 28
"""Prefixes of a VPC and of its subnets."""


@check("address-range", Severity.ERROR, "Every range of addresses is a network, within its VPC, and overlaps no other.")
def address_range(plan: Plan) -> Iterator[Violation]:
    for resource in plan.resources:
        if resource.type.startswith(("aws:", "eks:", kubernetes.SERVICE)):
            for path, value in leaves(resource.inputs):
                if _RANGES.search(path) and (why := _no_network(value)):
                    yield Violation(f"{resource.name}: {path}: {value} {why}", resource)
    for network in (*plan.all(VPC), *plan.all(SUBNET)):
        block = _network(network.inputs.get("cidrBlock"))
        if block and not _LARGEST <= block.prefixlen <= _SMALLEST:
            yield Violation(f"{network.name}: cidrBlock {block}: AWS takes /{_LARGEST} to /{_SMALLEST}", network)
    for network in plan.all(VPC):
        yield from _within(plan, network)


def _within(plan: Plan, vpc: PlannedResource) -> Iterator[Violation]:
    """Subnets of one VPC, and what must lie outside it."""
    whole = _network(vpc.inputs.get("cidrBlock"))
    own = [s for s in plan.all(SUBNET) if s.refers("vpcId", vpc)]
    blocks = [(subnet, block) for subnet in own if (block := _network(subnet.inputs.get("cidrBlock")))]
    more = any(r.type.endswith("VpcIpv4CidrBlockAssociation") for r in plan.resources)
    for subnet, block in blocks:
        if whole and not more and not block.subnet_of(whole):
            yield Violation(f"{subnet.name}: {block} is not within {whole} of {vpc.name}", subnet)
    for (one, first), (other, second) in combinations(blocks, 2):
        if first.overlaps(second):
            yield Violation(f"{other.name}: {second} overlaps {first} of {one.name}", other)
    for cluster in (c for type_ in CLUSTERS for c in plan.all(type_)):
        written = cluster.inputs.get("kubernetesServiceIpAddressRange")
        written = written or get_path(cluster.inputs, "kubernetesNetworkConfig", "serviceIpv4Cidr")
        services = _network(written)
        if services and whole and services.overlaps(whole):
            yield Violation(f"{cluster.name}: services in {services} overlap {whole} of {vpc.name}", cluster)


def _no_network(value: Json) -> str:
    if not isinstance(value, str) or value in (SECRET, UNKNOWN, ""):
        return ""
    try:
        ip_network(value)
    except ValueError:
        try:
            return f"is an address within {ip_network(value, strict=False)}; write that"
        except ValueError:
            return "is no range of addresses, such as 10.0.0.0/16"
    return ""


def _network(value: Json) -> IPv4Network | None:
    try:
        return IPv4Network(str(value))
    except ValueError:
        return None


@check("security-rule", Severity.ERROR, "Every rule of a security group is one that EC2 takes.")
def security_rule(plan: Plan) -> Iterator[Violation]:
    for rule in (r for type_ in _RULES for r in plan.all(type_)):
        protocol = rule.inputs.get("ipProtocol", rule.inputs.get("protocol"))
        yield from (Violation(f"{rule.name}: {why}", rule) for why in _wrong(rule.inputs, protocol))
    for group in plan.all(SECURITY_GROUP):
        if why := _undescribed(group.inputs.get("description")):
            yield Violation(f"{group.name}: {why}", group)
        for side in ("ingress", "egress"):
            for index, rule in enumerate(as_list(group.inputs.get(side))):
                for why in _wrong(rule, get_path(rule, "protocol")):
                    yield Violation(f"{group.name}: {side}[{index}]: {why}", group)


def _wrong(rule: Json, protocol: Json) -> Iterator[str]:
    if why := _undescribed(get_path(rule, "description")):
        yield why
    if protocol in (None, SECRET, UNKNOWN):
        return
    number = str(protocol).isdigit() and int(str(protocol)) < 256
    if str(protocol).lower() not in _PROTOCOLS and not number:
        yield f"{protocol} is no protocol; EC2 takes {', '.join(_PROTOCOLS)} or a number"
    first, last = get_path(rule, "fromPort"), get_path(rule, "toPort")
    numbers = protocol in ("tcp", "udp") and isinstance(first, int) and isinstance(last, int)
    if numbers and not 0 <= first <= last <= 65535:
        yield f"ports {first} to {last}; they are 0 to 65535, the lower one first"


def _undescribed(text: Json) -> str:
    if not isinstance(text, str) or text in (SECRET, UNKNOWN) or _DESCRIPTION.fullmatch(text):
        return ""
    odd = sorted({c for c in text if not _DESCRIPTION.fullmatch(c)})
    return f"description has {' '.join(odd)}, which EC2 refuses" if odd else "description has more than 255 characters"


@check("zone-of-region", Severity.ERROR, "Every zone and every endpoint's service is of the environment's region.")
def zone_of_region(plan: Plan) -> Iterator[Violation]:
    if plan.region not in zones.regions():
        return
    ids = zones.zone_ids(plan.region)
    for resource in plan.resources:
        if not resource.type.startswith("aws:") or resource.inputs.get("region"):
            continue
        zone, zone_id = resource.inputs.get("availabilityZone"), resource.inputs.get("availabilityZoneId")
        if (
            _known(zone)
            and not re.fullmatch(rf"{re.escape(plan.region)}(-[a-z]+-\d)?[a-z]", str(zone))
            and zone not in ids
        ):
            yield Violation(f"{resource.name}: availabilityZone {zone} is not of {plan.region}", resource)
        if _known(zone_id) and zone_id not in ids:
            yield Violation(
                f"{resource.name}: availabilityZoneId {zone_id}; {plan.region} has {', '.join(ids)}", resource
            )
        service = re.fullmatch(r"(?:cn\.)?com\.amazonaws\.([a-z0-9-]+)\..+", str(resource.inputs.get("serviceName")))
        if service and service[1] in zones.regions() and service[1] != plan.region:
            yield Violation(f"{resource.name}: serviceName is of {service[1]}; write {plan.region}", resource)


@check("other-region", Severity.WARNING, "What AWS is asked to make, it makes in the environment's region.")
def other_region(plan: Plan) -> Iterator[Violation]:
    """Services that have one region for all are not judged."""
    regions = {p.urn: p.inputs.get("region") for p in plan.all("pulumi:providers:aws")}
    for resource in plan.resources:
        if not resource.type.startswith("aws:") or resource.type.split("/")[0].removeprefix("aws:") in _GLOBAL:
            continue
        by = resource.provider_urn
        region = resource.inputs.get("region") or regions.get(by)
        if _known(region) and plan.region and region != plan.region:
            yield Violation(f"{resource.name}: is made in {region}, and the environment is in {plan.region}", resource)
        elif by and "pulumi:providers:aws::" in by and by not in regions:
            yield Violation(f"{resource.name}: its provider {by.rpartition('::')[2]} is not in the plan", resource)


_GLOBAL: Final = (
    "acm",
    "budgets",
    "cloudfront",
    "costexplorer",
    "cur",
    "iam",
    "organizations",
    "route53",
    "shield",
    "wafv2",
)


def _known(value: Json) -> bool:
    return isinstance(value, str) and value not in (SECRET, UNKNOWN, "")
