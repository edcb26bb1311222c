"""The laws of the house, over the whole program in every environment.

The trees in `snapshots/` hold one line a resource, so that a change of the program shows what appears and what goes. After an intended
change: `UPDATE_SNAPSHOTS=1 .venv/bin/pytest tests/test_house.py`, and read the difference.
"""

from __future__ import annotations

import ast
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from components import tags as program_tags
from gpuplatform.plan.model import Plan
from gpuplatform.plan.tree import lines
from gpuplatform.preview.checks import tags as checked_tags
from gpuplatform.preview.judgement.suppression import judge
from gpuplatform.preview.record.environment import environments

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOTS = Path(__file__).resolve().parent / "snapshots"
ENVIRONMENTS = environments(ROOT)
MOST_DEPENDENCIES = 60
"""The SDK's search for circles grows faster than the number of dependencies: 1,000 resources with 20 each take a minute."""


def component_classes() -> Iterator[tuple[Path, ast.ClassDef]]:
    for folder in ("components", "k8s"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and any("ComponentResource" in ast.unparse(b) for b in node.bases):
                    yield file, node


COMPONENTS = [
    pytest.param(node, file.relative_to(ROOT).parts[0], id=f"{file.relative_to(ROOT)}:{node.name}")
    for file, node in component_classes()
]


def token_of(component: ast.ClassDef) -> str:
    """The literal first argument of `super().__init__`; empty where it is none."""
    for node in ast.walk(component):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__" and node.args:
            first = node.args[0]
            return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return ""


@pytest.mark.parametrize(("component", "folder"), COMPONENTS)
def test_a_components_token_is_literal_and_named_after_its_class(component: ast.ClassDef, folder: str):
    kind = {"components": "aws", "k8s": "k8s"}[folder]

    assert token_of(component) == f"gpuplatform:{kind}:{component.name}"


TOKEN = re.compile(r"^(aws:[a-z0-9]+/|eks:index:|kubernetes:[a-z0-9.]+/)")
"""How a type token begins, or a part of one."""


@pytest.mark.parametrize(
    "file",
    sorted(
        file
        for folder in ("gpuplatform", "stacks", "components", "k8s")
        for file in (ROOT / folder).rglob("*.py")
        if "kinds" not in file.relative_to(ROOT).parts
    ),
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_types_are_named_by_the_constants_of_kinds(file: Path):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TOKEN.match(node.value)
    ]

    assert found == []


def test_no_two_components_share_a_token():
    taken = Counter(token_of(node) for _, node in component_classes())

    assert [token for token, times in taken.items() if times > 1] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_preview_finds_nothing_wrong(environment: str, plans: dict[str, Plan]):
    # What a comment allows may go on here: the preview tells the day it is over, a test does not fail with the calendar.
    findings = judge(plans[environment], date.min).findings

    assert [f"{f.severity} {f.rule} {f.file}:{f.line} {f.message}" for f in findings] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_components_children_bear_its_name(environment: str, plans: dict[str, Plan]):
    plan = plans[environment]
    strangers = [
        f"{child.name} in {parent.name}"
        for parent in plan.resources
        if parent.component and not parent.remote
        for child in plan.children(parent)
        if not child.name.startswith(parent.name)
    ]

    assert strangers == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_dependency_is_on_a_resource_of_the_plan(environment: str, plans: dict[str, Plan]):
    plan = plans[environment]

    assert [(r.name, urn) for r in plan.resources for urn in r.dependencies if urn not in plan.by_urn] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_graph_stays_shallow(environment: str, plans: dict[str, Plan]):
    many = {
        r.name: len(r.dependencies) for r in plans[environment].resources if len(r.dependencies) > MOST_DEPENDENCIES
    }

    assert many == {}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_names_hold_no_environment_region_or_project(environment: str, plans: dict[str, Plan]):
    plan = plans[environment]
    words = {plan.environment, plan.region, plan.project}

    assert [r.name for r in plan.resources[1:] if words & {*r.name.split("-"), r.name}] == []


def test_the_cost_tags_that_are_checked_are_those_that_the_program_gives():
    given = program_tags.CostTags(team="t", project="p", environment="e", component="c", contact="x")

    assert checked_tags.COST_KEYS == program_tags.COST_KEYS
    assert set(checked_tags.POD_LABELS) == set(given.labels())
    assert set(checked_tags.COST_KEYS) <= set(given.aws())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_tree_is_the_one_that_was_reviewed(environment: str, plans: dict[str, Plan]):
    file = SNAPSHOTS / f"{environment}.tree"
    tree = "".join(f"{line}\n" for line in lines(plans[environment]))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(tree, encoding="utf-8")

    reviewed = file.read_text(encoding="utf-8").splitlines()

    assert tree.splitlines() == reviewed, "the plan has changed: UPDATE_SNAPSHOTS=1 writes the new tree"
