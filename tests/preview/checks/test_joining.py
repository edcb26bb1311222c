"""Faults of public reports, planted on the recorded plans: nodes that start and never join."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gpuplatform.kinds import eks, vpc, vpc_egress
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, LAUNCH_TEMPLATE, NODE_GROUP
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.edits import Break, both, dropped, each_of, inputs, setting
from tests.preview.planted import told
from tests.preview.sound import a_resource, and_also, with_field, with_input, without


def but(*addons: str) -> Callable[[PlannedResource], PlannedResource]:
    """A resource that no longer waits for some add-ons, nor for all of them as one."""
    return lambda r: replace(
        r, dependencies=tuple(urn for urn in r.dependencies if not any(one in urn for one in addons))
    )


def _after_the_role_alone(plan: Plan) -> Plan:
    late = but("vpc-cni", "Addons::node-addons", "kube-proxy", "eks-pod-identity-agent", "eks-node-monitoring-agent")
    return replace(plan, resources=tuple(late(r) for r in plan.resources), first=None)


def _groups_of_the_network_alone(plan: Plan) -> Plan:
    own = {str(r.outputs["clusterSecurityGroupId"]) for r in plan.all(CLUSTER_COMPONENT)}

    def without_cluster(template: PlannedResource) -> PlannedResource:
        inputs = dict(template.inputs)
        if ids := inputs.get("vpcSecurityGroupIds"):
            inputs["vpcSecurityGroupIds"] = [one for one in ids if one not in own]
        if interfaces := inputs.get("networkInterfaces"):
            inputs["networkInterfaces"] = [
                {**i, "securityGroups": [one for one in i["securityGroups"] if one not in own]} for i in interfaces
            ]
        return replace(template, inputs=inputs)

    return each_of(LAUNCH_TEMPLATE, without_cluster)(plan)


def _no_nat(plan: Plan) -> Plan:
    """As `network.nat: none` makes it."""
    kept = dropped(vpc_egress.NAT_GATEWAY, "aws:ec2/eip:Eip")(plan)
    routes = [r.name for r in kept.all(vpc.ROUTE) if r.inputs.get("natGatewayId")]
    for name in routes:
        kept = without(kept, name)
    return kept


def _nat_without_a_way_out(plan: Plan) -> Plan:
    return without(plan, "network-public-internet")


def _network_by_pod_identity(plan: Plan) -> Plan:
    """The pod network takes its role by an agent that comes after the nodes."""
    given = with_input(
        plan,
        "node-addons-vpc-cni",
        "podIdentityAssociations",
        [{"roleArn": "arn:aws:iam::444455556666:role/elsewhere", "serviceAccount": "aws-node"}],
    )
    late = replace(given, resources=tuple(but("eks-pod-identity-agent", "node-addons")(r) for r in given.resources))
    return replace(late, first=None)


FAULTS: list[tuple[str, str, str, Break]] = [
    ("terraform-aws-eks#3446", "node-before-network", "system-nodes: starts nodes", _after_the_role_alone),
    ("no network at all", "node-before-network", "nothing brings a pod network", dropped(eks.ADDON, named="vpc-cni")),
    ("terraform-aws-eks#3260", "node-before-network", "wait for node-addons-", _network_by_pod_identity),
    (
        "ai-on-eks#111",
        "node-not-admitted",
        "no access entry admits nodes",
        dropped(eks.ACCESS_ENTRY, named="karpenter-nodes"),
    ),
    (
        "an entry for people",
        "node-not-admitted",
        "is of type STANDARD",
        setting("karpenter-nodes-entry", "type", "STANDARD"),
    ),
    (
        "an entry for others",
        "node-not-admitted",
        "no access entry admits nodes",
        lambda p: with_field(
            setting("karpenter-nodes-entry", "principalArn", "arn:aws:iam::444455556666:role/other")(p),
            "karpenter-nodes-entry",
            property_dependencies={},
        ),
    ),
    (
        "terraform-aws-eks#1662",
        "node-without-cluster-group",
        "lack that of the cluster",
        _groups_of_the_network_alone,
    ),
    (
        "a node class without the cluster's group",
        "node-without-cluster-group",
        "l40s-class",
        setting(
            "l40s-class", "spec|securityGroupSelectorTerms|0", {"tags": {"karpenter.sh/discovery": "gpuplatform-prod"}}
        ),
    ),
    (
        "terraform-aws-eks#2149",
        "api-out-of-reach",
        "none joins",
        each_of(CLUSTER_COMPONENT, inputs(endpointPrivateAccess=False)),
    ),
    (
        "an API that answers nowhere",
        "api-out-of-reach",
        "answers nowhere",
        each_of(CLUSTER_COMPONENT, inputs(endpointPrivateAccess=False, endpointPublicAccess=False)),
    ),
    ("terraform-aws-eks#2474", "no-way-out", "lacks endpoints of ec2, ecr.api, ecr.dkr, eks-auth", _no_nat),
    ("images from outside", "image-out-of-reach", "docker.io", _no_nat),
    ("a gateway without a way out", "no-way-out", "leads to a NAT gateway that has no way out", _nat_without_a_way_out),
    (
        "a private NAT gateway",
        "no-way-out",
        "leads to a NAT gateway that has no way out",
        each_of(vpc_egress.NAT_GATEWAY, lambda r: replace(r, inputs={**r.inputs, "connectivityType": "private"})),
    ),
    (
        "terraform-aws-eks#759",
        "no-way-out",
        "leads to an internet gateway",
        lambda p: with_field(
            setting(
                "system-nodes", "subnetIds", [p.one("aws:ec2/subnet:Subnet", "network-public-use1-az4").outputs["id"]]
            )(p),
            "system-nodes",
            property_dependencies={},
        ),
    ),
    ("no names", "node-names", "enable_dns_hostnames", setting("network-vpc", "enableDnsHostnames", False)),
    ("no resolution", "node-names", "enable_dns_support", setting("network-vpc", "enableDnsSupport", False)),
    (
        "a role of nodes that pulls nothing",
        "node-role-policies",
        "cannot pull images",
        lambda p: without(p, "nodes-role-AmazonEC2ContainerRegistryPullOnly"),
    ),
    (
        "a role of nodes that joins nothing",
        "node-role-policies",
        "cannot join the cluster",
        lambda p: without(p, "karpenter-nodes-role-AmazonEKSWorkerNodePolicy"),
    ),
    (
        "a network without rights",
        "node-role-policies",
        "calls EC2 as the node",
        lambda p: without(p, "nodes-role-AmazonEKS_CNI_Policy"),
    ),
    ("nodes newer than the cluster", "node-image-version", "1.37", setting("system-nodes", "version", "1.37")),
    ("nodes too old", "node-image-version", "1.30", setting("system-nodes", "version", "1.30")),
    ("Amazon Linux 2", "node-image-version", "AL2023", setting("system-nodes", "amiType", "AL2_ARM_64")),
    (
        "a release of another version",
        "node-image-version",
        "releaseVersion is of 1.34",
        setting("system-nodes", "releaseVersion", "1.34.2-20260714"),
    ),
]


@pytest.mark.parametrize(("what", "rule", "words", "broken"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_planted_fault_is_found(what: str, rule: str, words: str, broken: Break, plans: dict[str, Plan]):
    found = run_checks(broken(plans["prod"]))

    assert any(f.rule == rule and words in f.message for f in found), (what, told(found))


def _rule_between_groups(plan: Plan) -> Plan:
    """Nodes in groups of their own, which the cluster's group lets in."""
    own = str(plan.one(CLUSTER_COMPONENT).outputs["clusterSecurityGroupId"])
    nodes = plan.one("aws:ec2/securityGroup:SecurityGroup", "security-nodes").outputs["id"]
    rule = a_resource(
        vpc.SECURITY_GROUP_RULE,
        "api-from-nodes",
        {"type": "ingress", "securityGroupId": own, "sourceSecurityGroupId": nodes}
        | {"protocol": "tcp", "fromPort": 443, "toPort": 443},
    )
    return and_also(_groups_of_the_network_alone(plan), rule)


