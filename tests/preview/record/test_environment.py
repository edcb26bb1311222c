"""An environment as Pulumi would be given it, and what is said when it cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpuplatform.preview.record.environment import CANARY, CallError, environments, find_root, load, preview
from gpuplatform.preview.record.recorder import ProgramError

PROJECT = "name: toy\nruntime: python\n"
SETTINGS = "config:\n  aws:region: us-east-1\n"


def a_project(folder: Path, *, program: str = "", project: str = PROJECT, dev: str = SETTINGS, **more: str) -> Path:
    (folder / "Pulumi.yaml").write_text(project, encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(dev, encoding="utf-8")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    for name, text in more.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def refused(root: Path, name: str = "dev") -> list[str]:
    with pytest.raises(CallError) as caught:
        load(root, name)
    return list(caught.value.problems)


def test_the_project_is_found_from_a_folder_inside_it(tmp_path: Path):
    inner = a_project(tmp_path) / "a" / "b"
    inner.mkdir(parents=True)

    assert find_root(inner) == tmp_path


def test_outside_a_project_that_is_said(tmp_path: Path):
    with pytest.raises(CallError, match=r"no Pulumi\.yaml here or in a folder above"):
        find_root(tmp_path)


def test_an_unknown_environment_lists_those_that_there_are(tmp_path: Path):
    (a_project(tmp_path) / "Pulumi.prod.yaml").write_text(SETTINGS, encoding="utf-8")

    assert environments(tmp_path) == ["dev", "prod"]
    assert refused(tmp_path, "nosuch") == ["unknown environment 'nosuch': there are dev, prod"]


def test_a_name_is_no_path(tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()
    a_project(inside)
    (tmp_path / "Pulumi.x.yaml").write_text(SETTINGS, encoding="utf-8")

    assert "unknown environment" in refused(inside, "../../Pulumi.x")[0]


@pytest.mark.parametrize(
    ("dev", "sentence"),
    [
        ("", "Pulumi.dev.yaml is empty; it begins with `config:`"),
        ("- a\n", "Pulumi.dev.yaml: found a list where keys should be"),
        ("words", "Pulumi.dev.yaml: found the text 'words' where keys should be"),
        ("config: 3", "Pulumi.dev.yaml: line 1: config: expected settings by key, found the value 3"),
        ("config: []", "Pulumi.dev.yaml: line 1: config: expected settings by key, found a list"),
        ("confg: {}", "Pulumi.dev.yaml: line 1: unknown key confg; accepted: config,"),
        ("config: {a: [}", "Pulumi.dev.yaml: line 1, column 14"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, dev: str, sentence: str):
    [problem] = refused(a_project(tmp_path, dev=dev))

    assert problem.startswith(sentence)


@pytest.mark.parametrize(
    ("project", "sentence"),
    [
        ("runtime: python", "Pulumi.yaml: name is missing"),
        ("name: toy\nruntime: nodejs", "Pulumi.yaml: line 2: runtime: nodejs; accepted: python"),
        ("", "Pulumi.yaml is empty"),
    ],
)
def test_a_broken_project_file_is_one_sentence(tmp_path: Path, project: str, sentence: str):
    [problem] = refused(a_project(tmp_path, project=project))

    assert problem.startswith(sentence)


def test_values_of_the_project_file_hold_unless_the_environment_says_otherwise(tmp_path: Path):
    project = PROJECT + (
        "config:\n  aws:region: {value: eu-west-1}\n  plain: 1\n  typed: {type: string, default: d}\n"
        "  needed: {type: object, description: no value}\n"
    )
    config = load(a_project(tmp_path, project=project, dev="config: {typed: own}"), "dev").config

    assert config == {"aws:region": "eu-west-1", "toy:plain": 1, "toy:typed": "own"}


def test_a_secure_value_is_replaced_by_a_canary_that_no_other_value_shares(tmp_path: Path):
    config = load(a_project(tmp_path, dev="config: {a: {secure: x}, b: {c: [{secure: x}]}}"), "dev").config

    first, second = config["toy:a"]["secure"], config["toy:b"]["c"][0]["secure"]
    assert first.startswith(CANARY)
    assert second.startswith(CANARY)
    assert first != second


def test_the_account_and_region_are_those_that_the_provider_is_held_to(tmp_path: Path):
    dev = SETTINGS + '  aws:allowedAccountIds: ["444455556666"]\n'
    program = "import pulumi_aws as aws\naws.sns.Topic('t')\n"

    plan = preview(load(a_project(tmp_path, dev=dev, program=program), "dev"))

    assert plan.resources[1].outputs["arn"].startswith("arn:aws:sns:us-east-1:444455556666:t-")


@pytest.mark.parametrize("region", ["[us-east-1]", "5", "", "{a: b}"])
def test_a_region_that_is_no_word_is_missing(tmp_path: Path, region: str):
    found = load(a_project(tmp_path, dev=f"config:\n  aws:region: {region}\n  aws:allowedAccountIds: [[1]]\n"), "dev")

    assert (found.region, found.account) == ("", "111122223333")
    with pytest.raises(CallError, match="aws:region is missing; write one, such as us-east-1"):
        preview(found)


def test_both_passes_are_run_and_the_first_is_kept(tmp_path: Path):
    program = "import pulumi\npulumi.export('dry', pulumi.runtime.is_dry_run())\n"

    plan = preview(load(a_project(tmp_path, program=program), "dev"))

    assert plan.outputs == {"dry": False}
    assert plan.first is not None
    assert plan.first.outputs == {"dry": True}


def test_the_program_runs_in_its_folder_and_nothing_of_that_stays(tmp_path: Path):
    program = "import os, pulumi, toy_own_module\npulumi.export('here', os.path.exists('Pulumi.yaml'))\n"
    before, path = Path.cwd(), list(sys.path)

    plan = preview(load(a_project(tmp_path, program=program, toy_own_module=""), "dev"))

    assert plan.outputs == {"here": True}
    assert (Path.cwd(), sys.path) == (before, path)


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("x = 1\n1 / 0\n", "__main__.py:2: ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(3)\n", "__main__.py:2: the program ended itself with status 3"),
        ("import pulumi\nraise pulumi.RunError('no good')\n", "__main__.py:2: no good"),
        ("import toy_failing_module\ntoy_failing_module.fail()\n", "toy_failing_module.py:2: ValueError: deep"),
        ("import nosuchmodule_x\n", "__main__.py:1: ModuleNotFoundError: No module named 'nosuchmodule_x'"),
    ],
)
def test_a_program_that_raises_is_explained_by_its_own_line(tmp_path: Path, program: str, sentence: str):
    module = "def fail():\n    raise ValueError('deep')\n"
    environment = load(a_project(tmp_path, program=program, toy_failing_module=module), "dev")

    with pytest.raises(ProgramError) as caught:
        preview(environment)

    sys.modules.pop("toy_failing_module", None)
    assert str(caught.value) == sentence


yaml_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(st.text().map(str), yaml_like.map(yaml.safe_dump), yaml_like.map(lambda v: yaml.safe_dump({"config": v})))
)
def test_whatever_the_file_holds_it_loads_or_is_refused_with_sentences(tmp_path: Path, text: str):
    a_project(tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_text(text, encoding="utf-8", errors="replace")

    problems = ["none"]
    try:
        load(tmp_path, "dev")
    except CallError as error:
        problems = list(error.problems)

    assert problems
    assert all(problem and "\n" not in problem for problem in problems)
