"""The table of what APIs accept is that of the installed botocore, and speaks of properties that the provider has."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import pytest

from gpuplatform.kinds.registry import all_kinds
from gpuplatform.ops import refresh_api_limits as refresh
from gpuplatform.ops.api_shapes import STATED
from gpuplatform.preview.checking.sdk_types import input_class, properties

ON_FILE: dict[str, Any] = json.loads(refresh.DATA.read_text(encoding="utf-8"))
MAPPED = {row.token: row.api for row in all_kinds().values() if row.api}
TOKENS = [token for token in ON_FILE["resources"] if "::" not in token]


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return refresh.document(datetime.date.fromisoformat(ON_FILE["about"]["as_of"]))


def test_the_file_is_what_the_installed_botocore_gives(made: dict[str, Any]):
    assert refresh.text(made) == refresh.DATA.read_text(encoding="utf-8"), f"run `{refresh.COMMAND}`"


def test_every_resource_that_is_mapped_has_limits():
    assert set(ON_FILE["resources"]) == MAPPED.keys()
    assert all(ON_FILE["resources"].values())


@pytest.mark.parametrize("token", TOKENS)
def test_limits_are_of_properties_that_the_provider_has(token: str):
    known = properties(input_class(token) or type(None))

    assert {*MAPPED[token].renamed, *MAPPED[token].limits} <= known.keys()
    lower = {name.lower().removesuffix("s") for name in known}
    assert any(name.lower().removesuffix("s") in lower for name in ON_FILE["resources"][token])


def test_no_sentence_of_the_documentation_overrides_what_the_model_states_already():
    model = refresh.Model()
    for name in STATED:
        service, shape, *member = name.split(".")
        found = model.shape(service, shape)
        given = found.members[member[0]] if member else found
        assert "enum" not in given.metadata, name
        assert "pattern" not in given.metadata, name


def test_every_pattern_is_one_that_python_reads():
    for schema in ON_FILE["shapes"].values():
        re.compile(schema.get("pattern", ""))


@pytest.mark.parametrize(
    ("pattern", "readable"),
    [("[a-z]+", True), ("[\\p{L}]+", False), ("[a-z&&[^b]]", False), ("(?<name>x)", False)],
)
def test_patterns_that_java_alone_reads_are_left_out(pattern: str, readable: bool):
    assert refresh.readable(pattern) is readable


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("AmiType", "amiType"), ("KMSKeyId", "kmsKeyId"), ("ID", "id"), ("VCpuCount", "vCpuCount"), ("arn", "arn")],
)
def test_names_are_written_as_pulumi_writes_them(name: str, wanted: str):
    assert refresh.camel(name) == wanted
