"""The rows of all types: one each, durations and immutable properties with their sources, estimates said to be estimates."""

from __future__ import annotations

import datetime

import pytest

from gpuplatform.kinds import registry
from gpuplatform.kinds.kind import Free, Kind
from gpuplatform.kinds.registry import all_kinds
from gpuplatform.preview.checking.sdk_types import input_class, properties

KINDS = list(all_kinds().values())


def test_two_rows_of_one_type_are_refused(monkeypatch: pytest.MonkeyPatch):
    from gpuplatform.kinds import sqs

    monkeypatch.setattr(sqs, "KINDS", (*sqs.KINDS, Kind(sqs.QUEUE)))

    with pytest.raises(ValueError, match="two rows are of aws:sqs/queue:Queue"):
        all_kinds.__wrapped__()


def test_properties_that_a_row_names_are_the_sdks():
    for row in KINDS:
        named = {row.unique_name, row.encrypted_by, *(p for r in row.immutable or () for p in r.properties)} - {"", "*"}
        arguments = input_class(row.token) if row.token.startswith(("aws:", "eks:")) else None
        if arguments is not None:
            assert {name.partition(".")[0] for name in named} <= set(properties(arguments)), row.token


def test_what_is_free_names_the_page_that_says_so():
    for row in KINDS:
        if isinstance(row.price, Free) and row.token.startswith("aws:"):
            assert "aws.amazon.com" in row.price.reason, row.token


def test_every_duration_says_its_source_and_date() -> None:
    for row in KINDS:
        for found in (*([row.duration] if row.duration else ()), *row.durations.values()):
            assert found.seconds > 0, row.token
            assert found.source.strip(), row.token
            assert found.as_of is not None, row.token
            assert found.as_of <= datetime.date.today(), row.token


def test_an_estimate_says_that_it_is_one() -> None:
    assert registry.duration("aws:eks/nodeGroup:NodeGroup").measured
    assert not registry.duration("kubernetes:helm.sh/v3:Release").measured
    assert registry.duration("aws:made/up:Thing") == registry.UNLISTED
    assert not registry.UNLISTED.measured


def test_a_variant_has_its_own_duration_and_an_unknown_one_that_of_its_type() -> None:
    endpoint = "aws:sagemaker/endpoint:Endpoint"
    assert registry.duration(endpoint, "serverless").seconds == 600
    assert registry.duration(endpoint, "realtime") == registry.duration(endpoint)
    assert registry.duration(endpoint).seconds == 900


def test_the_control_plane_takes_the_same_as_a_component_and_by_itself() -> None:
    assert registry.duration("eks:index:Cluster").seconds == registry.duration("aws:eks/cluster:Cluster").seconds == 532
