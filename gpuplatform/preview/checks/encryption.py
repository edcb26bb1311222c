"""What holds data is encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.kinds import ec2, efs, kinesis, kubernetes, s3, sqs
from gpuplatform.kinds.registry import all_kinds
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_CLASS
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.exposure import BUCKETS


@check("unencrypted-volume", Severity.ERROR, "Every volume is encrypted.")
def unencrypted_volume(plan: Plan) -> Iterator[Violation]:
    for resource, path, encrypted in _volumes(plan):
        # Launch templates and storage classes take their booleans as text.
        if encrypted not in (True, "true"):
            yield Violation(f"{resource.name}: {path}encrypted must be true", resource)


def _volumes(plan: Plan) -> Iterator[tuple[PlannedResource, str, Json]]:
    """Whatever makes volumes: the resource, where in it, and what it says of encryption."""
    for volume in plan.all(ec2.VOLUME):
        yield volume, "", volume.inputs.get("encrypted")
    for instance in plan.all(ec2.INSTANCE):
        yield instance, "rootBlockDevice.", get_path(instance.inputs, "rootBlockDevice", "encrypted")
        for index, device in enumerate(as_list(instance.inputs.get("ebsBlockDevices"))):
            yield instance, f"ebsBlockDevices[{index}].", get_path(device, "encrypted")
    for template in plan.all(LAUNCH_TEMPLATE):
        yield from _devices(template, template.inputs.get("blockDeviceMappings"), "blockDeviceMappings")
    for node_class in plan.all(NODE_CLASS):
        mappings = get_path(node_class.inputs, "spec", "blockDeviceMappings")
        yield from _devices(node_class, mappings, "spec.blockDeviceMappings")
    for storage in plan.all(kubernetes.STORAGE_CLASS):
        if storage.inputs.get("provisioner") == "ebs.csi.aws.com":
            yield storage, "parameters.", get_path(storage.inputs, "parameters", "encrypted")


def _devices(resource: PlannedResource, devices: Json, path: str) -> Iterator[tuple[PlannedResource, str, Json]]:
    for index, device in enumerate(as_list(devices)):
        if get_path(device, "ebs") is not None:
            yield resource, f"{path}[{index}].ebs.", get_path(device, "ebs", "encrypted")


@check("unencrypted-file-system", Severity.ERROR, "Every file system is encrypted.")
def unencrypted_file_system(plan: Plan) -> Iterator[Violation]:
    # FSx encrypts every Lustre file system at rest; EFS only those that ask (FSx for Lustre user guide, read 2026-11).
    for system in plan.all(efs.FILE_SYSTEM):
        if system.inputs.get("encrypted") is not True:
            yield Violation(f"{system.name}: set encrypted", system)


@check("unencrypted-queue", Severity.ERROR, "Every message queue and stream states its encryption.")
def unencrypted_queue(plan: Plan) -> Iterator[Violation]:
    for queue in plan.all(sqs.QUEUE):
        if not queue.inputs.get("kmsMasterKeyId") and queue.inputs.get("sqsManagedSseEnabled") is not True:
            yield Violation(f"{queue.name}: set sqs_managed_sse_enabled, or a kms_master_key_id", queue)
    for stream in plan.all(kinesis.STREAM):
        if stream.inputs.get("encryptionType") != "KMS":
            yield Violation(f"{stream.name}: set encryption_type to KMS", stream)


@check("unencrypted-database", Severity.ERROR, "Every database and cache is encrypted.")
def unencrypted_database(plan: Plan) -> Iterator[Violation]:
    for row in all_kinds().values():
        for database in plan.all(row.token) if row.encrypted_by else ():
            if database.inputs.get(row.encrypted_by) not in (True, "true"):
                yield Violation(f"{database.name}: {row.encrypted_by} must be true", database)


@check("unencrypted-bucket", Severity.ERROR, "Every bucket states its encryption.")
def unencrypted_bucket(plan: Plan) -> Iterator[Violation]:
    type_ = s3.BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION
    stated = plan.all(type_)
    for bucket in (r for type_ in BUCKETS for r in plan.all(type_)):
        if not any(one.refers("bucket", bucket, "id", "name") for one in stated):
            yield Violation(f"{bucket.name}: has no BucketServerSideEncryptionConfiguration", bucket)
