"""Whether a node that starts reaches what it needs to join: the API server, names, AWS's services, images.

Source: Amazon EKS user guide, "View Amazon EKS networking requirements for VPC and subnets", "Cluster API server endpoint", "Deploy
private clusters with limited internet access", "View Amazon EKS security group requirements", read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Final

from gpuplatform.kinds import vpc, vpc_egress
from gpuplatform.kinds.cluster.admissions import admissions, identities
from gpuplatform.kinds.cluster.control_planes import ControlPlane, control_planes
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_launches import Launch, launches, selects
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.kinds.cluster.ways_out import Way, endpoints, way_out
from gpuplatform.kinds.identity.accounts import pod_roles
from gpuplatform.kinds.tokens import EIP, NODE_GROUP, RELEASE, SECURITY_GROUP
from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict, as_list, get_path, strings
from gpuplatform.preview.checking.check import Severity, Violation, check

EVERYWHERE: Final = "0.0.0.0/0"
HTTPS: Final = 443
_ALWAYS: Final = ("ec2", "ecr.api", "ecr.dkr", "s3")
_OF_CHARTS: Final = {
    "aws-load-balancer-controller": ("elasticloadbalancing",),
    "cluster-autoscaler": ("autoscaling",),
    "karpenter": ("eks", "ssm", "sqs", "sts"),
}
_CLOSED: Final = (Way.NOWHERE, Way.LOST)


@check("api-out-of-reach", Severity.ERROR, "Nodes reach the API server of their cluster.")
def api_out_of_reach(plan: Plan) -> Iterator[Violation]:
    """Within the VPC where the private endpoint is on; else over the internet, from addresses that it lets in."""
    for plane in control_planes(plan):
        if plane.private or plane.auto_mode or not any(launch for launch in launches(plan)):
            continue
        if not plane.public:
            yield Violation(
                f"{plane.resource.name}: its API answers nowhere; set endpoint_private_access", plane.resource
            )
        elif not _lets_nodes_in(plan, plane):
            yield Violation(
                f"{plane.resource.name}: its API answers {', '.join(plane.ranges)} alone, and its nodes come from elsewhere: none joins; "
                "set endpoint_private_access",
                plane.resource,
            )


def _lets_nodes_in(plan: Plan, plane: ControlPlane) -> bool:
    if EVERYWHERE in plane.ranges or UNKNOWN in plane.ranges or not all(map(_is_range, plane.ranges)):
        return True
    addresses = [text for eip in plan.all(EIP) for text in strings([eip.outputs.get("publicIp")])]
    return any(ip_address(a) in ip_network(r, strict=False) for a in addresses for r in plane.ranges)


def _is_range(text: str) -> bool:
    try:
        return bool(ip_network(text, strict=False))
    except ValueError:
        return False


@check("node-names", Severity.ERROR, "The VPC of a cluster gives its nodes names, and answers for them.")
def node_names(plan: Plan) -> Iterator[Violation]:
    """EKS demands both of DNS hostnames and DNS resolution, or nodes cannot register; EC2 does for an endpoint with private names."""
    subnets = {s.urn: s for plane in control_planes(plan) for s in plane.subnets}
    subnets |= {s.urn: s for launch in launches(plan) for s in launch.subnets}
    of_cluster = {v.urn: v for s in subnets.values() for v in linked(plan, s, "vpcId", vpc.VPC)}
    for network in of_cluster.values() if control_planes(plan) else ():
        yield from _unnamed(network, "nodes do not register")
    for one in plan.all(vpc_egress.VPC_ENDPOINT):
        if one.inputs.get("privateDnsEnabled") is True:
            for network in linked(plan, one, "vpcId", vpc.VPC):
                if network.urn not in of_cluster:
                    yield from _unnamed(network, f"EC2 refuses {one.name}")


def _unnamed(network: PlannedResource, consequence: str) -> Iterator[Violation]:
    # A new VPC resolves names and gives none (EC2 API reference, ModifyVpcAttribute).
    hostnames, support = network.inputs.get("enableDnsHostnames"), network.inputs.get("enableDnsSupport", True)
    if hostnames not in (True, UNKNOWN) or support not in (True, UNKNOWN):
        missing = "enable_dns_hostnames" if hostnames not in (True, UNKNOWN) else "enable_dns_support"
        yield Violation(f"{network.name}: {missing} is not set: {consequence}; set it to true", network)


@check(
    "no-way-out",
    Severity.ERROR,
    "Nodes reach AWS's services: by a NAT gateway, by an address of their own, or by endpoints.",
)
def no_way_out(plan: Plan) -> Iterator[Violation]:
    for launch in launches(plan):
        reached = [(subnet, way_out(plan, subnet)) for subnet in launch.subnets]
        for subnet, out in reached:
            if out.way in _CLOSED:
                there = {*endpoints(plan, subnet)}
                missing = [s for s in _needed(plan, launch) if s not in there]
                what = "has no route out" if out.way is Way.NOWHERE else "leads to a NAT gateway that has no way out"
                if missing:
                    yield Violation(
                        f"{launch.resource.name}: {subnet.name} {what}, and its VPC lacks endpoints of {', '.join(missing)}: its nodes do "
                        "not join; add a NAT gateway or these endpoints",
                        launch.resource,
                    )
                    break
            elif out.way is Way.INTERNET and not _addressed(launch, subnet):
                yield Violation(
                    f"{launch.resource.name}: {subnet.name} leads to an internet gateway, which serves no node without a public address; "
                    "put nodes into private subnets with a NAT gateway",
                    launch.resource,
                )
                break


def _needed(plan: Plan, launch: Launch) -> list[str]:
    """Services that nodes and the plan's controllers call."""
    roles = pod_roles(plan)
    needed = dict.fromkeys(_ALWAYS)
    needed |= dict.fromkeys(["eks-auth"] if any(r.by_agent for r in roles) else [])
    needed |= dict.fromkeys(["sts"] if any(not r.by_agent for r in roles) else [])
    for release in plan.all(RELEASE):
        needed |= dict.fromkeys(_OF_CHARTS.get(chart(release), ()))
    return list(needed)


