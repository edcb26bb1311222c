"""Writes the hardware facts of `gpuplatform/catalog/data`: instances, zones, and which zone offers which type.

Two sources give the same files: EC2's own API (`from_ec2`, needs credentials), and the captures of that API that moto
packages (`from_moto`, needs nothing). A type's row is never typed by hand.
"""

import datetime
import fnmatch
import gzip
import importlib.metadata
import importlib.resources
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import boto3

DATA = Path(__file__).parent.parent / "catalog" / "data"
COMMAND = "gpuplatform catalog refresh instances"

GPU_TYPES = (
    *("p4d.*", "p4de.*", "p5.*", "p5e.*", "p5en.*", "p6-*"),
    *("g4dn.*", "g5.*", "g6.*", "gr6.*", "g6e.*", "g6f.*", "gr6f.*", "g7.*", "g7e.*"),
)
"""Patterns of the accelerated types of the catalogue, as EC2's `instance-type` filter takes them."""

CPU_TYPES = (
    *(f"t4g.{size}" for size in ("small", "medium", "large", "xlarge")),
    *(f"m7g.{size}" for size in ("medium", "large", "xlarge", "2xlarge")),
    *(f"m7i.{size}" for size in ("large", "xlarge", "2xlarge")),
    *(f"m6i.{size}" for size in ("large", "xlarge")),
    *(f"c7g.{size}" for size in ("large", "xlarge")),
    # What plans from elsewhere use most: the programs that components and guides start from.
    *(
        f"{family}.{size}"
        for family in ("t3", "t3a")
        for size in ("micro", "small", "medium", "large", "xlarge", "2xlarge")
    ),
    *(
        f"{family}.{size}"
        for family in ("m5", "m5a", "m6i", "m6a", "m7i", "c5", "c6i", "c7i", "r5", "r6i", "r7i")
        for size in ("large", "xlarge", "2xlarge", "4xlarge")
    ),
)

# When PyPI received the release; the captures in it are older, by an unknown time.
MOTO_RELEASED = {"5.2.5": "2026-10-27"}

Documents = dict[str, dict[str, Any]]


def row(api: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogue's row of one element of DescribeInstanceTypes."""
    network, storage = api["NetworkInfo"], api.get("InstanceStorageInfo", {})
    return {
        "vcpus": api["VCpuInfo"]["DefaultVCpus"],
        "memory_mib": api["MemoryInfo"]["SizeInMiB"],
        "architecture": _architecture(api),
        "gpu": _gpu(api),
        "network_gbps": _gbps(network["NetworkPerformance"]),
        "network_cards": _cards(network["NetworkCards"]),
        "efa_max": network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0),
        "max_interfaces": network["MaximumNetworkInterfaces"],
        "ipv4_per_interface": network["Ipv4AddressesPerInterface"],
        "nvme_gb": storage.get("TotalSizeInGB", 0),
        "nvme_disks": sum(disk["Count"] for disk in storage.get("Disks", [])),
        "placement_group_strategies": sorted(api["PlacementGroupInfo"]["SupportedStrategies"]),
        "usage_classes": sorted(api["SupportedUsageClasses"]),
        "hypervisor": api.get("Hypervisor", ""),
    }


def _architecture(api: Mapping[str, Any]) -> str:
    """The 64-bit architecture: old x86 types list i386 too."""
    return next(a for a in api["ProcessorInfo"]["SupportedArchitectures"] if a in ("x86_64", "arm64"))


def _gpu(api: Mapping[str, Any]) -> dict[str, Any] | None:
    gpus = api.get("GpuInfo", {}).get("Gpus", [])
    if not gpus:
        return None
    if len(gpus) > 1:
        raise ValueError(
            f"{api['InstanceType']} has GPUs of {len(gpus)} kinds; a row of the catalogue describes one kind"
        )
    (gpu,) = gpus
    return {
        "name": gpu["Name"],
        "manufacturer": gpu["Manufacturer"],
        "count": gpu["Count"],
        "logical_count": gpu["LogicalGpuCount"],
        "fraction": gpu["GpuPartitionSize"],
        "memory_mib": gpu["MemoryInfo"]["SizeInMiB"],
    }


def _gbps(performance: str) -> float:
    """Of EC2's words "100 Gigabit", "4x 100 Gigabit", "Up to 12.5 Gigabit"."""
    found = re.fullmatch(r"(?:(\d+)x )?(?:Up to )?([\d.]+) Gigabit", performance)
    if not found:
        raise ValueError(f"network performance {performance!r}; expected words such as '4x 100 Gigabit'")
    return int(found[1] or 1) * float(found[2])


