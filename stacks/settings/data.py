"""Settings of the data lake and the file system."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, PositiveInt, model_validator

from components.lake_bucket import Lifecycle
from components.lustre import Throughput, check_size
from gpuplatform.pools.names import ZoneId
from stacks.settings.types import EncryptionKey, Section


class LakeZone(StrEnum):
    RAW = "raw"
    CURATED = "curated"
    FEATURES = "features"
    MODELS = "models"
    CHECKPOINTS = "checkpoints"
    LOGS = "logs"


class LustreSettings(Section):
    """FSx for Lustre, linked to the lake."""

    zone: ZoneId
    """Where the file system stands: the zone of the pools that train on it."""
    storage_gib: int = Field(ge=1200)
    """1200, or a multiple of 2400."""
    throughput: Throughput = 250
    """MB/s for each TiB."""
    linked: tuple[LakeZone, ...] = (LakeZone.CURATED, LakeZone.CHECKPOINTS)
    """Lake zones that appear in the file system, imported and exported as they change."""
    release_after_days: PositiveInt | None = 7
    """Files that S3 has too lose their place on the disks when nobody has read them for so long; null: never, and the disks fill up."""

    @model_validator(mode="after")
    def _allowed_size(self) -> LustreSettings:
        check_size(self.storage_gib)
        return self


LakeZones = Annotated[dict[LakeZone, Lifecycle], Field(min_length=6, max_length=6)]


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
    expected_infrequent_gib: dict[LakeZone, float] = Field(default_factory=dict)
    """Of `expected_gib`, what `infrequent_after_days` has moved to Standard-IA."""
    expected_archive_gib: dict[LakeZone, float] = Field(default_factory=dict)
    """Of `expected_gib`, what `archive_after_days` has moved to Glacier Instant Retrieval."""

    @model_validator(mode="after")
    def _no_more_moved_than_there_is(self) -> DataSettings:
        for zone in LakeZone:
            moved = {
                "infrequent": self.expected_infrequent_gib.get(zone, 0),
                "archive": self.expected_archive_gib.get(zone, 0),
            }
            for name, size in moved.items():
                if size and not getattr(self.zones[zone], f"{name}_after_days"):
                    raise ValueError(
                        f"expected_{name}_gib: {zone.value}: {size:g}, but the zone has no {name}_after_days"
                    )
            if sum(moved.values()) > self.expected_gib.get(zone, 0):
                raise ValueError(
                    f"expected_gib: {zone.value}: {self.expected_gib.get(zone, 0):g} is less than the "
                    f"{sum(moved.values()):g} that lifecycle rules are said to have moved"
                )
        return self
