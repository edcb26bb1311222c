"""A plan read from a file means what the recording means; what a source cannot tell is said, and never judged.

`readings/` holds a small program and what Pulumi wrote of it, its providers replaced by a simulated cloud.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpuplatform.plan.model import SECRET, UNKNOWN, Invoke, Message, Plan, PlanFeature, PlannedResource, Source
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.judgement.run import not_applicable, run_checks
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record import environment
from gpuplatform.preview.record.readers import UnreadableError, plan_from, read
from gpuplatform.preview.record.wire import RESOURCE_SIGNATURE, SECRET_SIGNATURE, SIGNATURE
from gpuplatform.preview.report import json_document
from tests.preview.anything import json_like, put
from tests.preview.sound import a_resource, sound, with_field

READINGS = Path(__file__).parent / "readings"
STACK = "urn:pulumi:dev::toy::pulumi:pulumi:Stack::toy-dev"


def written(plan: Plan) -> dict[str, Any]:
    """A plan's document as it lies in a file."""
    return json.loads(json_document.text(json_document.document(Preview(plan, run_checks(plan)))))


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
        replacement_trigger=["c", 1],
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

    assert {PlanFeature.OUTPUTS, PlanFeature.REGISTERED_OUTPUTS} <= plan_from(document, "file").lacks


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
    assert PlanFeature.SETTINGS in export.lacks - preview.lacks
    assert PlanFeature.VALUES in preview.lacks - export.lacks


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
    lacking = replace(untold, lacks=frozenset({PlanFeature.REGISTERED_OUTPUTS}))

    assert [f.rule for f in run_checks(untold)] == ["component-registers-outputs"]
    assert run_checks(lacking) == []
    assert [c.rule for c in not_applicable(lacking)] == ["component-registers-outputs"]
    assert not_applicable(untold) == []


def test_a_component_that_came_without_its_inputs_is_not_judged_by_them():
    blank = with_field(sound(), "cluster", inputs={})

    assert {f.urn for f in run_checks(blank)} == {blank.one("eks:index:Cluster").urn}
    assert run_checks(replace(blank, lacks=frozenset({PlanFeature.REMOTE_INPUTS}))) == []


DOCUMENT: dict[str, Any] = {"project": "p", "environment": "e", "resources": []}
UNREADABLE: list[tuple[Any, str]] = [
    ([], "is JSON, but no plan"),
    ({"a": 1, "b": 2}, "is JSON with 'a, b', but no plan"),
    ({**DOCUMENT, "resources": [3]}, "resources[0]: 3 is not an object"),
    ({**DOCUMENT, "resources": [{"urn": 3}]}, "resources[0]: urn: 3 is not a string"),
    ({**DOCUMENT, "project": None}, "project: None is not a string"),
    ({"steps": []}, "holds no resource"),
    ({"steps": [{"urn": "u", "newState": {"urn": "x", "type": "t"}}]}, "urn: 'x' is none of Pulumi's"),
    (an_export(a_state("a:b:C", "c", dependencies=[1])), "dependencies: [1] is not a list of strings"),
    (an_export(a_state("a:b:C", "c", inputs=[1])), "inputs: [1] is not an object"),
    ({**DOCUMENT, "resources": ["x" * 10**6]}, "xx… is not an object"),
    ({"x" * 10**6: 1}, "xx…, but no plan"),
]


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE, ids=[s for _, s in UNREADABLE])
def test_a_document_that_is_no_plan_is_refused_with_its_place(content: Any, sentence: str):
    with pytest.raises(UnreadableError) as refused:
        plan_from(content, "old.json")

    assert str(refused.value).startswith("old.json: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def in_a_document(*resources: PlannedResource) -> dict[str, Any]:
    return {**DOCUMENT, "resources": [json_document.resource_json(r) for r in resources]}


def test_resources_that_wait_for_one_another_are_refused_by_their_urns():
    names = [f"urn:pulumi:dev::toy::aws:sqs/queue:Queue::{name}" for name in ("a", "b", "c")]
    a, b, c = (
        a_resource("aws:sqs/queue:Queue", "q", urn=own, dependencies=(other,), parent=None)
        for own, other in zip(names, [*names[1:], names[0]], strict=True)
    )
    before = a_resource("aws:sqs/queue:Queue", "before", dependencies=(names[0],), parent=None)

    for document in (in_a_document(before, a, b, c), an_export(*(_as_state(r) for r in (before, a, b, c)))):
        with pytest.raises(UnreadableError) as refused:
            plan_from(document, "old.json")
        told = " → ".join(repr(name) for name in [*names, names[0]])
        assert str(refused.value) == f"old.json: resources wait for one another: {told}"


def test_resources_that_are_parts_of_themselves_are_refused_by_their_urns():
    names = ["urn:pulumi:dev::toy::toy:aws:A::a", "urn:pulumi:dev::toy::toy:aws:A$toy:aws:B::b"]
    a = a_resource("toy:aws:A", "a", urn=names[0], parent=names[1], custom=False)
    b = a_resource("toy:aws:B", "b", urn=names[1], parent=names[0], custom=False)

    for document in (in_a_document(a, b), an_export(_as_state(a), _as_state(b))):
        with pytest.raises(UnreadableError) as refused:
            plan_from(document, "old.json")
        told = f"{names[1]!r} → {names[0]!r} → {names[1]!r}"
        assert str(refused.value) == f"old.json: resources are parts of themselves: {told}"


def test_a_resource_that_waits_for_itself_and_one_that_stands_twice_are_refused():
    alone = a_resource("aws:sqs/queue:Queue", "q")

    itself = replace(alone, urn="urn:pulumi:dev::toy::a:b:C::q", deleted_with="urn:pulumi:dev::toy::a:b:C::q")
    assert [r.name for r in plan_from(in_a_document(itself), "f").resources] == ["q"], "no order follows from that"
    with pytest.raises(UnreadableError, match=r"::q' stands in it twice"):
        plan_from(in_a_document(alone, alone), "f")


def test_parts_within_parts_are_followed_and_endless_ones_refused():
    chain = [a_resource("toy:aws:A", "a-0", parent=None, custom=False)]
    for n in range(1, 120):
        chain.append(a_resource("toy:aws:A", f"a-{n}", parent=chain[-1].urn, custom=False))

    assert len(list(plan_from(in_a_document(*chain[:90]), "f").descendants(chain[0]))) == 89
    with pytest.raises(UnreadableError, match=r"a-100' is a part within more than 100 components"):
        plan_from(in_a_document(*chain), "f")


def _as_state(resource: PlannedResource) -> dict[str, Any]:
    named = {"urn": resource.urn, "type": resource.type, "custom": resource.custom}
    return {**named, "parent": resource.parent, "dependencies": list(resource.dependencies)}


KEYS = [
    "urn",
    "type",
    "name",
    "parent",
    "custom",
    "inputs",
    "outputs",
    "dependencies",
    "property_dependencies",
    "source",
]
some_resource = st.dictionaries(st.sampled_from(KEYS), json_like | st.sampled_from([STACK, "a:b:C"]), max_size=9)
some_plan = st.one_of(
    json_like,
    st.fixed_dictionaries({"environment": json_like, "project": json_like, "resources": st.lists(some_resource)}),
    st.fixed_dictionaries({"deployment": st.fixed_dictionaries({"resources": st.lists(some_resource)})}),
    st.fixed_dictionaries({"steps": st.lists(st.fixed_dictionaries({"urn": st.text(), "newState": some_resource}))}),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(some_plan)
def test_any_json_is_a_plan_or_refused_in_a_sentence(content: Any):
    with suppress(UnreadableError):
        plan_from(content, "old.json")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | json_like.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_are_a_plan_or_refused_in_a_sentence(tmp_path: Path, content: bytes):
    file = tmp_path / "old.json"
    file.write_bytes(content)

    with pytest.raises(UnreadableError) as refused:
        read(file)

    assert "\n" not in str(refused.value)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), json_like)
