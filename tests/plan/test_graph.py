"""Who waits for whom: what a resource reaches, and resources that wait for one another."""

from __future__ import annotations

import pytest

from gpuplatform.plan.graph import Graph, circle
from gpuplatform.plan.model import Plan
from tests.preview.sound import a_plan, a_resource, kubernetes, urn


def test_what_is_reached_goes_through_providers_parents_and_circles():
    def chain(*pairs: tuple[str, str]) -> Plan:
        names = {name for pair in pairs for name in pair}
        after = {name: tuple(urn("a:b:C", b) for a, b in pairs if a == name) for name in names}
        return a_plan(*(a_resource("a:b:C", name, dependencies=after[name], parent=None) for name in sorted(names)))

    graph = Graph(chain(("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")))

    assert graph.reaches(urn("a:b:C", "d")) == {urn("a:b:C", name) for name in "abc"}
    provided = kubernetes("kubernetes:core/v1:ConfigMap", "m", {})
    assert urn("pulumi:providers:kubernetes", "cluster-provider") in Graph(a_plan(provided)).reaches(provided.urn)


@pytest.mark.parametrize(
    ("waits", "found"),
    [
        ({}, []),
        ({"a": {"b"}, "b": {"c"}}, []),
        ({"a": {"a"}}, ["a"]),
        ({"c": {"a"}, "a": {"b"}, "b": {"c"}, "d": {"a"}}, ["a", "b", "c"]),
        ({"z": {"y"}, "y": {"z"}, "b": {"a"}, "a": {"b"}}, ["a", "b"]),
    ],
    ids=["nothing", "what is not in the plan waits for nothing", "itself", "a way into it", "the first of two"],
)
def test_a_circle_is_told_from_its_first_in_the_order_of_waiting(waits: dict[str, set[str]], found: list[str]):
    assert circle(waits) == found
