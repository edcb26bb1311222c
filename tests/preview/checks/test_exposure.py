"""What the internet could reach, and what is not encrypted: each fault is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone, told
from tests.preview.sound import TAGS, a_resource, and_also, sound, with_input


def _also(type_: str, **inputs: Any) -> Break:
    return lambda plan: and_also(plan, a_resource(type_, "more", {"tags": TAGS, **inputs}))


def _set(name: str, path: str, value: Any) -> Break:
    return lambda plan: with_input(plan, name, path, value)


POSTGRES = {"instanceClass": "db.t4g.micro", "engine": "postgres", "allocatedStorage": 20}
MACHINE = {"ami": "ami-0123456789abcdef0", "instanceType": "t4g.medium"}
ENCRYPTED = {"encrypted": True}
ANYBODY = {"fromPort": 22, "toPort": 22, "protocol": "tcp", "ipv6CidrBlocks": ["::/0"]}

FAULTS: list[tuple[str, str, Break]] = [
    ("open-security-group", "lets in 0.0.0.0/1", _set("https", "cidrIpv4", "0.0.0.0/1")),
    ("open-security-group", "lets in 0::/0", _set("https", "cidrIpv6", "0::/0")),
    (
        "open-security-group",
        "ingress[0]",
        _also("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", ingress=[ANYBODY]),
    ),
    ("open-endpoint", "open to everybody", _set("cluster", "publicAccessCidrs", ["0.0.0.0/1", "128.0.0.0/1"])),
    ("public-bucket", "acl is public-read", _set("lake", "acl", "public-read")),
    (
        "public-bucket",
        "acl is public-read-write",
        lambda p: and_also(
            p, a_resource("aws:s3/bucketAcl:BucketAcl", "acl", {"bucket": "b", "acl": "public-read-write"})
        ),
    ),
    (
        "unauthenticated-door",
        "give it security groups",
        _also("aws:lb/loadBalancer:LoadBalancer", loadBalancerType="network"),
    ),
    ("unencrypted-volume", "rootBlockDevice.encrypted", _also("aws:ec2/instance:Instance", **MACHINE)),
    (
        "unencrypted-volume",
        "ebsBlockDevices[0].encrypted",
        _also(
            "aws:ec2/instance:Instance",
            **MACHINE,
            rootBlockDevice=ENCRYPTED,
            ebsBlockDevices=[{"deviceName": "/dev/sdb"}],
        ),
    ),
    ("unencrypted-queue", "encryption_type", _also("aws:kinesis/stream:Stream", shardCount=1)),
    ("unencrypted-database", "storageEncrypted", _also("aws:rds/instance:Instance", **POSTGRES)),
    (
        "unencrypted-database",
        "atRestEncryptionEnabled",
        _also("aws:elasticache/replicationGroup:ReplicationGroup", description="cache"),
    ),
    (
        "public-node",
        "reached from the internet",
        _also("aws:rds/instance:Instance", **POSTGRES, storageEncrypted=True, publiclyAccessible=True),
    ),
]

SOUND: list[Break] = [
    _set("https", "cidrIpv4", "10.0.0.0/8"),
    _set("cluster", "publicAccessCidrs", ["198.51.100.0/24", "2001:db8::/32"]),
    _set("lake", "acl", "private"),
    _also("aws:ec2/instance:Instance", **MACHINE, rootBlockDevice=ENCRYPTED),
    _also("aws:kinesis/stream:Stream", shardCount=1, encryptionType="KMS"),
    _also("aws:rds/instance:Instance", **POSTGRES, storageEncrypted=True),
    _also("aws:lb/loadBalancer:LoadBalancer", loadBalancerType="network", internal=True),
    _also("aws:lb/loadBalancer:LoadBalancer", loadBalancerType="network", securityGroups=["sg-1"]),
]


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found_alone(broken(sound()), rule, words)


@pytest.mark.parametrize("changed", SOUND)
def test_what_names_who_may_come_or_is_encrypted_is_no_fault(changed: Break):
    assert told(run_checks(changed(sound()))) == []
