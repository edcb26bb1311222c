"""Which models pods of a namespace can call, as network policies and keys have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from gpuplatform.catalog.nodes import GPU
from gpuplatform.kinds.cluster.identities import Identity, identities
from gpuplatform.kinds.cluster.names import namespace_of, namespaces, selects
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.kinds.tokens import DEPLOYMENT
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_list, get_path

ENDPOINT: Final = "aws:sagemaker/endpoint:Endpoint"
_SECRET: Final = "secretsmanager:GetSecretValue"
_INVOKE: Final = ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync")


def models(plan: Plan, namespace: str, own: list[Identity]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Model, and how pods of the namespace that have these identities call it; only models that they can call."""
    for pod in pods(plan):
        if pod.owner.type != DEPLOYMENT or not pod.asks.get(GPU):
            continue
        ways = tuple(_ways(plan, namespace, pod, depth=2))
        if ways:
            yield str(pod.spec.get("serviceAccountName") or pod.owner.name), (*ways, *_key(plan, pod, own))
    for endpoint in plan.all(ENDPOINT):
        arn = str(endpoint.outputs.get("arn"))
        patterns = [p for one in own for action in _INVOKE for p in one.resources(action)]
        if any(fnmatchcase(arn, pattern) for pattern in patterns):
            yield endpoint.name, ("call",)


def _key(plan: Plan, pod: Pod, own: list[Identity]) -> Iterator[str]:
    """What a caller must have besides."""
    server = (pod.namespace, str(pod.spec.get("serviceAccountName")))
    secrets = [
        secret
        for one in identities(plan)
        if (one.namespace, one.account) == server
        for secret in one.resources(_SECRET)
    ]
    if secrets:
        reads = any(fnmatchcase(secret, p) for secret in secrets for one in own for p in one.resources(_SECRET))
        yield "reads its key" if reads else "with its key"
    else:
        yield "without a key"


def _ways(plan: Plan, namespace: str, pod: Pod, depth: int) -> Iterator[str]:
    """Straight to its pods, or through others in their namespace."""
    rules = _rules(plan, pod)
    if rules is None or any(_admits(plan, rule, namespace, pod.namespace) for rule in rules):
        yield "direct"
    elif depth and any(
        any(True for _ in _ways(plan, namespace, gateway, depth - 1))
        for rule in rules
        for peer in as_list(get_path(rule, "from"))
        if "podSelector" in peer and "namespaceSelector" not in peer
        for gateway in pods(plan)
        if gateway.namespace == pod.namespace and selects(get_path(peer, "podSelector"), gateway.labels)
    ):
        yield "by the gateway"


def _rules(plan: Plan, pod: Pod) -> list[Json] | None:
    """Of all network policies that select a pod; None where none does, which lets everybody in."""
    selecting = [
        body.get("spec")
        for _, body in of_kind(plan, "NetworkPolicy")
        if namespace_of(body) == pod.namespace and selects(get_path(body, "spec", "podSelector"), pod.labels)
    ]
    if not selecting:
        return None
    return [rule for spec in selecting for rule in as_list(get_path(spec, "ingress"))]


def _admits(plan: Plan, rule: Json, namespace: str, home: str) -> bool:
    """Whether any pod of the namespace may come in; what it is labelled with, it chooses."""
    peers = as_list(get_path(rule, "from"))
    labels: Mapping[str, Json] = namespaces(plan).get(namespace, {})
    return not peers or any(
        selects(get_path(peer, "namespaceSelector"), labels) if "namespaceSelector" in peer else namespace == home
        for peer in peers
        if "ipBlock" not in peer
    )
