"""Amazon RDS."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Kind

CLUSTER: Final = "aws:rds/cluster:Cluster"
INSTANCE: Final = "aws:rds/instance:Instance"


KINDS: Final = (
    Kind(CLUSTER, protected=True, encrypted_by="storageEncrypted"),
    Kind(INSTANCE, protected=True, encrypted_by="storageEncrypted"),
)
