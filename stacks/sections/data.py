"""Settings of the data lake and the file system."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stacks.sections.types import Section, ZoneId


class LakeZone(StrEnum):
    RAW = "raw"
    CURATED = "curated"
    FEATURES = "features"
    MODELS = "models"
    CHECKPOINTS = "checkpoints"
    LOGS = "logs"


class EncryptionKey(StrEnum):
    CUSTOMER = "customer"
    AWS_MANAGED = "aws-managed"


class LakeZoneSettings(Section):
    """How one zone of the lake keeps its objects."""

    versioned: bool = True
    """Keep overwritten and deleted objects."""
    infrequent_after_days: int | None = Field(default=None, ge=30)
    """Move to Standard-IA after so many days; S3 takes no fewer than 30."""
    archive_after_days: int | None = Field(default=None, ge=30)
    """Move to Glacier Instant Retrieval after so many days."""
    expire_after_days: int | None = Field(default=None, ge=1)
    """Delete after so many days; never where none is given."""
    old_versions_days: int = Field(default=30, ge=1)
    """Delete overwritten versions after so many days."""

    @model_validator(mode="after")
    def _in_order(self) -> LakeZoneSettings:
        ages = [
            d for d in (self.infrequent_after_days, self.archive_after_days, self.expire_after_days) if d is not None
        ]
        if ages != sorted(set(ages)):
            raise ValueError(
                f"days {ages}: an object first turns infrequent, then archived, then expires; each later than the one before"
            )
        return self


class LustreSettings(Section):
    """FSx for Lustre, linked to the lake."""

    zone: ZoneId
    """Where the file system stands: the zone of the pools that train on it."""
    storage_gib: int = Field(ge=1200)
    """1200, or a multiple of 2400."""
    throughput: Literal[125, 250, 500, 1000] = 250
    """MB/s for each TiB."""
    linked: tuple[LakeZone, ...] = (LakeZone.CURATED, LakeZone.CHECKPOINTS)
    """Lake zones that appear in the file system, imported and exported as they change."""

    @model_validator(mode="after")
    def _allowed_size(self) -> LustreSettings:
        if self.storage_gib != 1200 and self.storage_gib % 2400:
            raise ValueError(
                f"storage_gib: {self.storage_gib} is no size of FSx for Lustre: 1200, 2400 or a multiple of 2400"
            )
        return self


LakeZones = Annotated[dict[LakeZone, LakeZoneSettings], Field(min_length=6, max_length=6)]


class DataSettings(Section):
    """The lake's zones, their encryption, and the fast file system in front of them."""

    key: EncryptionKey = EncryptionKey.CUSTOMER
    """`customer`: a KMS key of our own, 1 $ a month; `aws-managed`: the account's `aws/s3` key, free, its policy not ours."""
    zones: LakeZones
    """All six: raw, curated, features, models, checkpoints, logs."""
    lustre: LustreSettings | None = None
    """No file system where none is given."""
    expected_gib: dict[LakeZone, float] = Field(default_factory=dict)
    """What each zone is expected to hold: priced, not enforced."""
