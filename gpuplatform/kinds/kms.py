"""AWS KMS."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.formats import uuid_of
from gpuplatform.kinds.kind import BOTOCORE, Api, Free, Kind, force_new, immutable, right

ALIAS: Final = "aws:kms/alias:Alias"
EXTERNAL_KEY: Final = "aws:kms/externalKey:ExternalKey"
KEY: Final = "aws:kms/key:Key"
KEY_POLICY: Final = "aws:kms/keyPolicy:KeyPolicy"
REPLICA_KEY: Final = "aws:kms/replicaKey:ReplicaKey"

_FREE: Final = Free("configuration of a key that is priced by the month (aws.amazon.com/kms/pricing)")

KINDS: Final = (
    Kind(
        EXTERNAL_KEY,
    ),
    Kind(
        KEY,
        noun="encryption key",
        arn="arn:{p}:kms:{r}:{a}:key/{i}",
        identifier=uuid_of,
        outputs=lambda made: {"keyId": made.id},
        immutable=(
            force_new("kms/key.go", "keyUsage", "customerMasterKeySpec", "multiRegion", "customKeyStoreId", "xksKeyId"),
        ),
        holds="everything encrypted with it",
        rights=(right("kms", "key/*", "CreateKey", "EnableKeyRotation", "TagResource"),),
        api=Api(
            shapes=("kms.CreateKeyRequest", "kms.EnableKeyRotationRequest"),
            renamed={"deletionWindowInDays": "kms.PendingWindowInDaysType"},
        ),
    ),
    Kind(
        REPLICA_KEY,
    ),
    Kind(
        ALIAS,
        arn="arn:{p}:kms:{r}:{a}:{n}",
        unique_name="name",
        immutable=(immutable(f"KMS UpdateAlias: an alias is known by its name ({BOTOCORE})", "name", "namePrefix"),),
        price=_FREE,
        rights=(right("kms", "alias/{name}", "CreateAlias"),),
        api=Api(shapes=("kms.CreateAliasRequest",), renamed={"name": "kms.AliasNameType"}),
    ),
    Kind("aws:kms/grant:Grant", price=_FREE),
    Kind(KEY_POLICY, price=_FREE),
)
