"""The data: a bucket for each zone of the lake, their key, and the fast file system in front of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pulumi

from components.cost_export import delivery
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.iam import Statement
from components.lake_bucket import LakeBucket, LakeBucketArgs
from components.lustre import LustreFileSystem, LustreFileSystemArgs, LustrePlace
from components.lustre_alarms import LustreAlarms, LustreAlarmsArgs
from components.lustre_release import LustreRelease, LustreReleaseArgs
from components.tags import CostTags
from stacks.network import NetworkLayer
from stacks.settings.context import Context
from stacks.settings.data import DataSettings, LakeZone, LustreSettings
from stacks.settings.types import EncryptionKey as KeyChoice

# FSx makes one of these for each file system that it links to a bucket (LustreGuide, "Service-linked roles").
_FSX_ROLES = "s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*"


@dataclass(frozen=True, kw_only=True)
class DataLayer:
    """Where data lies."""

    buckets: Mapping[str, LakeBucket]
    """By lake zone: raw, curated, features, models, checkpoints, logs."""
    key_arn: pulumi.Output[str] | None
    """Of the lake's own key; None with AWS's, which needs no right of its own."""
    file_system: LustreFileSystem | None
    export_bucket: pulumi.Output[str] | None = None
    """Of the bucket that takes the account's bill, its name, known once AWS may write to it."""


def build(
    settings: DataSettings,
    context: Context,
    network: NetworkLayer,
    *,
    alerts: pulumi.Input[str] | None = None,
    cost_export: bool = False,
) -> DataLayer:
    """`alerts`: ARN of the topic that hears of a full file system. `cost_export`: whether the bucket of logs takes the account's
    bill."""
    tags = context.tags.of(component="data")
    key_arn = _key(settings, context, tags) if settings.key is KeyChoice.CUSTOMER else None
    exports = [partial(delivery, account=context.account)] if cost_export else []
    logs = _bucket(LakeZone.LOGS, settings, context, tags, key_arn=None, access_logs=None, deliveries=exports)
    buckets = {
        zone.value: logs
        if zone is LakeZone.LOGS
        else _bucket(zone, settings, context, tags, key_arn=key_arn, access_logs=logs.ready)
        for zone in LakeZone
    }
    files = _lustre(settings.lustre, context, network, tags, buckets, key_arn) if settings.lustre else None
    if settings.lustre and files and alerts is not None:
        LustreAlarms(
            "lustre",
            LustreAlarmsArgs(
                tags=tags,
                file_system_id=files.id,
                storage_gib=files.storage_gib,
                linked=bool(settings.lustre.linked),
                topic_arn=alerts,
            ),
        )
    if settings.lustre and files and settings.lustre.linked and settings.lustre.release_after_days:
        LustreRelease(
            "lustre",
            LustreReleaseArgs(
                account=context.account,
                tags=tags,
                file_system_id=files.id,
                folders=[zone.value for zone in settings.lustre.linked],
                after_days=settings.lustre.release_after_days,
                topic_arn=alerts,
            ),
        )
    return DataLayer(
        buckets=buckets, key_arn=key_arn, file_system=files, export_bucket=logs.ready if cost_export else None
    )


def _key(settings: DataSettings, context: Context, tags: CostTags) -> pulumi.Output[str]:
    key = EncryptionKey(
        "lake-key",
        EncryptionKeyArgs(
            description="Data lake and its file system",
            account=context.account,
            service_linked={"s3": [_FSX_ROLES]} if settings.lustre else {},
            tags=tags,
            protect=context.protect,
        ),
    )
    return key.arn


def _bucket(
    zone: LakeZone,
    settings: DataSettings,
    context: Context,
    tags: CostTags,
    *,
    key_arn: pulumi.Output[str] | None,
    access_logs: pulumi.Output[str] | None,
    deliveries: Sequence[Callable[[pulumi.Input[str]], Statement]] = (),
) -> LakeBucket:
    return LakeBucket(
        f"lake-{zone.value}",
        LakeBucketArgs(
            lifecycle=settings.zones[zone],
            account=context.account,
            tags=tags,
            key_arn=key_arn,
            access_logs=access_logs,
            deliveries=deliveries,
            protect=context.protect,
        ),
    )


def _lustre(
    settings: LustreSettings,
    context: Context,
    network: NetworkLayer,
    tags: CostTags,
    buckets: Mapping[str, LakeBucket],
    key_arn: pulumi.Output[str] | None,
) -> LustreFileSystem:
    return LustreFileSystem(
        "lustre",
        LustreFileSystemArgs(
            storage_gib=settings.storage_gib,
            throughput=settings.throughput,
            place=LustrePlace(
                zone=settings.zone,
                vpc_id=network.vpc_id,
                subnet_id=network.private_subnet_ids[settings.zone],
                node_security_group_id=network.node_security_group_id,
            ),
            links={zone.value: buckets[zone.value].name for zone in settings.linked},
            key_arn=key_arn,
            tags=tags,
            protect=context.protect,
        ),
    )
