from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.lustre import LustreFileSystem, LustreFileSystemArgs, LustrePlace
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
SYSTEM = "aws:fsx/lustreFileSystem:LustreFileSystem"
ASSOCIATION = "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation"
KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b"
NODES = "sg-00000000000000001"
TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="data", contact="ml@example.com")
PLACE = LustrePlace(zone="use1-az6", vpc_id="vpc-1", subnet_id="subnet-1", node_security_group_id=NODES)


def args(**changed: Any) -> LustreFileSystemArgs:
    shape: dict[str, Any] = {
        "storage_gib": 4800,
        "throughput": 250,
        "place": PLACE,
        "links": {"curated": "bucket-curated", "checkpoints": "bucket-checkpoints", "raw": "bucket-raw"},
        "key_arn": KEY,
        "tags": TAGS,
    }
    return LustreFileSystemArgs(**(shape | changed))


def opened(plan: Plan, kind: str) -> set[tuple[str, str, int, int]]:
    """(group, peer, first port, last port) of every rule; `servers` for the file system's own group."""
    own = plan.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    names = {own: "servers", NODES: "nodes"}
    assert all(r.inputs["ipProtocol"] == "tcp" for r in plan.all(kind))
    return {
        (
            names[r.inputs["securityGroupId"]],
            names[r.inputs["referencedSecurityGroupId"]],
            int(r.inputs["fromPort"]),
            int(r.inputs["toPort"]),
        )
        for r in plan.all(kind)
    }


def test_file_system_is_the_one_asked_for(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args()))

    sent = plan.one(SYSTEM).inputs
    expected = {
        "deploymentType": "PERSISTENT_2",
        "storageType": "SSD",
        "storageCapacity": 4800,
        "perUnitStorageThroughput": 250,
        "dataCompressionType": "LZ4",
        "subnetIds": "subnet-1",
        "kmsKeyId": KEY,
        "automaticBackupRetentionDays": 0,
    }
    assert {k: sent[k] for k in expected} == expected


def test_without_a_key_of_our_own_fsx_uses_its_own(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args(key_arn=None)))

    assert "kmsKeyId" not in plan.one(SYSTEM).inputs


def test_servers_and_nodes_reach_each_other_on_lustres_ports_and_no_other(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args()))

    ports = ((988, 988), (1018, 1023))
    assert opened(plan, INGRESS) == {
        (group, peer, *p)
        for p in ports
        for group, peer in (("servers", "servers"), ("servers", "nodes"), ("nodes", "servers"))
    }
    assert opened(plan, EGRESS) == {("servers", peer, *p) for p in ports for peer in ("servers", "nodes")}


def test_file_system_is_reached_over_tcp_alone_for_it_has_no_efa(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args()))

    own = plan.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    assert plan.one(SYSTEM).inputs["securityGroupIds"] == [own]
    assert "efaEnabled" not in plan.one(SYSTEM).inputs


def test_file_system_waits_for_the_rules_that_fsx_looks_for(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args()))

    own = plan.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    rules = {r.urn for kind in (INGRESS, EGRESS) for r in plan.all(kind) if r.inputs["securityGroupId"] == own}
    assert len(rules) == 8
    assert rules <= set(plan.one(SYSTEM).dependencies)


def test_folders_show_buckets_and_keep_them_the_same(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args()))

    links = {r.inputs["fileSystemPath"]: r.inputs for r in plan.all(ASSOCIATION)}
    assert {path: link["dataRepositoryPath"] for path, link in links.items()} == {
        "/curated": "s3://bucket-curated",
        "/checkpoints": "s3://bucket-checkpoints",
        "/raw": "s3://bucket-raw",
    }
    events = {"events": ["NEW", "CHANGED", "DELETED"]}
    for link in links.values():
        assert link["fileSystemId"] == plan.one(SYSTEM).outputs["id"]
        assert link["s3"] == {"autoImportPolicy": events, "autoExportPolicy": events}
        assert link["batchImportMetaDataOnCreate"] is True


def test_associations_are_made_one_after_another(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args()))

    before = {
        r.name: [plan.by_urn[d].name for d in r.dependencies if plan.by_urn[d].type == ASSOCIATION]
        for r in plan.all(ASSOCIATION)
    }
    assert before == {
        "lustre-curated": [],
        "lustre-checkpoints": ["lustre-curated"],
        "lustre-raw": ["lustre-checkpoints"],
    }


def test_slow_creations_have_the_time_they_were_seen_to_take(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args()))

    for resource in (plan.one(SYSTEM), *plan.all(ASSOCIATION)):
        assert resource.timeouts["create"] == "60m"


@pytest.mark.parametrize("protect", [True, False])
def test_the_file_system_is_protected_its_links_may_change(record_plan: Record, protect: bool) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args(protect=protect)))

    assert [r.name for r in plan.resources if r.protect] == (["lustre-fs"] if protect else [])


def test_failed_imports_and_exports_are_logged_where_fsx_may_write(record_plan: Record) -> None:
    plan = record_plan(lambda: LustreFileSystem("lustre", args()))

    group = plan.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["namePrefix"].startswith("/aws/fsx")
    assert plan.one(SYSTEM).inputs["logConfiguration"] == {"level": "WARN_ERROR", "destination": group.outputs["arn"]}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"storage_gib": 3600}, "3600 is no size of FSx for Lustre: 1200, or a multiple of 2400"),
        ({"storage_gib": 0}, "0 is no size"),
        ({"throughput": 200}, "choose 125, 250, 500, 1000"),
        ({"links": {f"folder-{i}": "bucket" for i in range(9)}}, "links 8 buckets at most"),
        ({"links": {"/curated": "bucket"}}, "without slashes, as in curated"),
    ],
)
def test_file_systems_that_fsx_does_not_sell_are_refused(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        args(**changed)