def _addressed(launch: Launch, subnet: PlannedResource) -> bool:
    how = as_dict(launch.how.inputs if launch.how else None)
    spec = how if launch.managed else as_dict(how.get("spec"))
    asked = [get_path(i, "associatePublicIpAddress") for i in as_list(spec.get("networkInterfaces"))]
    stated = [*asked[:1], spec.get("associatePublicIPAddress")]
    for one in stated:
        if one is not None:
            return one in (True, "true", UNKNOWN)
    return subnet.inputs.get("mapPublicIpOnLaunch") in (True, UNKNOWN) or bool(
        subnet.outputs.get("mapPublicIpOnLaunch")
    )


@check("image-out-of-reach", Severity.WARNING, "Nodes without a way out pull images from Amazon ECR alone.")
def image_out_of_reach(plan: Plan) -> Iterator[Violation]:
    closed = [launch for launch in launches(plan) if any(way_out(plan, s).way in _CLOSED for s in launch.subnets)]
    if not closed:
        return
    images = {_host(str(get_path(c, "image"))): p.owner.name for p in pods(plan) for c in p.containers}
    outside = [f"{host} ({name})" for host, name in images.items() if ".dkr.ecr." not in host and host != UNKNOWN]
    charts = [r.name for r in plan.all(RELEASE) if ".dkr.ecr." not in " ".join(strings(r.inputs.get("values")))]
    if told := [*outside, *charts]:
        more = f" and {len(told) - 6} more" if len(told) > 6 else ""
        yield Violation(
            f"{closed[0].resource.name}: its nodes reach no registry but Amazon ECR, and images come from outside: "
            f"{', '.join(told[:6])}{more}; copy them to ECR, or add a NAT gateway",
            closed[0].resource,
        )


def _host(image: str) -> str:
    """The registry of an image; Docker's own where it names none."""
    first = image.partition("/")[0]
    return first if ("/" in image and "." in first) or image == UNKNOWN else "docker.io"


@check("node-without-cluster-group", Severity.ERROR, "The security groups of nodes let them speak with the API server.")
def node_without_cluster_group(plan: Plan) -> Iterator[Violation]:
    """EKS puts the API server into a group of its own that admits its members; a launch template that names groups must name it too, or
    some rule must let the nodes' groups in."""
    for launch in launches(plan):
        plane = _plane(plan, launch)
        groups, all_known = _groups(plan, launch)
        if plane is None or not groups or not all_known or not plane.own_groups:
            continue
        own = _with_urns(plan, plane.own_groups)
        if not groups & own and not _admitted(plan, groups, own | _more(plan, plane)):
            yield Violation(
                f"{launch.named.name}: its security groups lack that of the cluster {plane.resource.name}, and none lets them in there: "
                "nodes do not join; add cluster_security_group_id",
                launch.named,
            )


def _plane(plan: Plan, launch: Launch) -> ControlPlane | None:
    planes = control_planes(plan)
    if launch.resource.type == NODE_GROUP:
        planes = tuple(p for p in planes if p.of(launch.resource, "clusterName")) or planes
    return planes[0] if len(planes) == 1 else None


def _groups(plan: Plan, launch: Launch) -> tuple[frozenset[str], bool]:
    """IDs and URNs of the groups of a launch's first interface, and whether that is all of them."""
    if launch.how is None:
        return frozenset(), True
    if not launch.managed:
        return _selected(plan, as_list(get_path(launch.how.inputs, "spec", "securityGroupSelectorTerms")))
    interfaces = as_list(launch.how.inputs.get("networkInterfaces"))
    written: Json = (
        get_path(interfaces[0], "securityGroups") if interfaces else launch.how.inputs.get("vpcSecurityGroupIds")
    )
    ids = [*strings(written)]
    return _with_urns(plan, frozenset(ids)), UNKNOWN not in ids


def _selected(plan: Plan, terms: list[Json]) -> tuple[frozenset[str], bool]:
    found: set[str] = set()
    whole = True
    for term in terms:
        named = get_path(term, "id")
        mine = [g for g in plan.all(SECURITY_GROUP) if selects(term, g)]
        # What EKS itself tags, and tags that are put on its group from elsewhere, the plan does not show.
        whole = whole and named != UNKNOWN and (bool(mine) or (isinstance(named, str)))
        found |= {urn for g in mine for urn in identities(g)} | ({named} if isinstance(named, str) else set())
    return frozenset(found), whole


def _with_urns(plan: Plan, ids: frozenset[str]) -> frozenset[str]:
    return ids | {g.urn for g in plan.all(SECURITY_GROUP) if g.outputs.get("id") in ids}


def _more(plan: Plan, plane: ControlPlane) -> frozenset[str]:
    """Groups of the API server beside EKS's own."""
    inputs = plane.resource.inputs
    named = [inputs.get("clusterSecurityGroup"), get_path(inputs, "vpcConfig", "securityGroupIds")]
    by_urn = linked(plan, plane.resource, "vpcConfig", SECURITY_GROUP)
    return _with_urns(plan, frozenset(strings(named))) | {urn for g in by_urn for urn in identities(g)}


def _admitted(plan: Plan, nodes: frozenset[str], server: frozenset[str]) -> bool:
    return any(
        one.into & server and one.lets_in(HTTPS) and (one.groups & nodes or one.ranges) for one in admissions(plan)
    )
