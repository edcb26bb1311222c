"""EC2's launch templates and EKS's node groups: what may stand in which of the two, and what only in one."""

from __future__ import annotations

import base64
import binascii
import tomllib
from typing import Final

from gpuplatform.kinds.combination import Combination, On, Term, absent, among, given, longer_than, other_than
from gpuplatform.plan.model import Json

_GROUP: Final = "EKS API reference, CreateNodegroup (botocore 1.44.5)"
_TEMPLATES: Final = 'EKS user guide, "Customize managed nodes with launch templates", read 2026-11-22'
_TEMPLATE: Final = "EC2 API reference, RequestLaunchTemplateData and RunInstances, read 2026-11-22"
_MIME: Final = ("mime-version:", "content-type: multipart/")


def _decoded(value: Json) -> str | None:
    """None where it is no base64."""
    try:
        return base64.b64decode("".join(str(value).split()), validate=True).decode(errors="replace")
    except binascii.Error:
        return None


def _in_parts(value: Json) -> bool:
    """Whether EKS can add its own part; what is no base64 is another rule's to say."""
    text = _decoded(value)
    return text is None or text.lstrip().lower().startswith(_MIME)


def _settings(value: Json) -> bool:
    try:
        tomllib.loads(_decoded(value) or "")
    except tomllib.TOMLDecodeError:
        return False
    return True


def _bottlerocket(value: Json) -> bool:
    return str(value).startswith("BOTTLEROCKET")


def _merged(value: Json) -> bool:
    """Images of Amazon Linux, to whose user data EKS adds the cluster's."""
    return value is None or str(value).startswith(("AL2_", "AL2023_"))


def _not_beside_template(key: str, instead: str) -> Combination:
    return Combination(
        when=(given(key), given("launchTemplate")),
        then=(absent(key),),
        says=f"{key}: EKS refuses it beside a launch template; {instead}",
        source=_GROUP,
    )


def _not_with_an_image(key: str) -> Combination:
    return Combination(
        when=(given("imageId", On.BESIDE), given(key), other_than("amiType", "CUSTOM")),
        then=(absent(key),),
        says=f"{key}: EKS refuses it where the launch template names an imageId; leave one of them out",
        source=_GROUP,
    )


GROUP_RULES: Final = (
    _not_beside_template("diskSize", "size the volume in its blockDeviceMappings"),
    _not_beside_template("remoteAccess", "name keyName and the security groups in it"),
    _not_with_an_image("version"),
    _not_with_an_image("releaseVersion"),
    _not_with_an_image("amiType"),
    Combination(
        when=(among("amiType", "CUSTOM"), given("launchTemplate")),
        then=(given("imageId", On.BESIDE),),
        says="amiType: CUSTOM, but its launch template names no imageId",
        source=_GROUP,
    ),
    Combination(
        when=(among("amiType", "CUSTOM"),),
        then=(given("launchTemplate"), absent("version"), absent("releaseVersion")),
        says="amiType: CUSTOM takes a launch template with an imageId, and neither version nor releaseVersion",
        source=_GROUP,
    ),
    Combination(
        when=(
            given("userData", On.BESIDE),
            absent("imageId", On.BESIDE),
            Term(path="amiType", holds=_merged),
        ),
        then=(Term(path="userData", holds=_in_parts, on=On.BESIDE),),
        says="userData of its launch template is no MIME multi-part document: EKS adds a part of its own, and refuses any other text",
        source=_TEMPLATES,
    ),
    Combination(
        when=(given("userData", On.BESIDE), absent("imageId", On.BESIDE), Term(path="amiType", holds=_bottlerocket)),
        then=(Term(path="userData", holds=_settings, on=On.BESIDE),),
        says="userData of its launch template is no TOML, in which Bottlerocket reads its settings",
        source=_TEMPLATES,
    ),
    Combination(
        when=(given("launchTemplate.id"), given("launchTemplate.name")),
        then=(absent("launchTemplate.name"),),
        says="launchTemplate: id and name are both given; leave one of them out",
        source=_GROUP,
    ),
    Combination(
        when=(given("nodeGroupName"),),
        then=(absent("nodeGroupNamePrefix"),),
        says="nodeGroupName and nodeGroupNamePrefix are both given; leave one of them out",
        source=_GROUP,
    ),
    Combination(
        when=(given("updateConfig.maxUnavailable"),),
        then=(absent("updateConfig.maxUnavailablePercentage"),),
        says="updateConfig: maxUnavailable and maxUnavailablePercentage are both given; leave one of them out",
        source=_GROUP,
    ),
    Combination(
        when=(given("nodeRepairConfig.maxParallelNodesRepairedCount"),),
        then=(absent("nodeRepairConfig.maxParallelNodesRepairedPercentage"),),
        says="nodeRepairConfig: a count and a percentage of nodes repaired at once are both given; leave one of them out",
        source=_GROUP,
    ),
)

TEMPLATE_RULES: Final = (
    Combination(
        when=(given("userData"),),
        then=(Term(path="userData", holds=lambda value: _decoded(value) is not None),),
        says="userData: is no base64, and EC2 takes nothing else; encode it",
        source=_TEMPLATE,
    ),
    Combination(
        when=(given("networkInterfaces"),),
        then=(absent("vpcSecurityGroupIds"), absent("securityGroupNames")),
        says="vpcSecurityGroupIds: beside networkInterfaces they go on each interface",
        source=_TEMPLATE,
    ),
    Combination(
        when=(given("instanceType"),),
        then=(absent("instanceRequirements"),),
        says="instanceType and instanceRequirements are both given; leave one of them out",
        source=_TEMPLATE,
    ),
    Combination(
        when=(given("name"),),
        then=(absent("namePrefix"),),
        says="name and namePrefix are both given; leave one of them out",
        source=_TEMPLATE,
    ),
    Combination(
        when=(given("instanceMarketOptions.spotOptions"),),
        then=(among("instanceMarketOptions.marketType", "spot", None),),
        says="instanceMarketOptions.spotOptions: are for marketType spot alone",
        source=_TEMPLATE,
    ),
    Combination(
        of="networkInterfaces",
        when=(
            among("associatePublicIpAddress", True, "true"),
            longer_than("networkInterfaces", 1, On.WHOLE),
        ),
        then=(other_than("associatePublicIpAddress", True, "true"),),
        says="associatePublicIpAddress: EC2 gives a public address only where there is one interface",
        source=_TEMPLATE,
    ),
    Combination(
        of="blockDeviceMappings",
        when=(given("ebs.kmsKeyId"),),
        then=(among("ebs.encrypted", True, "true"),),
        says="ebs.kmsKeyId: a key is for volumes that say encrypted: true",
        source=_TEMPLATE,
    ),
    Combination(
        of="blockDeviceMappings",
        when=(given("ebs.throughput"), given("ebs.volumeType")),
        then=(among("ebs.volumeType", "gp3"),),
        says="ebs.throughput: is of gp3 alone",
        source=_TEMPLATE,
    ),
    Combination(
        of="blockDeviceMappings",
        when=(given("ebs.iops"), given("ebs.volumeType")),
        then=(among("ebs.volumeType", "gp3", "io1", "io2"),),
        says="ebs.iops: is of gp3, io1 and io2 alone",
        source=_TEMPLATE,
    ),
    Combination(
        of="blockDeviceMappings",
        when=(among("ebs.volumeType", "io1", "io2"),),
        then=(given("ebs.iops"),),
        says="ebs.iops: must be said of io1 and io2",
        source=_TEMPLATE,
    ),
)
