"""AWS KMS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.formats import uuid_of
from gpuplatform.kinds.kind import BOTOCORE, Api, Free, Kind, PolicyDocument, PolicyKind, force_new, immutable, right
from gpuplatform.kinds.labels import (
    Label,
    fixed,
)
from gpuplatform.kinds.pricing.charge import Entry, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

ALIAS: Final = "aws:kms/alias:Alias"
EXTERNAL_KEY: Final = "aws:kms/externalKey:ExternalKey"
KEY: Final = "aws:kms/key:Key"
KEY_POLICY: Final = "aws:kms/keyPolicy:KeyPolicy"
REPLICA_KEY: Final = "aws:kms/replicaKey:ReplicaKey"

_FREE: Final = Free("configuration of a key that is priced by the month (aws.amazon.com/kms/pricing)")

KEYS: Final = (KEY, EXTERNAL_KEY, REPLICA_KEY)


def key(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    note = "a KMS key that rotates costs 1 $ a month more after each of its first two rotations"
    yield steady(context, "KMS key", "kms", "key", note=note if resource.inputs.get("enableKeyRotation") else "")
    spec = str(resource.inputs.get("customerMasterKeySpec") or "SYMMETRIC_DEFAULT")
    # Of asymmetric keys, only RSA of 2,048 bits costs what symmetric ones do (aws.amazon.com/kms/pricing).
    symmetric = spec.startswith(("SYMMETRIC", "HMAC")) or spec == "RSA_2048"
    row = "requests" if symmetric else "asymmetric-requests"
    yield shared(context, "requests to the key", "kms", row, "kms_requests", context.count(*KEYS))


KINDS: Final = (
    Kind(
        EXTERNAL_KEY,
        price=key,
    ),
    Kind(
        KEY,
        policies={"policy": PolicyDocument(PolicyKind.RESOURCE)},
        label=Label(icon="key", words=fixed("encryption key"), rank=26),
        price=key,
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
        price=key,
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
    Kind(KEY_POLICY, policies={"policy": PolicyDocument(PolicyKind.RESOURCE)}, price=_FREE),
)