def _endpoints(plan: Plan) -> Plan:
    network = plan.one("aws:ec2/vpc:Vpc").outputs["id"]
    services = (
        "ec2",
        "ecr.api",
        "ecr.dkr",
        "eks-auth",
        "eks",
        "ssm",
        "sqs",
        "sts",
        "autoscaling",
        "elasticloadbalancing",
    )
    made = [
        a_resource(
            vpc_egress.VPC_ENDPOINT,
            f"to-{service}",
            {
                "vpcId": network,
                "vpcEndpointType": "Interface",
                "serviceName": f"com.amazonaws.us-east-1.{service}",
                "privateDnsEnabled": True,
            },
        )
        for service in services
    ]
    return and_also(_no_nat(plan), *made)


SOUND: list[tuple[str, str, Break]] = [
    ("a rule lets the nodes' groups in", "node-without-cluster-group", _rule_between_groups),
    ("every endpoint is there", "no-way-out", _endpoints),
    (
        "a public API and nodes that come from anywhere",
        "api-out-of-reach",
        each_of(CLUSTER_COMPONENT, inputs(endpointPrivateAccess=False, publicAccessCidrs=["0.0.0.0/0"])),
    ),
    (
        "a group that starts no node",
        "node-before-network",
        lambda p: _after_the_role_alone(
            each_of(
                NODE_GROUP,
                lambda r: replace(
                    r, inputs={**r.inputs, "scalingConfig": {"minSize": 0, "desiredSize": 0, "maxSize": 2}}
                ),
            )(p)
        ),
    ),
    (
        "EKS brings its own network",
        "node-before-network",
        both(
            dropped(eks.ADDON, named="vpc-cni"),
            each_of(CLUSTER_COMPONENT, inputs(bootstrapSelfManagedAddons=None)),
        ),
    ),
]


@pytest.mark.parametrize(("what", "rule", "changed"), SOUND, ids=[s[0] for s in SOUND])
def test_what_works_otherwise_is_no_fault(what: str, rule: str, changed: Break, plans: dict[str, Plan]):
    found = [f for f in run_checks(changed(plans["prod"])) if f.rule == rule]

    assert told(found) == [], what
