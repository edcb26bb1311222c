"""What an update from one plan to another would do: told as the engine and the providers would do it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gpuplatform.cli import app
from gpuplatform.kinds.registry import all_kinds, immutable
from gpuplatform.plan.model import UNKNOWN, Plan, PlanFeature
from gpuplatform.preview.checking.sdk_types import input_class, properties
from gpuplatform.preview.comparison.difference import Action, Changed, difference
from gpuplatform.preview.judgement.run import run_checks
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record.readers import plan_from
from gpuplatform.preview.report.comparison import bill_lines, lines, summary, to_json
from gpuplatform.preview.report.json_document import document, text
from tests.preview.sound import a_plan, a_resource, and_also, sound, urn, with_field, with_input, without

VPC, SUBNET, QUEUE = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:sqs/queue:Queue"


def lustre(**inputs: Any) -> Plan:
    return a_plan(a_resource("aws:fsx/lustreFileSystem:LustreFileSystem", "files", {"storageCapacity": 4800, **inputs}))


def the_change(before: Plan, after: Plan) -> Changed:
    (changed,) = difference(before, after).changed
    return changed


def network(cidr: str) -> Plan:
    vpc, subnet = urn(VPC, "vpc"), urn(SUBNET, "private")
    return a_plan(
        a_resource(VPC, "vpc", {"cidrBlock": cidr}, outputs={"id": "vpc-1"}),
        a_resource(
            SUBNET,
            "private",
            {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"},
            dependencies=(vpc,),
            property_dependencies={"vpcId": (vpc,)},
        ),
        a_resource(
            "aws:fsx/lustreFileSystem:LustreFileSystem",
            "files",
            {"subnetIds": ["subnet-1"]},
            property_dependencies={"subnetIds": (subnet,)},
        ),
        a_resource("aws:eks/cluster:Cluster", "c", {"tags": {"in": "vpc-1"}}, property_dependencies={"tags": (vpc,)}),
    )


def test_a_plan_does_not_differ_from_itself():
    found = difference(sound(), sound())

    assert found.nothing
    assert summary(found) == "no change"
    assert list(lines(found)) == []


def test_what_is_new_and_what_is_gone_is_told():
    found = difference(sound(), and_also(without(sound(), "disk"), a_resource(QUEUE, "jobs")))

    assert [r.name for r in found.added] == ["jobs"]
    assert [r.name for r in found.removed] == ["disk"]
    assert list(lines(found)) == ["- disk (Volume)  LOST: what is on it", "+ jobs (Queue)"]
    assert summary(found) == "1 added, 1 removed"


def test_components_count_by_their_parts():
    assert difference(a_plan(), a_plan(a_resource("toy:aws:Pair", "pair", custom=False))).nothing


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (lustre(deploymentType="PERSISTENT_1"), lustre(deploymentType="PERSISTENT_2"), Action.REPLACE),
        (lustre(), lustre(kmsKeyId="arn"), Action.REPLACE),
        (lustre(), lustre(storageCapacity=9600), Action.UPDATE),
        (lustre(), lustre(storageCapacity=2400), Action.REPLACE),
        (lustre(fileSystemTypeVersion="2.12"), lustre(fileSystemTypeVersion="2.15"), Action.UPDATE),
        (lustre(), lustre(tags={"a": "b"}), Action.UPDATE),
    ],
    ids=["type", "key", "grows", "shrinks", "upgrade", "tags"],
)
def test_a_change_replaces_only_where_the_provider_would(before: Plan, after: Plan, action: Action):
    assert the_change(before, after).action is action


def test_only_the_part_of_a_property_that_is_fixed_replaces():
    group = "aws:eks/nodeGroup:NodeGroup"
    inputs = {"launchTemplate": {"id": "lt-1", "version": "1"}, "remoteAccess": {"ec2SshKey": "a"}}
    old = a_plan(a_resource(group, "g", inputs))

    assert the_change(old, with_input(old, "g", "launchTemplate|version", "2")).action is Action.UPDATE
    assert the_change(old, with_input(old, "g", "launchTemplate|id", "lt-2")).because == ("launchTemplate.id",)
    assert the_change(old, with_input(old, "g", "remoteAccess|ec2SshKey", "b")).action is Action.REPLACE


def test_a_key_with_dots_may_be_what_replaces():
    inputs = {"labels": {"a.io/b": "1", "a.io/c": "1"}, "remoteAccess": {}}
    old = a_plan(a_resource("aws:eks/nodeGroup:NodeGroup", "g", inputs, replace_on_changes=('labels["a.io/b"]',)))

    assert the_change(old, with_input(old, "g", "labels|a.io/b", "2")).action is Action.REPLACE
    assert the_change(old, with_input(old, "g", "labels|a.io/b", None)).action is Action.REPLACE
    assert the_change(old, with_input(old, "g", "labels|a.io/c", "2")).action is Action.UPDATE


def test_of_some_kinds_all_but_the_tags_is_fixed():
    config = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
    old = a_plan(a_resource(config, "c", {"productionVariants": [{"instanceType": "a"}], "tags": {"a": "1"}}))

    assert the_change(old, with_input(old, "c", "tags|a", "2")).action is Action.UPDATE
    assert the_change(old, with_input(old, "c", "productionVariants|0|instanceType", "b")).because == (
        "productionVariants[0].instanceType",
    )


def test_of_a_kind_that_the_table_lacks_nothing_is_claimed():
    old = a_plan(a_resource("aws:new/thing:Thing", "t", {"size": 1}))
    found = difference(old, with_input(old, "t", "size", 2))

    assert found.changed[0].action is Action.UNSURE
    assert "in place or replaced: not known" in "\n".join(lines(found))


def test_a_kubernetes_object_moves_to_another_namespace_only_by_replacement():
    inputs = {"metadata": {"name": "s", "namespace": "a"}, "spec": {"type": "ClusterIP"}}
    old = a_plan(a_resource("kubernetes:core/v1:Service", "svc", inputs))

    assert the_change(old, with_input(old, "svc", "metadata|namespace", "b")).action is Action.REPLACE
    assert the_change(old, with_input(old, "svc", "spec|type", "NodePort")).action is Action.UPDATE


def test_a_replacement_drags_along_what_holds_a_fixed_value_of_it():
    found = difference(network("10.0.0.0/16"), network("10.1.0.0/16"))

    assert {c.after.name: c.because for c in found.replaced} == {
        "vpc": ("cidrBlock",),
        "private": ("vpc",),
        "files": ("private",),
    }
    assert next(iter(lines(found))) == (
        "± files (LustreFileSystem)  replaced for private; LOST: its files that no linked bucket has"
    )
    assert summary(found) == "3 changed, of which 3 are replaced"


def test_a_replaced_provider_takes_its_objects_along():
    provider = "pulumi:providers:kubernetes"
    release = "kubernetes:helm.sh/v3:Release"
    plan = a_plan(
        a_resource(provider, "p", {"a": 1}, replace_on_changes=("a",)),
        a_resource(release, "r", {"chart": "keda"}, provider=f"{urn(provider, 'p')}::1"),
    )

    assert [c.after.name for c in difference(plan, with_input(plan, "p", "a", 2)).replaced] == ["p", "r"]


def test_options_of_the_program_decide_too():
    old = with_field(sound(), "interruptions", inputs={"delaySeconds": 1})
    new = with_field(sound(), "interruptions", inputs={"delaySeconds": 2})

    assert difference(old, with_field(new, "interruptions", ignore_changes=("delaySeconds",))).nothing
    assert the_change(old, with_field(new, "interruptions", replace_on_changes=("delaySeconds",))).loses
    kept = with_field(new, "interruptions", replace_on_changes=("delaySeconds",), retain_on_delete=True)
    assert the_change(old, kept).loses == ""


def test_a_resource_with_an_alias_is_the_one_that_it_was():
    old = a_plan(a_resource(QUEUE, "former", {"delaySeconds": 1}))
    new = a_plan(a_resource(QUEUE, "jobs", {"delaySeconds": 1}, aliases=("former",)))

    assert difference(old, new).nothing
    assert not difference(old, with_field(new, "jobs", aliases=())).nothing


def test_values_that_say_the_same_are_the_same():
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}
    old = a_plan(a_resource(QUEUE, "q", {"policy": json.dumps(policy), "delaySeconds": "5", "fifoQueue": "true"}))
    new = a_plan(a_resource(QUEUE, "q", {"policy": json.dumps(policy, indent=1), "delaySeconds": 5, "fifoQueue": True}))

    assert difference(old, new).nothing
    assert not difference(old, with_input(new, "q", "delaySeconds", 6)).nothing


def test_a_real_account_s_ids_are_no_change_against_simulated_ones():
    recorded = with_input(network("10.0.0.0/16"), "private", "vpcId", "vpc-1")
    first = with_input(recorded, "private", "vpcId", UNKNOWN)
    export = replace(with_input(recorded, "private", "vpcId", "vpc-0abc"), origin="stack-export")
    export = with_input(with_input(export, "files", "subnetIds|0", "subnet-9"), "c", "tags|in", "vpc-0abc")

    assert difference(export, recorded).nothing, "a property with dependencies is not compared"
    seen = with_input(with_input(first, "files", "subnetIds|0", UNKNOWN), "c", "tags|in", UNKNOWN)
    assert difference(export, replace(recorded, first=seen)).nothing, (
        "what the first pass does not know is not compared"
    )
    moved = with_input(recorded, "private", "cidrBlock", "10.0.1.0/24")
    assert not difference(export, moved).nothing


def test_parts_of_another_package_s_component_count_only_where_both_plans_show_them():
    cluster = a_resource("eks:index:Cluster", "c", {"version": "1.35"}, custom=False, remote=True)
    part = a_resource("aws:eks/cluster:Cluster", "c-eks", {}, parent=cluster.urn)
    opaque = a_plan(cluster)
    engine = a_plan(
        replace(cluster, inputs={}),
        part,
        origin="stack-export",
        lacks=frozenset({PlanFeature.REMOTE_INPUTS, PlanFeature.VALUES}),
    )

    assert difference(engine, opaque).nothing
    assert [r.name for r in difference(engine, without(engine, "c-eks")).removed] == []


def test_the_bill_s_difference_is_told_by_layer_and_in_total():
    found = difference(a_plan(), a_plan(a_resource("aws:kms/key:Key", "more")))

    # A key is 1 $ a month, and 100,000 requests to it, which is what is assumed, 0.30 $ (AWS KMS pricing, us-east-1).
    assert dict(bill_lines(found))["total"][:3] == (Decimal(1), Decimal(1), Decimal("1.30"))
    assert dict(bill_lines(found))["test"][:3] == (Decimal(1), Decimal(1), Decimal("1.30"))
    assert to_json(found)["before"]["idle_monthly"] == 0


def test_a_source_without_values_has_no_bill_and_says_why():
    blind = replace(sound(), lacks=frozenset({PlanFeature.VALUES}))
    found = difference(blind, sound())

    assert list(bill_lines(found)) == []
    assert to_json(found)["before"] is None
    assert to_json(found)["no_bill"] == "the older plan lacks values that come from other resources"


def test_both_environments_do_not_differ_from_their_own_documents(plans: dict[str, Plan]):
    for plan in plans.values():
        again = plan_from(json.loads(text(document(Preview(plan)))), "file")

        assert difference(again, plan).nothing


def test_json_holds_every_value_and_is_json():
    found = to_json(difference(network("10.0.0.0/16"), network("10.1.0.0/16")))

    assert json.loads(json.dumps(found)) == found
    assert found["changed"][0]["changes"] == [
        {"path": "cidrBlock", "before": "10.0.0.0/16", "after": "10.1.0.0/16", "replaces": True}
    ]


def test_a_long_difference_does_not_fill_the_screen():
    many = a_plan(*(a_resource(QUEUE, f"q{n}") for n in range(100)))
    told = list(lines(difference(a_plan(), many)))

    assert len(told) == 41
    assert told[-1] == "… and 60 more lines; --json has them all"


def _against(before: Plan, after: Plan) -> dict[str, str]:
    rules = {"data-loss", "protected-replacement", "removed-data"}
    return {f.rule: f.message for f in run_checks(replace(after, against=before)) if f.rule in rules}


def test_checks_speak_of_data_only_where_it_would_be_lost():
    old, new = lustre(deploymentType="PERSISTENT_1"), lustre(deploymentType="PERSISTENT_2")

    assert _against(new, new) == {}
    assert set(_against(old, new)) == {"data-loss"}
    assert set(_against(with_field(old, "files", protect=True), new)) == {"data-loss", "protected-replacement"}
    assert set(_against(old, a_plan())) == {"removed-data"}
    assert _against(with_field(old, "files", retain_on_delete=True), a_plan()) == {}


def test_the_table_names_types_and_properties_as_the_sdk_does():
    for type_ in sorted({row.token for row in all_kinds().values() if row.immutable}):
        if type_.endswith(":") or type_.startswith("kubernetes:"):
            continue
        arguments = input_class(type_)
        assert arguments is not None, f"{type_}: the SDK has no such type"
        known = set(properties(arguments))
        for row in immutable(type_) or ():
            for kept in row.properties:
                assert kept == "*" or kept.partition(".")[0] in known, f"{type_} has no {kept}"
            assert row.source
            assert row.when in ("", "decreases", "removed")


def test_what_holds_data_in_our_environments_is_in_the_table(plans: dict[str, Plan]):
    made = {r.type for plan in plans.values() for r in plan.resources}
    for type_ in made & {row.token for row in all_kinds().values() if row.holds}:
        assert immutable(type_) is not None, f"{type_}: nothing tells whether a change replaces it"


PROGRAM = """
import pulumi_aws as aws

