"""Whether the account's service quotas suffice for the environment at its largest.

A quota is the account's in the region, for everything in it: what other environments use is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gpuplatform.catalog.instances import instance
from gpuplatform.ops.account import Aws, Unanswered
from gpuplatform.ops.demand import AccountDemand, ElasticPoolDemand, NodeGroupDemand
from gpuplatform.ops.results import Row, judged, unknown
from gpuplatform.pools.purchase import PurchaseType
from gpuplatform.pools.service_quotas import quota

CHECK = "quota"


@dataclass(frozen=True, kw_only=True)
class Need:
    """What the environment needs of one quota, by whom."""

    name: str
    code: str | None
    """None where only the name is known."""
    service: str
    unit: str
    parts: Mapping[str, int]
    """Pool or endpoint → what it needs."""

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    @property
    def subject(self) -> str:
        return f"{self.name} ({self.code})" if self.code else self.name

    @property
    def wanted(self) -> str:
        by = ", ".join(f"{part} {number:,}" for part, number in self.parts.items())
        return f"{self.total:,} {self.unit}: {by}"


def needs(demand: AccountDemand) -> tuple[Need, ...]:
    """EC2's quotas in vCPUs first, then SageMaker's in instances."""
    parts: dict[tuple[str | None, str], dict[str, int]] = {}
    for group in demand.node_groups:
        for key, vcpus in _of_group(group).items():
            parts.setdefault(key, {})[group.name] = vcpus
    for pool in demand.pools:
        for how in pool.hows:
            for key, vcpus in _of_pool(pool, how).items():
                parts.setdefault(key, {})[pool.name] = vcpus
    ec2 = [Need(name=name, code=code, service="ec2", unit="vCPUs", parts=p) for (code, name), p in parts.items()]
    return (*ec2, *_of_endpoints(demand))


def _of_group(group: NodeGroupDemand) -> dict[tuple[str | None, str], int]:
    """All nodes of the type with the most vCPUs, of each quota that the group's types count against."""
    each = [quota(instance(name), group.how, group.max) for name in group.instance_types]
    return {(q.code, q.name): max(o.vcpus for o in each if o.name == q.name) for q in each}


def _of_pool(pool: ElasticPoolDemand, how: PurchaseType) -> dict[tuple[str | None, str], int]:
    """The most vCPUs that Karpenter can launch within the pool's GPUs, of each quota."""
    choices: dict[tuple[str | None, str], list[tuple[int, int]]] = {}
    for name in pool.instance_types:
        one = quota(instance(name), how, 1)
        choices.setdefault((one.code, one.name), []).append((instance(name).gpu_count, one.vcpus))
    return {key: _most_vcpus(types, pool.max_gpus) for key, types in choices.items()}


def _most_vcpus(types: Iterable[tuple[int, int]], gpus: int) -> int:
    """The largest sum of vCPUs of nodes, given as (GPUs, vCPUs), that have at most so many GPUs together."""
    best = [0] * (gpus + 1)
    for budget in range(1, gpus + 1):
        best[budget] = max([best[budget - 1], *(best[budget - g] + v for g, v in types if 0 < g <= budget)])
    return best[gpus]


def _of_endpoints(demand: AccountDemand) -> Iterator[Need]:
    parts: dict[str, dict[str, int]] = {}
    for endpoint in demand.endpoints:
        count = endpoint.max * (2 if endpoint.twice_while_updated else 1)
        name = (
            f"{endpoint.name} (twice its {endpoint.max} while updated)"
            if endpoint.twice_while_updated
            else endpoint.name
        )
        parts.setdefault(endpoint.instance_type, {})[name] = count
    for instance_type, by in parts.items():
        # SageMaker's quotas have a code a type; the name follows one pattern (console, Service Quotas, SageMaker).
        yield Need(
            name=f"{instance_type} for endpoint usage", code=None, service="sagemaker", unit="instances", parts=by
        )


def rows(aws: Aws, demand: AccountDemand) -> Iterator[Row]:
    needed = needs(demand)
    for need in needed:
        if need.service == "ec2":
            yield _ec2(aws, need)
    sagemaker = [need for need in needed if need.service == "sagemaker"]
    if sagemaker:
        yield from _sagemaker(aws, sagemaker)


def _ec2(aws: Aws, need: Need) -> Row:
    if need.code is None:
        return unknown(
            CHECK,
            need.subject,
            wanted=need.wanted,
            found="AWS's page of EC2 quotas lists none for this family",
            what_to_do=f"look for it among EC2's quotas in the Service Quotas console of {aws.region}",
        )
    try:
        found = _applied(aws, need.service, need.code)
    except Unanswered as why:
        return why.row(CHECK, need.subject, wanted=need.wanted)
    return _judged(aws, need, found, need.code)


def _applied(aws: Aws, service: str, code: str) -> float:
    """The account's value, or AWS's default where the account has none of its own."""
    try:
        with aws.asking("service-quotas") as quotas:
            answer = quotas.get_service_quota(ServiceCode=service, QuotaCode=code)
    except Unanswered as why:
        if why.code != "NoSuchResourceException":
            raise
        with aws.asking("service-quotas") as quotas:
            answer = quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
    return answer["Quota"]["Value"]


def _sagemaker(aws: Aws, needed: list[Need]) -> Iterator[Row]:
    """By name, so out of the lists: the account's own values first, AWS's defaults for what is not among them."""
    names = {need.name for need in needed}
    try:
        found = _listed(aws, "list_service_quotas", names)
        if names - found.keys():
            found = {**_listed(aws, "list_aws_default_service_quotas", names), **found}
    except Unanswered as why:
        yield from (why.row(CHECK, need.subject, wanted=need.wanted) for need in needed)
        return
    for need in needed:
        if need.name in found:
            code, value = found[need.name]
            yield _judged(aws, need, value, code)
        else:
            yield unknown(
                CHECK,
                need.subject,
                wanted=need.wanted,
                found=f"SageMaker has no quota of that name in {aws.region}",
                what_to_do="see whether SageMaker offers the type in this region",
            )


def _listed(aws: Aws, operation: str, names: set[str]) -> dict[str, tuple[str, float]]:
    """Name → code and value."""
    with aws.asking("service-quotas") as quotas:
        pages = quotas.get_paginator(operation).paginate(ServiceCode="sagemaker", PaginationConfig={"PageSize": 100})
        return {
            one["QuotaName"]: (one["QuotaCode"], one["Value"])
            for page in pages
            for one in page["Quotas"]
            if one["QuotaName"] in names
        }


def _judged(aws: Aws, need: Need, found: float, code: str) -> Row:
    return judged(
        CHECK,
        need.subject,
        wanted=need.wanted,
        found=f"{found:,.0f} {need.unit}",
        holds=found >= need.total,
        else_do=f"ask for {need.total} or more, which AWS grants in hours to days: `aws service-quotas "
        f"request-service-quota-increase --service-code {need.service} --quota-code {code} "
        f"--desired-value {need.total} --region {aws.region}`",
    )
