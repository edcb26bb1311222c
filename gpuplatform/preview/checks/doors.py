"""What faces the internet, and whether it asks who comes.

A range of addresses that is named is an answer; so is a login at the load balancer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import ec2, elasticloadbalancing, kubernetes, lambda_
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_CLASS, NODE_GROUP, SUBNET
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.exposure import everybody

_ALB: Final = "alb.ingress.kubernetes.io"
_NLB: Final = "service.beta.kubernetes.io"
_LOGINS: Final = ("authenticate-oidc", "authenticate-cognito", "jwt-validation")
"""Actions of a listener that ask who comes (Elastic Load Balancing user guide, "Listener rule actions")."""


@check("unauthenticated-door", Severity.ERROR, "What faces the internet asks who comes, or lets in named ranges alone.")
def unauthenticated_door(plan: Plan) -> Iterator[Violation]:
    yield from _services(plan)
    yield from _ingresses(plan)
    yield from _load_balancers(plan)
    for url in plan.all(lambda_.FUNCTION_URL):
        if url.inputs.get("authorizationType") == "NONE":
            yield Violation(f"{url.name}: anybody may call it; set authorizationType to AWS_IAM", url)


def _services(plan: Plan) -> Iterator[Violation]:
    for service in plan.all(kubernetes.SERVICE):
        spec, annotations = service.inputs.get("spec"), _annotations(service)
        outwards = annotations.get(f"{_NLB}/aws-load-balancer-scheme") == "internet-facing"
        ranges = as_list(get_path(spec, "loadBalancerSourceRanges"))
        if get_path(spec, "type") == "LoadBalancer" and outwards and _open(ranges):
            yield Violation(
                f"{service.name}: faces the internet; set loadBalancerSourceRanges to who may come", service
            )


def _ingresses(plan: Plan) -> Iterator[Violation]:
    for ingress in plan.all(kubernetes.INGRESS):
        annotations = _annotations(ingress)
        outwards = annotations.get(f"{_ALB}/scheme") == "internet-facing"
        login = annotations.get(f"{_ALB}/auth-type", "none") != "none"
        ranges = [r.strip() for r in str(annotations.get(f"{_ALB}/inbound-cidrs", "")).split(",") if r.strip()]
        if outwards and not login and _open(ranges):
            yield Violation(
                f"{ingress.name}: faces the internet; annotate it with {_ALB}/auth-type, or {_ALB}/inbound-cidrs",
                ingress,
            )


def _load_balancers(plan: Plan) -> Iterator[Violation]:
    """Load balancers of the program's own; the ranges of theirs are those of their security groups."""
    doors = {
        balancer.outputs.get("arn"): balancer
        for balancer in plan.all(elasticloadbalancing.LOAD_BALANCER)
        if balancer.inputs.get("internal") is not True and balancer.inputs.get("loadBalancerType") != "network"
    }
    for balancer in plan.all(elasticloadbalancing.LOAD_BALANCER):
        of_ports = balancer.inputs.get("loadBalancerType") == "network"
        if of_ports and balancer.inputs.get("internal") is not True and not balancer.inputs.get("securityGroups"):
            yield Violation(f"{balancer.name}: lets in the whole internet; give it security groups", balancer)
    for listener in plan.all(elasticloadbalancing.LISTENER):
        actions = [get_path(action, "type") for action in as_list(listener.inputs.get("defaultActions"))]
        if listener.inputs.get("loadBalancerArn") in doors and "forward" in actions and not set(actions) & {*_LOGINS}:
            yield Violation(f"{listener.name}: forwards whoever comes from the internet; authenticate first", listener)


@check("public-node", Severity.ERROR, "No node or database has an address of its own on the internet.")
def public_node(plan: Plan) -> Iterator[Violation]:
    for template in plan.all(LAUNCH_TEMPLATE):
        for index, card in enumerate(as_list(template.inputs.get("networkInterfaces"))):
            if get_path(card, "associatePublicIpAddress") in (True, "true"):
                yield Violation(
                    f"{template.name}: networkInterfaces[{index}] gets a public address; leave it out", template
                )
    for instance in plan.all(ec2.INSTANCE):
        if instance.inputs.get("associatePublicIpAddress") is True:
            yield Violation(f"{instance.name}: gets a public address; leave associatePublicIpAddress out", instance)
    for database in plan.resources:
        if database.type.startswith("aws:") and database.inputs.get("publiclyAccessible") is True:
            yield Violation(f"{database.name}: is reached from the internet; leave publiclyAccessible out", database)
    for node_class in plan.all(NODE_CLASS):
        if get_path(node_class.inputs, "spec", "associatePublicIPAddress") is True:
            yield Violation(
                f"{node_class.name}: its nodes get public addresses; leave associatePublicIPAddress out", node_class
            )
    yield from _in_public_subnets(plan)


def _in_public_subnets(plan: Plan) -> Iterator[Violation]:
    """A node group's nodes take public addresses from a subnet that gives them to everything."""
    giving = {s.outputs.get("id"): s.name for s in plan.all(SUBNET) if s.inputs.get("mapPublicIpOnLaunch")}
    for group in plan.all(NODE_GROUP):
        for subnet in as_list(group.inputs.get("subnetIds")):
            if subnet in giving:
                yield Violation(
                    f"{group.name}: the subnet {giving[subnet]} gives its nodes public addresses; use a private one",
                    group,
                )


def _annotations(resource: PlannedResource) -> dict[str, Json]:
    return as_dict(get_path(resource.inputs, "metadata", "annotations"))


def _open(ranges: list[Json]) -> bool:
    return not ranges or any(map(everybody, ranges))
