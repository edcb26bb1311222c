"""Whether AWS publishes, in the region, the machine images that the nodes will boot.

Names of the parameters: EKS user guide, "Retrieve recommended Amazon Linux AMI IDs" and "Retrieve recommended Bottlerocket
AMI IDs"; of pinned releases as Karpenter resolves its aliases (aws/karpenter-provider-aws, pkg/providers/amifamily/al2023.go).
All read 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from gpuplatform.catalog.instances import instance
from gpuplatform.ops.account import Aws, Unanswered
from gpuplatform.ops.demand import AccountDemand, ElasticPoolDemand, NodeGroupDemand
from gpuplatform.ops.results import Row, Verdict, judged, unknown

CHECK = "machine image"
ALL = "/aws/service/eks/optimized-ami"
LISTED = (
    f"see whether `aws ssm get-parameters-by-path --path {ALL} --recursive` lists any; AWS lists some in every region"
)
_AMI_TYPE = re.compile(r"(AL2023|BOTTLEROCKET)_(x86_64|ARM_64)(?:_(STANDARD|NVIDIA|NEURON))?(_FIPS)?")
_ARCHITECTURE = {"x86_64": "x86_64", "ARM_64": "arm64"}


def parameters(demand: AccountDemand) -> dict[str, list[str]]:
    """Name of the public parameter that holds the image → the groups and pools that boot it. None for a custom image."""
    found: dict[str, list[str]] = {}
    for group in demand.node_groups:
        if name := _of_group(group, demand.kubernetes):
            found.setdefault(name, []).append(group.name)
    for pool in demand.pools:
        for name in _of_pool(pool, demand.kubernetes):
            found.setdefault(name, []).append(pool.name)
    return found


def _of_group(group: NodeGroupDemand, kubernetes: str) -> str | None:
    kind = _AMI_TYPE.fullmatch(group.ami_type)
    if kind is None:
        return None
    family, architecture, variant, fips = kind.groups()
    if family == "AL2023":
        # A managed release 1.35.2-20260714 is the image …-1.35-v20260714.
        version = f"v{group.release.rpartition('-')[2]}" if group.release else None
        return _al2023(kubernetes, _ARCHITECTURE[architecture], variant.lower(), version)
    flavour = f"{'-nvidia' if variant == 'NVIDIA' else ''}{'-fips' if fips else ''}"
    # A managed release 1.50.0-dc3d1c0f is Bottlerocket 1.50.0.
    version = group.release.partition("-")[0] if group.release else None
    return _bottlerocket(kubernetes, _ARCHITECTURE[architecture], flavour, version)


def _of_pool(pool: ElasticPoolDemand, kubernetes: str) -> Iterator[str]:
    types = [instance(name) for name in pool.instance_types]
    for alias in pool.ami_aliases:
        family, _, version = alias.partition("@")
        pinned = None if version == "latest" else version
        for architecture, gpus in sorted({(t.architecture, t.gpu is not None) for t in types}):
            if family == "al2023":
                yield _al2023(kubernetes, architecture, "nvidia" if gpus else "standard", pinned)
            elif family == "bottlerocket":
                bare = pinned.removeprefix("v") if pinned else None
                yield _bottlerocket(kubernetes, architecture, "-nvidia" if gpus else "", bare)


def _al2023(kubernetes: str, architecture: str, variant: str, version: str | None) -> str:
    image = f"amazon-eks-node-al2023-{architecture}-{variant}-{kubernetes}-{version}" if version else "recommended"
    return f"/aws/service/eks/optimized-ami/{kubernetes}/amazon-linux-2023/{architecture}/{variant}/{image}/image_id"


def _bottlerocket(kubernetes: str, architecture: str, flavour: str, version: str | None) -> str:
    return f"/aws/service/bottlerocket/aws-k8s-{kubernetes}{flavour}/{architecture}/{version or 'latest'}/image_id"


def rows(aws: Aws, demand: AccountDemand) -> Iterator[Row]:
    found = [_row(aws, name, used_by) for name, used_by in parameters(demand).items()]
    if found and all(row.verdict is Verdict.FAIL for row in found) and not _any_published(aws):
        # Every region publishes some: here nobody has the list.
        found = [
            replace(
                row,
                found=f"no image of EKS at all is listed in {aws.region}",
                verdict=Verdict.UNKNOWN,
                what_to_do=LISTED,
            )
            for row in found
        ]
    yield from found
    for group in demand.node_groups:
        if not _of_group(group, demand.kubernetes):
            yield unknown(
                CHECK,
                group.name,
                wanted="published by AWS",
                found=f"AMI type {group.ami_type or 'not said'}: an image of your own",
                what_to_do="see for yourself that the image exists in the region",
            )


def _any_published(aws: Aws) -> bool:
    """Whether the region lists any image of EKS; yes where that cannot be found out."""
    try:
        with aws.asking("ssm") as ssm:
            return bool(ssm.get_parameters_by_path(Path=ALL, Recursive=True, MaxResults=1)["Parameters"])
    except Unanswered:
        return True


def _row(aws: Aws, name: str, used_by: list[str]) -> Row:
    wanted = f"published, for {', '.join(used_by)}"
    try:
        with aws.asking("ssm") as ssm:
            found = str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    except Unanswered as why:
        if why.code != "ParameterNotFound":
            return why.row(CHECK, _short(name), wanted=wanted)
        found = ""
    return judged(
        CHECK,
        _short(name),
        wanted=wanted,
        found=found or f"not published in {aws.region}",
        holds=bool(found),
        else_do="choose a Kubernetes version or image release that is: `aws ssm get-parameters-by-path "
        f"--path {name.rsplit('/', 2)[0]} --recursive --region {aws.region}`",
    )


def _short(name: str) -> str:
    return name.removeprefix("/aws/service/").removesuffix("/image_id")
