"""Whether what holds data is kept, where an environment keeps anything"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Fault, Severity, check

_HOLDERS: Final = (
    *("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2", "aws:s3/directoryBucket:DirectoryBucket"),
    *("aws:fsx/lustreFileSystem:LustreFileSystem", "aws:efs/fileSystem:FileSystem", "aws:dynamodb/table:Table"),
    *("aws:rds/instance:Instance", "aws:rds/cluster:Cluster"),
)
KEY: Final = "aws:kms/key:Key"


@check("unprotected-data", Severity.ERROR, "Where an environment protects anything, all that holds data is protected.")
def unprotected_data(plan: Plan) -> Iterator[Fault]:
    """And the keys that buckets and file systems are encrypted with, and no bucket is emptied to be removed."""
    if not any(resource.protect for resource in plan.resources):
        return
    holders = [resource for type_ in _HOLDERS for resource in plan.all(type_)]
    stated = plan.all("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
    encrypted = [*holders, *stated]
    used = {urn for one in encrypted for key in ("kmsKeyId", "rules") for urn in one.property_dependencies.get(key, ())}
    for resource in [*holders, *(key for key in plan.all(KEY) if key.urn in used)]:
        if not resource.protect and not resource.retain_on_delete:
            yield Fault(f"{resource.name}: holds data and is not protected; set protect, or retain_on_delete", resource)
        elif resource.inputs.get("forceDestroy") is True:
            yield Fault(f"{resource.name}: force_destroy empties it, though it is protected; leave it out", resource)
