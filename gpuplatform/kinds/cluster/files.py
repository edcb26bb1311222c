"""FSx for Lustre on the cluster: claims whose volume is a file system of the plan, and the buckets that its folders show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.plan.model import Plan, PlannedResource, once
from gpuplatform.plan.values import as_list, get_path

DRIVER: Final = "fsx.csi.aws.com"
LINK: Final = "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation"


@dataclass(frozen=True, kw_only=True)
class Claim:
    resource: PlannedResource
    namespace: str
    name: str
    system: str
    """ID of the file system."""
    path: str
    """Of what is mounted, below the file system's root; empty for all of it."""
    read_only: bool


@once
def claims(plan: Plan) -> tuple[Claim, ...]:
    volumes = {
        str(body["metadata"]["name"]): get_path(body, "spec")
        for _, body in of_kind(plan, "PersistentVolume")
        if get_path(body, "spec", "csi", "driver") == DRIVER
    }
    return tuple(
        Claim(
            resource=resource,
            namespace=namespace_of(body),
            name=str(body["metadata"]["name"]),
            system=str(get_path(spec, "csi", "volumeHandle")),
            path=_below(str(get_path(spec, "csi", "volumeAttributes", "mountname") or "")),
            read_only="ro" in as_list(get_path(spec, "mountOptions")) or get_path(spec, "csi", "readOnly") is True,
        )
        for resource, body in of_kind(plan, "PersistentVolumeClaim")
        if (spec := volumes.get(str(get_path(body, "spec", "volumeName")))) is not None
    )


@once
def links(plan: Plan) -> tuple[tuple[str, str, str], ...]:
    """File system, folder, and what of S3 it shows: `bucket/prefix`."""
    return tuple(
        (
            str(one.inputs.get("fileSystemId")),
            str(one.inputs.get("fileSystemPath")).rstrip("/"),
            str(one.inputs.get("dataRepositoryPath")).removeprefix("s3://").rstrip("/"),
        )
        for one in plan.all(LINK)
    )


def _below(mount: str) -> str:
    """A mount name may have a folder behind it: only that is mounted then (LustreGuide, "Mounting specific file sets")."""
    folder = mount.strip("/").partition("/")[2]
    return f"/{folder}" if folder else ""
