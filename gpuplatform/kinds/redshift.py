"""Amazon Redshift."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Kind

CLUSTER: Final = "aws:redshift/cluster:Cluster"


KINDS: Final = (Kind(CLUSTER, encrypted_by="encrypted"),)
