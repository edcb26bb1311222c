"""Amazon FSx."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.formats import digest, numbered
from gpuplatform.kinds.kind import Api, Created, Duration, Free, Kind, force_new, immutable, right
from gpuplatform.plan.model import Json

DATA_REPOSITORY_ASSOCIATION: Final = "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation"
LUSTRE_FILE_SYSTEM: Final = "aws:fsx/lustreFileSystem:LustreFileSystem"


def _file_system(made: Created) -> dict[str, Json]:
    return {
        "dnsName": f"{made.id}.fsx.{made.region}.amazonaws.com",
        "mountName": "".join(chr(ord("a") + int(c, 16)) for c in digest(made.urn, 8)),
        "networkInterfaceIds": [f"eni-{digest(made.urn + '/eni', 17)}"],
    }


KINDS: Final = (
    Kind(
        LUSTRE_FILE_SYSTEM,
        arn="arn:{p}:fsx:{r}:{a}:file-system/{i}",
        identifier=numbered("fs"),
        outputs=_file_system,
        immutable=(
            force_new(
                "fsx/lustre_file_system.go",
                "subnetIds",
                "securityGroupIds",
                "deploymentType",
                "storageType",
                "kmsKeyId",
                "backupId",
                "copyTagsToBackups",
                "driveCacheType",
                "importPath",
                "exportPath",
                "importedFileChunkSize",
            ),
            force_new("fsx/lustre_file_system.go", "storageCapacity", when="decreases"),
            immutable(
                "pulumi_aws 7.51.1, documentation of LustreFileSystem", "fileSystemTypeVersion", when="decreases"
            ),
            immutable("pulumi_aws 7.51.1, documentation of LustreFileSystem", "efaEnabled"),
        ),
        holds="its files that no linked bucket has",
        duration=Duration(
            seconds=600,
            source='awslabs/ai-on-eks fsx-for-lustre.tf, "up to 10 min" for 2.4 TiB; terraform-provider-aws#22291',
        ),
        rights=(right("fsx", "file-system/*", "CreateFileSystem", "TagResource"),),
        api=Api(
            shapes=("fsx.CreateFileSystemLustreConfiguration", "fsx.CreateFileSystemRequest"),
            limits={
                "perUnitStorageThroughput": {"enum": [12, 40, 50, 100, 125, 200, 250, 500, 1000]},
                "storageCapacity": {"minimum": 1200},
            },
        ),
    ),
    Kind(
        DATA_REPOSITORY_ASSOCIATION,
        arn="arn:{p}:fsx:{r}:{a}:association/{i}",
        identifier=numbered("dra"),
        immutable=(
            force_new("fsx/data_repository_association.go", "fileSystemId", "fileSystemPath", "dataRepositoryPath"),
        ),
        duration=Duration(seconds=420, source='awslabs/ai-on-eks fsx-for-lustre.tf, "up to 7 min"'),
        price=Free("part of the file system, which is priced by its size (aws.amazon.com/fsx/lustre/pricing)"),
        rights=(right("fsx", "association/*", "CreateDataRepositoryAssociation", "TagResource"),),
        api=Api(shapes=("fsx.CreateDataRepositoryAssociationRequest",)),
    ),
)
