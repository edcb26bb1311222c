"""What the whole internet could reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Final

from gpuplatform.kinds import kubernetes, s3, vpc
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, CONTROL_PLANE, SECURITY_GROUP
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_WIDEST: Final = {4: 7, 6: 15}
"""Prefixes up to these are of nobody: registries give out /8 and /16 at most, and halves of the internet are two findings."""

BUCKETS: Final = (s3.BUCKET, s3.BUCKET_V2)
_PUBLIC_ACLS: Final = ("public-read", "public-read-write", "authenticated-read")
_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def everybody(range_: Json) -> bool:
    """Whether a range of addresses is the internet, or a good part of it, however it is spelt."""
    try:
        network = ip_network(str(range_), strict=False)
    except ValueError:
        return False
    return network.prefixlen <= _WIDEST[network.version]


@check("public-bucket", Severity.ERROR, "Every bucket blocks public access in all four ways.")
def public_bucket(plan: Plan) -> Iterator[Violation]:
    blocks = plan.all(s3.BUCKET_PUBLIC_ACCESS_BLOCK)
    for listed in (r for type_ in (*BUCKETS, s3.BUCKET_ACL) for r in plan.all(type_)):
        if listed.inputs.get("acl") in _PUBLIC_ACLS:
            yield Violation(f"{listed.name}: acl is {listed.inputs['acl']}; leave it out", listed)
    for bucket in (r for type_ in BUCKETS for r in plan.all(type_)):
        own = [block for block in blocks if block.refers("bucket", bucket, "id", "name")]
        if not own:
            yield Violation(f"{bucket.name}: has no BucketPublicAccessBlock", bucket)
        for block in own:
            off = [key for key in _BLOCKS if block.inputs.get(key) is not True]
            if off:
                yield Violation(f"{block.name}: {', '.join(off)} must be true", block)


@check("open-security-group", Severity.ERROR, "No security group lets the whole internet in.")
def open_security_group(plan: Plan) -> Iterator[Violation]:
    kinds = (SECURITY_GROUP, vpc.DEFAULT_SECURITY_GROUP)
    for group in (g for kind in kinds for g in plan.all(kind)):
        for index, rule in enumerate(as_list(group.inputs.get("ingress"))):
            ranges = [*as_list(get_path(rule, "cidrBlocks")), *as_list(get_path(rule, "ipv6CidrBlocks"))]
            yield from _open(group, f"ingress[{index}]", ranges)
    for rule in plan.all(vpc.SECURITY_GROUP_INGRESS_RULE):
        yield from _open(rule, "the rule", (rule.inputs.get("cidrIpv4"), rule.inputs.get("cidrIpv6")))
    for rule in plan.all(vpc.SECURITY_GROUP_RULE):
        if rule.inputs.get("type") == "ingress":
            ranges = [*as_list(rule.inputs.get("cidrBlocks")), *as_list(rule.inputs.get("ipv6CidrBlocks"))]
            yield from _open(rule, "the rule", ranges)


def _open(resource: PlannedResource, what: str, ranges: Iterable[Json]) -> Iterator[Violation]:
    for range_ in ranges:
        if everybody(range_):
            yield Violation(f"{resource.name}: {what} lets in {range_}; name the ranges that need it", resource)


@check("open-endpoint", Severity.ERROR, "The cluster's API server is reached from named ranges, or from inside alone.")
def open_endpoint(plan: Plan) -> Iterator[Violation]:
    for cluster in plan.all(CLUSTER_COMPONENT):
        yield from _endpoint(cluster, cluster.inputs)
    for cluster in plan.all(CONTROL_PLANE):
        yield from _endpoint(cluster, as_dict(cluster.inputs.get("vpcConfig")))


def _endpoint(cluster: PlannedResource, access: Json) -> Iterator[Violation]:
    ranges = as_list(get_path(access, "publicAccessCidrs"))
    if get_path(access, "endpointPublicAccess") is False:
        return
    if not ranges or any(map(everybody, ranges)):
        yield Violation(f"{cluster.name}: the API server is open to everybody; set publicAccessCidrs", cluster)


@check("open-load-balancer", Severity.WARNING, "A service's load balancer faces inwards.")
def open_load_balancer(plan: Plan) -> Iterator[Violation]:
    key = "service.beta.kubernetes.io/aws-load-balancer-scheme"
    for service in plan.all(kubernetes.SERVICE):
        if get_path(service.inputs, "spec", "type") == "LoadBalancer":
            scheme = get_path(service.inputs, "metadata", "annotations", key)
            if scheme != "internal":
                yield Violation(f"{service.name}: annotate it with {key}: internal", service)