def test_a_real_plan_with_anything_anywhere_is_read_or_refused(place: int, value: Any):
    for name in ("pulumi-preview.json", "stack-export.json"):
        content = json.loads((READINGS / name).read_text("utf-8"))
        with suppress(UnreadableError):
            plan_from(put(content, place, value), name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_plan_in_any_of_json_s_encodings_is_read(tmp_path: Path, encoding: str):
    file = tmp_path / "export.json"
    file.write_bytes((READINGS / "stack-export.json").read_text("utf-8").encode(encoding))

    assert read(file) == read(READINGS / "stack-export.json")


@pytest.mark.parametrize("length", [0, 1, 300, 8_000])
def test_a_plan_of_which_a_part_is_missing_is_refused(tmp_path: Path, length: int):
    file = tmp_path / "export.json"
    file.write_bytes((READINGS / "stack-export.json").read_bytes()[:length])

    with pytest.raises(UnreadableError, match="is no JSON"):
        read(file)


BROKEN: list[tuple[str, str]] = [
    ("[" * 200 + "]" * 200, "values nested deeper than 100 levels"),
    ("[" * 100_000, "values nested deeper than 100 levels"),
    ('{"a": NaN}', "NaN is no number of JSON"),
    ('{"a": -Infinity}', "-Infinity is no number of JSON"),
    ('{"a": 1e999}', "1e999 is no number of JSON"),
    ('{"a": ' + "1" * 5000 + "}", "is no JSON"),
    ('{"a": "\\ud800"}', "surrogates not allowed"),
    ('{"\\ud800": 1}', "surrogates not allowed"),
]


@pytest.mark.parametrize(("content", "sentence"), BROKEN, ids=[s for _, s in BROKEN])
def test_what_no_report_could_write_again_is_no_json(tmp_path: Path, content: str, sentence: str):
    file = tmp_path / "old.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(UnreadableError, match="is no JSON") as refused:
        read(file)

    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 600


def test_a_plan_of_fifty_megabytes_is_read(tmp_path: Path):
    document = written(sound())
    document["settings"]["gpuplatform:long"] = ["x" * 1000] * 50_000
    file = tmp_path / "long.json"
    file.write_text(json.dumps(document), encoding="utf-8")

    assert file.stat().st_size > 50_000_000
    assert read(file).resources == sound().resources


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
