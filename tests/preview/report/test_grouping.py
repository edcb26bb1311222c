"""Findings as terminal and comment tell them: the same fault on one line once, and what an older plan changes below one heading."""

from __future__ import annotations

import json
from dataclasses import replace

from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Severity
from gpuplatform.preview.comparison.difference import difference
from gpuplatform.preview.report.comparison import lines, to_json
from gpuplatform.preview.report.grouping import FindingGroup, grouped
from tests.preview.report.samples import a_finding
from tests.preview.sound import a_resource, and_also, sound, urn, with_input


def about(name: str, fault: str = "no tags", line: int = 12):
    return a_finding(f"{name}: {fault}", urn=urn("aws:ec2/vpc:Vpc", name), line=line)


def told(*findings: object) -> list[tuple[str, str, int]]:
    return [(group.where, group.message, group.count) for group in grouped(findings)]  # pyright: ignore[reportArgumentType]


def test_the_same_fault_of_several_resources_on_one_line_is_told_once():
    assert told(*(about(name) for name in "abcdef")) == [("stacks/network.py:12", "a, b, c and 3 more: no tags", 6)]
    assert told(about("a"), about("b"), about("c"), about("d"))[0][1] == "a, b, c, d: no tags", (
        "and 1 more is as long as a name"
    )


def test_what_differs_in_line_fault_rule_or_severity_stays_apart():
    apart = [
        about("a"),
        about("b", line=13),
        about("c", "open"),
        replace(about("d"), severity=Severity.WARNING),
        replace(about("e"), rule="x"),
    ]

    assert [number for *_, number in told(*apart)] == [1] * 5
    assert told(*apart)[0] == ("stacks/network.py:12", "a: no tags", 1)


def test_a_message_that_begins_with_no_name_stays_whole():
    assert grouped([a_finding("budget.x is 1: raise it", urn="", file="")]) == [
        FindingGroup(
            severity=Severity.ERROR,
            rule="cost-tags",
            where="-",
            problem="budget.x is 1: raise it",
            message="budget.x is 1: raise it",
            urns=("",),
        )
    ]
    assert told(a_finding("odd", urn=""), a_finding("odd", urn="urn:x::y"))[0][1] == "2 times: odd"


def tagged(number: int, **inputs: str) -> Plan:
    more = [a_resource("aws:sqs/queue:Queue", f"q{n}", {"tags": {"team": "a"}, **inputs}) for n in range(number)]
    return and_also(sound(), *more)


def test_one_new_tag_is_one_line_however_many_resources_carry_it():
    def retagged(number: int) -> Plan:
        plan = tagged(number)
        return replace(
            plan,
            resources=tuple(
                replace(r, inputs={**r.inputs, "tags": {"team": "b"}}) if r.name.startswith("q") else r
                for r in plan.resources
            ),
        )

    assert list(lines(difference(tagged(5), retagged(5)))) == ["~ 5 resources  tags alone: 5 Queue"]
    assert len(list(lines(difference(tagged(3), retagged(3))))) == 3, "few are named"
    assert list(lines(difference(tagged(5), tagged(5, policy="x")))) != ["~ 5 resources  tags alone: 5 Queue"]


def test_what_is_replaced_only_with_another_is_one_line():
    cluster = urn("eks:index:Cluster", "cluster")

    def plan(services: str) -> Plan:
        held = {"property_dependencies": {"clusterName": (cluster,)}}
        groups = [a_resource("aws:eks/nodeGroup:NodeGroup", f"n{n}", {"clusterName": "c"}, **held) for n in range(3)]
        return with_input(and_also(sound(), *groups), "cluster", "kubernetesServiceIpAddressRange", services)

    found = difference(plan("172.20.0.0/16"), plan("172.21.0.0/16"))
    assert sum(changed.dragged for changed in found.changed) == 4
    assert [line for line in lines(found) if line.startswith("±")] == [
        "± cluster (Cluster)  replaced for kubernetesServiceIpAddressRange; LOST: every object on the cluster",
        "± 4 resources  replaced with cluster: 4 NodeGroup",
    ]
    assert '"dragged": true' in json.dumps(to_json(found))
