"""Amazon EFS."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Kind, PolicyDocument, PolicyKind

FILE_SYSTEM: Final = "aws:efs/fileSystem:FileSystem"
FILE_SYSTEM_POLICY: Final = "aws:efs/fileSystemPolicy:FileSystemPolicy"


KINDS: Final = (
    Kind(FILE_SYSTEM, protected=True, holds="its files", api=Api(shapes=("efs.CreateFileSystemRequest",))),
    Kind(
        FILE_SYSTEM_POLICY,
        policies={"policy": PolicyDocument(PolicyKind.RESOURCE)},
    ),
)
