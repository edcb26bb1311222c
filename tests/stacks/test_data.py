from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from components.iam import Account
from components.lake_bucket import Lifecycle
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from stacks import data
from stacks.settings.context import Context
from stacks.settings.data import DataSettings, EncryptionKey, LakeZone, LustreSettings
from tests.stacks import upstream

Record = Callable[[Callable[[], object]], Plan]

ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
CONTEXT = Context(
    account=Account(id="111122223333", region="us-east-1"),
    tags=CostTags(team="ml", project="gpuplatform", environment="test", component="platform", contact="ml@example.com"),
    discovery="gpuplatform-test",
    protect=True,
)
LUSTRE = LustreSettings(zone="use1-az6", storage_gib=4800, linked=(LakeZone.CURATED, LakeZone.CHECKPOINTS))


def settings(**changed: Any) -> DataSettings:
    return DataSettings.model_validate({"zones": {zone: Lifecycle() for zone in LakeZone}} | changed)


def build(context: Context = CONTEXT, **changed: Any) -> data.DataLayer:
    network = upstream.network()
    return data.build(settings(**changed), context, network)


def algorithms(plan: Plan) -> dict[str, tuple[str, bool]]:
    """Bucket → (algorithm, whether with a key of our own)."""
    return {
        r.name.removeprefix("lake-").removesuffix("-encryption"): (default["sseAlgorithm"], "kmsMasterKeyId" in default)
        for r in plan.all(ENCRYPTION)
        for default in [r.inputs["rules"][0]["applyServerSideEncryptionByDefault"]]
    }


def test_every_zone_has_a_bucket(record_plan: Record) -> None:
    built: list[data.DataLayer] = []
    plan = record_plan(lambda: built.append(build()))

    assert {r.name for r in plan.all("aws:s3/bucket:Bucket")} == {f"lake-{zone.value}-bucket" for zone in LakeZone}
    assert list(built[0].buckets) == [zone.value for zone in LakeZone]
    assert built[0].file_system is None


@pytest.mark.parametrize(
    ("key", "expected", "keys"),
    [(EncryptionKey.CUSTOMER, ("aws:kms", True), 1), (EncryptionKey.AWS_MANAGED, ("aws:kms", False), 0)],
)
def test_key_setting_chooses_whose_key_encrypts_and_logs_keep_s3s(
    record_plan: Record, key: EncryptionKey, expected: tuple[str, bool], keys: int
) -> None:
    built: list[data.DataLayer] = []
    plan = record_plan(lambda: built.append(build(key=key)))

    assert algorithms(plan) == {z.value: expected for z in LakeZone if z is not LakeZone.LOGS} | {
        "logs": ("AES256", False)
    }
    assert len(plan.all("aws:kms/key:Key")) == keys
    assert (built[0].key_arn is not None) is bool(keys)


def test_every_bucket_sends_its_access_logs_to_the_logs_zone(record_plan: Record) -> None:
    plan = record_plan(build)

    logs = plan.one("aws:s3/bucket:Bucket", "lake-logs-bucket").outputs["bucket"]
    sent = {r.name: r.inputs["targetBucket"] for r in plan.all("aws:s3/bucketLogging:BucketLogging")}
    assert sent == {f"lake-{z.value}-access-logs": logs for z in LakeZone if z is not LakeZone.LOGS}


def test_each_zones_ages_reach_its_own_bucket(record_plan: Record) -> None:
    zones = {zone: Lifecycle(versioned=False, expire_after_days=10 + i) for i, zone in enumerate(LakeZone)}
    plan = record_plan(lambda: build(zones=zones))

    rules = plan.all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    assert {r.name: r.inputs["rules"][0]["expiration"]["days"] for r in rules} == {
        f"lake-{zone.value}-lifecycle": 10 + i for i, zone in enumerate(LakeZone)
    }


def test_linked_zones_are_folders_of_the_file_system_in_its_zone(record_plan: Record) -> None:
    plan = record_plan(lambda: build(lustre=LUSTRE))

    system = plan.one("aws:fsx/lustreFileSystem:LustreFileSystem")
    assert system.inputs["subnetIds"] == "subnet-use1-az6"
    assert system.inputs["kmsKeyId"] == plan.one("aws:kms/key:Key").outputs["arn"]
    names = {r.outputs["bucket"]: r.name for r in plan.all("aws:s3/bucket:Bucket")}
    links = plan.all("aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation")
    assert {r.inputs["fileSystemPath"]: names[r.inputs["dataRepositoryPath"].removeprefix("s3://")] for r in links} == {
        "/curated": "lake-curated-bucket",
        "/checkpoints": "lake-checkpoints-bucket",
    }


def test_fsx_may_use_the_lakes_key_only_where_there_is_a_file_system(record_plan: Record) -> None:
    def users(plan: Plan) -> list[str]:
        policy = json.loads(plan.one("aws:kms/key:Key").inputs["policy"])
        return [
            arn
            for s in policy["Statement"]
            if "Condition" in s
            for arn in s["Condition"]["ArnLike"]["aws:PrincipalArn"]
        ]

    assert users(record_plan(build)) == []
    assert users(record_plan(lambda: build(lustre=LUSTRE))) == [
        "arn:aws:iam::111122223333:role/aws-service-role/"
        "s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*"
    ]


def test_whatever_holds_data_is_protected_with_the_environment(record_plan: Record) -> None:
    plan = record_plan(lambda: build(lustre=LUSTRE))
    free = record_plan(lambda: build(replace(CONTEXT, protect=False), lustre=LUSTRE))

    assert {r.name for r in plan.resources if r.protect} == {
        *(f"lake-{zone.value}-bucket" for zone in LakeZone),
        "lake-key-key",
        "lustre-fs",
    }
    assert not [r.name for r in free.resources if r.protect]


def test_costs_are_the_datas(record_plan: Record) -> None:
    plan = record_plan(lambda: build(lustre=LUSTRE))

    assert {r.inputs["tags"]["component"] for r in plan.resources if "tags" in r.inputs} == {"data"}