aws.sqs.Queue("jobs", sqs_managed_sse_enabled=True, fifo_queue=FIFO)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: toy\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(PROGRAM.replace("FIFO", "False"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["preview", "dev", *arguments])


def test_the_command_compares_with_a_file_in_every_report(project: Path):
    called("--json", "old.json")
    (project / "__main__.py").write_text(PROGRAM.replace("FIFO", "True"), encoding="utf-8")

    done = called("--against", "old.json", "--json", "new.json", "--markdown", "new.md", "--sarif", "new.sarif")

    assert done.exit_code == 1
    assert "± jobs (Queue)  replaced for fifoQueue; LOST: its waiting messages" in done.stdout
    written = json.loads((project / "new.json").read_text("utf-8"))
    assert written["difference"]["changed"][0]["because"] == ["fifoQueue"]
    assert "LOST: its waiting messages" in (project / "new.md").read_text("utf-8")
    results = json.loads((project / "new.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert "data-loss" in {r["ruleId"] for r in results}


def test_the_command_judges_a_plan_from_a_file_without_running_the_program(project: Path):
    called("--json", "old.json")
    (project / "__main__.py").write_text("1 / 0", encoding="utf-8")

    done = called("--plan", "old.json")

    assert "toy dev  us-east-1, 1 resource" in done.stdout
    assert "do not apply to a plan in a file" in done.stdout
    assert "they need the program's files; the run with unknown" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("option", "content", "sentence"),
    [
        ("--against", "[]", "is JSON, but no plan"),
        ("--plan", "[]", "is JSON, but no plan"),
        ("--against", '{"project": "toy", "environment": "prod", "resources": []}', "toy prod"),
    ],
)
def test_a_file_that_cannot_be_compared_is_a_wrong_call(project: Path, option: str, content: str, sentence: str):
    (project / "old.json").write_text(content, encoding="utf-8")

    done = called(option, "old.json")

    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
