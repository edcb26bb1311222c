"""A plan read from a file means what the recording means; what a source cannot tell is said, and never judged.

`readings/` holds a small program and what Pulumi wrote of it, its providers replaced by a simulated cloud.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from gpuplatform.preview import environment, json_report
from gpuplatform.preview.bill import bill
from gpuplatform.preview.check import not_applicable, run_checks
from gpuplatform.preview.plan import SECRET, UNKNOWN, Invoke, Message, Part, Plan, PlannedResource, Source
from gpuplatform.preview.readers import UnreadableError, plan_from, read
from gpuplatform.preview.wire import RESOURCE_SIGNATURE, SECRET_SIGNATURE, SIGNATURE
from tests.preview.sound import a_resource, sound, with_field

READINGS = Path(__file__).parent / "readings"
STACK = "urn:pulumi:dev::toy::pulumi:pulumi:Stack::toy-dev"


def written(plan: Plan) -> dict[str, Any]:
    """A plan's document as it lies in a file."""
    return json.loads(json_report.text(json_report.document(plan, run_checks(plan), None, None)))


def an_export(*states: dict[str, Any], **deployment: Any) -> dict[str, Any]:
    stack = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False}
    return {"version": 3, "deployment": {"resources": [stack, *states], **deployment}}


def a_state(type_: str, name: str, **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::toy::{type_}::{name}", "type": type_, "custom": True, "parent": STACK, **more}


def the_one(document: Any, name: str) -> PlannedResource:
    return next(r for r in plan_from(document, "file").resources if r.name == name)


def test_our_own_document_gives_back_every_field_of_every_resource():
    everything = a_resource(
        "aws:sqs/queue:Queue",
        "everything",
        {"a": 1},
        remote=True,
        dependencies=("urn:a",),
        property_dependencies={"a": ("urn:a",)},
        provider="urn:p::1",
        protect=True,
        ignore_changes=("a",),
        replace_on_changes=("b",),
        delete_before_replace=True,
        retain_on_delete=True,
        deleted_with="urn:c",
        aliases=("old",),
        timeouts={"create": "5m"},
        layer_source=Source("stacks/data.py", 4),
        outputs={"id": "q-1"},
        registered_outputs={"x": "y"},
    )
    unset = [f.name for f in fields(everything) if not getattr(everything, f.name)]
    plan = replace(sound(), resources=(*sound().resources, everything), outputs={"o": 1})

    assert unset == [], "this test sets every field there is"
    assert plan_from(written(plan), "file").resources == plan.resources


def test_our_own_document_gives_back_the_plan_around_the_resources():
    plan = replace(
        sound(),
        outputs={"o": SECRET},
        settings={"gpuplatform:data": {"a": 1}},
        invokes=(Invoke("aws:getX", {"a": 1}, Source("a.py", 1)),),
        messages=(Message("warning", "careful", "urn:a"),),
        duplicates=(a_resource("aws:sqs/queue:Queue", "again"),),
    )

    again = plan_from(written(plan), "file")

    assert again == replace(plan, origin="document", lacks=again.lacks, root=None, lines={}, first=None)


def test_the_program_s_own_document_is_judged_and_priced_like_the_recording(plans: dict[str, Plan]):
    for plan in plans.values():
        again = plan_from(written(plan), "file")

        assert run_checks(again) == [
            f for f in run_checks(plan) if f.rule not in {c.rule for c in not_applicable(again)}
        ]
        assert bill(again).totals == bill(plan).totals


def test_a_document_of_an_older_version_lacks_what_was_not_written_then():
    document = written(sound())
    for resource in document["resources"]:
        del resource["outputs"], resource["registered_outputs"]

    assert {Part.OUTPUTS, Part.REGISTERED_OUTPUTS} <= plan_from(document, "file").lacks


@pytest.fixture(scope="module")
def recorded() -> Plan:
    return environment.preview(environment.load(READINGS, "dev"))


@pytest.mark.parametrize("name", ["pulumi-preview.json", "stack-export.json"])
def test_what_the_engine_writes_agrees_with_the_recording_of_the_same_program(name: str, recorded: Plan):
    engine = read(READINGS / name)

    assert (engine.project, engine.environment, engine.region) == ("toy", "dev", "us-east-1")
    assert set(recorded.by_urn) <= set(engine.by_urn)
    for ours in recorded.resources:
        theirs = engine.by_urn[ours.urn]
        for same in ("type", "name", "parent", "custom", "remote", "protect", "ignore_changes", "replace_on_changes"):
            assert getattr(theirs, same) == getattr(ours, same), (ours.name, same)
        if ours.type == "pulumi:pulumi:Stack":
            continue
        assert (theirs.layer, theirs.retain_on_delete) == (ours.layer, ours.retain_on_delete), ours.name
        assert list(theirs.timeouts) == list(ours.timeouts)
        # A component of another package is registered by that package: neither inputs nor line reach the state.
        if not ours.remote:
            assert set(theirs.inputs) == set(ours.inputs), ours.name
            assert theirs.source == ours.source
            assert set(ours.dependencies) <= set(theirs.dependencies)


def test_a_preview_has_settings_and_unknown_values_and_an_export_has_values_and_outputs():
    preview, export = read(READINGS / "pulumi-preview.json"), read(READINGS / "stack-export.json")

    queue = "aws:sqs/queue:Queue"
    assert preview.one(queue).inputs["tags"] == {"bucket": UNKNOWN}
    assert export.one(queue).inputs["tags"]["bucket"].startswith("bucket-")
    assert preview.setting("data") == {"zones": ["raw", "curated"]}
    assert export.outputs["bucket"].startswith("bucket-")
    assert export.outputs["password"] == SECRET
    assert [p.one("aws:ssm/parameter:Parameter").inputs["value"] for p in (preview, export)] == [SECRET, SECRET]
    assert Part.SETTINGS in export.lacks - preview.lacks
    assert Part.VALUES in preview.lacks - export.lacks


def test_parts_of_another_package_s_component_belong_to_the_layer_that_made_it():
    part = the_one(json.loads((READINGS / "stack-export.json").read_text("utf-8")), "lake-cluster-eksCluster")

    assert part.layer == "data"


def test_the_engine_s_own_providers_are_no_part_of_the_program():
    made = a_state("pulumi:providers:aws", "default_7_51_1", inputs={"region": "eu-north-1"})
    queue = a_state("aws:sqs/queue:Queue", "q", provider=f"{made['urn']}::1234")

    plan = plan_from(an_export(made, queue), "file")

    assert [r.name for r in plan.resources] == ["toy-dev", "q"]
    assert plan.one("aws:sqs/queue:Queue").provider == ""
    assert plan.region == "eu-north-1"


def test_secrets_and_references_of_a_state_read_as_in_a_recording():
    secret = {SIGNATURE: SECRET_SIGNATURE, "ciphertext": "v1:abc"}
    shown = {SIGNATURE: SECRET_SIGNATURE, "plaintext": '"hunter2"'}
    other = {SIGNATURE: RESOURCE_SIGNATURE, "urn": "urn:x", "id": "1", "packageVersion": ""}
    queue = a_state("aws:sqs/queue:Queue", "q", inputs={"a": secret, "b": [shown], "c": other, "d": 3.0})

    assert the_one(an_export(queue), "q").inputs == {"a": SECRET, "b": [SECRET], "c": "urn:x", "d": 3}


def test_what_a_provider_filled_in_is_not_what_the_program_said():
    bucket = a_state(
        "aws:s3/bucket:Bucket",
        "b",
        inputs={
            "__defaults": ["bucket"],
            "bucket": "b-1a2b3c4",
            "forceDestroy": False,
            "name": "b-0badcaf",
            "rules": [{"__defaults": ["prefix"], "prefix": "", "days": 1}],
        },
    )
    service = a_state(
        "kubernetes:core/v1:Service",
        "s",
        inputs={"metadata": {"name": "s-1a2b3c4", "annotations": {"pulumi.com/autonamed": "true"}}},
    )
    release = a_state(
        "kubernetes:helm.sh/v3:Release", "r", inputs={"chart": "keda", "resourceNames": {"a": []}, "checksum": "x"}
    )
    export = an_export(bucket, service, release)

    assert the_one(export, "b").inputs == {"forceDestroy": False, "rules": [{"days": 1}]}
    assert the_one(export, "s").inputs == {"metadata": {}}
    assert the_one(export, "r").inputs == {"chart": "keda"}


def test_what_is_on_its_way_out_is_not_in_the_plan():
    going = a_state("aws:sqs/queue:Queue", "going", delete=True)
    read_only = a_state("pulumi:pulumi:StackReference", "other", external=True)
    step = {"op": "delete", "urn": "u", "newState": a_state("aws:sqs/queue:Queue", "gone")}
    kept = {"op": "same", "urn": "v", "newState": a_state("aws:sqs/queue:Queue", "kept")}

    assert [r.name for r in plan_from(an_export(going, read_only), "file").resources] == ["toy-dev"]
    assert [r.name for r in plan_from({"steps": [step, kept]}, "file").resources] == ["kept"]


def test_an_interrupted_operation_is_told():
    queue = a_state("aws:sqs/queue:Queue", "q")
    plan = plan_from(an_export(queue, pending_operations=[{"resource": queue, "type": "creating"}]), "file")

    assert [(m.severity, m.urn) for m in plan.messages] == [("warning", queue["urn"])]


def test_a_check_is_not_applicable_where_the_source_lacks_what_it_needs():
    untold = with_field(sound(), "network", registered_outputs=None)
    lacking = replace(untold, lacks=frozenset({Part.REGISTERED_OUTPUTS}))

    assert [f.rule for f in run_checks(untold)] == ["component-registers-outputs"]
    assert run_checks(lacking) == []
    assert [c.rule for c in not_applicable(lacking)] == ["component-registers-outputs"]
    assert not_applicable(untold) == []


def test_a_component_that_came_without_its_inputs_is_not_judged_by_them():
    blank = with_field(sound(), "cluster", inputs={})

    assert {f.urn for f in run_checks(blank)} == {blank.one("eks:index:Cluster").urn}
    assert run_checks(replace(blank, lacks=frozenset({Part.REMOTE_INPUTS}))) == []


DOCUMENT: dict[str, Any] = {"project": "p", "environment": "e", "resources": []}
UNREADABLE: list[tuple[Any, str]] = [
    ([], "is JSON, but no plan"),
    ({"a": 1, "b": 2}, "is JSON with a, b, but no plan"),
    ({**DOCUMENT, "resources": [3]}, "resources[0]: 3 is not an object"),
    ({**DOCUMENT, "resources": [{"urn": 3}]}, "resources[0]: urn: 3 is not a text"),
    ({**DOCUMENT, "project": None}, "project: None is not a text"),
    ({"steps": []}, "holds no resource"),
    ({"steps": [{"urn": "u", "newState": {"urn": "x", "type": "t"}}]}, "urn: 'x' is none of Pulumi's"),
    (an_export(a_state("a:b:C", "c", dependencies=[1])), "dependencies: [1] is not a list of texts"),
    (an_export(a_state("a:b:C", "c", inputs=[1])), "inputs: [1] is not an object"),
]


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE, ids=[s for _, s in UNREADABLE])
def test_a_document_that_is_no_plan_is_refused_with_its_place(content: Any, sentence: str):
    with pytest.raises(UnreadableError) as refused:
        plan_from(content, "old.json")

    assert str(refused.value).startswith("old.json: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def _words(file: Path) -> None:
    file.write_text("nonsense", encoding="utf-8")


def _bytes(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")


def _nothing(_: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "sentence"),
    [(_words, "is no JSON"), (_bytes, "is no JSON"), (Path.mkdir, "cannot be read"), (_nothing, "No such file")],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, make: Callable[[Path], None], sentence: str):
    file = tmp_path / "old.json"
    make(file)

    with pytest.raises(UnreadableError, match=sentence) as refused:
        read(file)

    assert "old.json" in str(refused.value)
