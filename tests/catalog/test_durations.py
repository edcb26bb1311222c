"""The table of durations: each with its source, estimates said to be estimates."""

from __future__ import annotations

import datetime

from gpuplatform.catalog import durations


def test_every_duration_says_its_source_and_date() -> None:
    for type_ in durations.types():
        found = durations.duration(type_)
        assert found.seconds > 0, type_
        assert found.source.strip(), type_
        assert found.as_of is not None, type_
        assert found.as_of <= datetime.date.today(), type_


def test_an_estimate_says_that_it_is_one() -> None:
    assert durations.duration("aws:eks/nodeGroup:NodeGroup").measured
    assert not durations.duration("kubernetes:helm.sh/v3:Release").measured
    assert durations.duration("aws:made/up:Thing") == durations.UNLISTED
    assert not durations.UNLISTED.measured


def test_a_variant_has_its_own_duration_and_an_unknown_one_that_of_its_type() -> None:
    endpoint = "aws:sagemaker/endpoint:Endpoint"
    assert durations.duration(endpoint, "serverless").seconds == 600
    assert durations.duration(endpoint, "realtime") == durations.duration(endpoint)
    assert durations.duration(endpoint).seconds == 900


def test_the_control_plane_takes_the_same_as_a_component_and_by_itself() -> None:
    assert (
        durations.duration("eks:index:Cluster").seconds == durations.duration("aws:eks/cluster:Cluster").seconds == 532
    )