def _cards(api: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Runs of equal network cards, because a p5 has 32 of them."""
    cards = sorted(api, key=lambda card: card["NetworkCardIndex"])
    if [card["NetworkCardIndex"] for card in cards] != list(range(len(cards))):
        raise ValueError("network cards are not numbered from 0 without a gap")
    described = [
        {
            "max_interfaces": card["MaximumNetworkInterfaces"],
            "interface_types": sorted(card["InterfaceTypes"]),
        }
        for card in cards
    ]
    return [{"count": len(list(run)), **card} for card, run in groupby(described)]


def wanted(api: Mapping[str, Any]) -> bool:
    """Whether the catalogue holds this type: the NVIDIA types of GPU_TYPES and the CPU types we use."""
    name = api["InstanceType"]
    if name in CPU_TYPES:
        return True
    makers = {gpu["Manufacturer"] for gpu in api.get("GpuInfo", {}).get("Gpus", [])}
    return "NVIDIA" in makers and any(fnmatch.fnmatchcase(name, pattern) for pattern in GPU_TYPES)


def from_moto() -> Documents:
    """The documents out of moto's packaged captures of EC2's API."""
    version = importlib.metadata.version("moto")
    resources = importlib.resources.files("moto") / "ec2" / "resources"
    types: dict[str, Any] = json.loads(gzip.decompress((resources / "instance_types.json.gz").read_bytes()))
    offerings: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(
        (resources / "instance_type_offerings" / "availability-zone-id").iterdir(), key=lambda f: f.name
    ):
        offers = json.loads(gzip.decompress(file.read_bytes()))
        offerings[file.name.removesuffix(".json.gz")] = [(o["InstanceType"], o["Location"]) for o in offers]
    zones = {region: sorted({zone for _, zone in offers}) for region, offers in offerings.items()}
    return _documents(
        types.values(),
        offerings,
        zones,
        {
            "command": COMMAND,
            "source": f"moto {version}, which packages undated captures of EC2's DescribeInstanceTypes and "
            "DescribeInstanceTypeOfferings; as_of is that release's date",
            "as_of": MOTO_RELEASED.get(version, "unknown"),
        },
    )


def from_ec2(session: boto3.Session, regions: Sequence[str], today: datetime.date) -> Documents:
    """The documents out of EC2's API as the session's account sees it in `regions`. Errors: botocore's ClientError."""
    types: dict[str, Any] = {}
    offerings: dict[str, list[tuple[str, str]]] = {}
    zones: dict[str, list[str]] = {}
    only = [{"Name": "instance-type", "Values": [*GPU_TYPES, *CPU_TYPES]}]
    for region in sorted(regions):
        ec2 = session.client("ec2", region_name=region)
        for page in ec2.get_paginator("describe_instance_types").paginate(Filters=only):
            for found in page["InstanceTypes"]:
                types.setdefault(found["InstanceType"], found)
        offerings[region] = [
            (offer["InstanceType"], offer["Location"])
            for page in ec2.get_paginator("describe_instance_type_offerings").paginate(
                LocationType="availability-zone-id"
            )
            for offer in page["InstanceTypeOfferings"]
        ]
        standard = [{"Name": "zone-type", "Values": ["availability-zone"]}]
        zones[region] = sorted(
            z["ZoneId"] for z in ec2.describe_availability_zones(Filters=standard)["AvailabilityZones"]
        )
    return _documents(
        types.values(),
        offerings,
        zones,
        {
            "command": " ".join([COMMAND, *(f"--region {region}" for region in sorted(regions))]),
            "source": "EC2 DescribeInstanceTypes, DescribeInstanceTypeOfferings, DescribeAvailabilityZones",
            "as_of": today.isoformat(),
        },
    )


def _documents(
    types: Iterable[Mapping[str, Any]],
    offerings: Mapping[str, Sequence[tuple[str, str]]],
    zones: Mapping[str, Sequence[str]],
    header: Mapping[str, str],
) -> Documents:
    rows = {api["InstanceType"]: row(api) for api in sorted(types, key=lambda a: a["InstanceType"]) if wanted(api)}
    by_region: dict[str, dict[str, list[str]]] = {}
    for region, offers in sorted(offerings.items()):
        found: dict[str, list[str]] = {}
        for name, zone in sorted(set(offers)):
            if name in rows:
                found.setdefault(name, []).append(zone)
        by_region[region] = found
    return {
        "instances.json": {"about": dict(header), "instances": rows},
        "offerings.json": {"about": dict(header), "offerings": by_region},
        "zones.json": {"about": dict(header), "zones": {region: list(ids) for region, ids in sorted(zones.items())}},
    }


def render(document: Mapping[str, Any]) -> str:
    """A document as JSON with one line a fact (a type, a region, a region's type), so that a refresh diffs well."""
    return _lines(document, depth=1, deepest=3 if "offerings" in document else 2) + "\n"


def _lines(value: Mapping[str, Any], depth: int, deepest: int) -> str:
    def item(child: Any) -> str:
        if depth < deepest and isinstance(child, dict) and child:
            return _lines(cast(dict[str, Any], child), depth + 1, deepest)
        return json.dumps(child)

    indent = "  " * depth
    return "{\n" + ",\n".join(f"{indent}{json.dumps(k)}: {item(v)}" for k, v in value.items()) + f"\n{indent[2:]}}}"


def write(documents: Documents, folder: Path = DATA) -> None:
    """Writes every document whole, or none: all are on disk under temporary names before the first is renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    staged: list[tuple[str, Path]] = []
    try:
        for name, document in documents.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            staged.append((temporary, folder / name))
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(render(document))
            os.chmod(temporary, 0o644)
        for temporary, final in staged:
            os.replace(temporary, final)
    finally:
        for temporary, _ in staged:
            Path(temporary).unlink(missing_ok=True)


def main(regions: Sequence[str] = ()) -> None:
    """Refreshes the data files and says what they hold: of EC2 in these regions, or of moto's copy."""
    if regions:
        documents = from_ec2(boto3.Session(), regions, datetime.datetime.now(datetime.UTC).date())
    else:
        documents = from_moto()
    write(documents)
    print(f"{len(documents['instances.json']['instances'])} types, {len(documents['zones.json']['zones'])} regions")
