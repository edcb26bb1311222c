"""Amazon ElastiCache."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind

CLUSTER: Final = "aws:elasticache/cluster:Cluster"
REPLICATION_GROUP: Final = "aws:elasticache/replicationGroup:ReplicationGroup"

_FREE: Final = Free("part of the cache, which is priced by its nodes (aws.amazon.com/elasticache/pricing)")

KINDS: Final = (
    Kind(
        CLUSTER,
    ),
    Kind(
        REPLICATION_GROUP,
        encrypted_by="atRestEncryptionEnabled",
        api=Api(shapes=("elasticache.CreateReplicationGroupMessage",)),
    ),
    Kind("aws:elasticache/parameterGroup:ParameterGroup", price=_FREE),
    Kind("aws:elasticache/subnetGroup:SubnetGroup", price=_FREE),
    Kind("aws:elasticache/user:User", price=_FREE),
    Kind("aws:elasticache/userGroup:UserGroup", price=_FREE),
    Kind("aws:elasticache/userGroupAssociation:UserGroupAssociation", price=_FREE),
)
