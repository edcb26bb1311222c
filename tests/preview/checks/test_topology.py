"""Where Kueue places pods by a topology: each fault is found, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpuplatform.catalog import topology
from gpuplatform.plan.model import Plan
from gpuplatform.preview.checks import topology as judged
from gpuplatform.preview.judgement.run import run_checks
from gpuplatform.preview.record import environment
from tests.conftest import ROOT
from tests.preview.planted import Break, each, found_alone, setting, told
from tests.preview.sound import and_also, with_field, with_input
from tests.preview.sound_cluster import KUEUE, a_object, urn
from tests.preview.sound_gpus import API, FLAVOR, GROUPS, sound_gpus
from tests.stacks.settings.test_reader import changed

LEVELS = [*topology.network_layers("p5.48xlarge", "us-east-1"), topology.NODE]
WISH = "kueue.x-k8s.io/podset-preferred-topology"
ANNOTATIONS = "spec|template|metadata|annotations"
CHECKS = "spec|admissionChecksStrategy|admissionChecks"


def placed() -> Plan:
    """Every flavour of the queue has a topology, and the job asks for nearness."""
    rows = {"spec": {"levels": [{"nodeLabel": label} for label in LEVELS]}}
    plan = and_also(sound_gpus(), a_object(f"{API}:Topology", "rows", rows, KUEUE, namespace=""))
    made = urn(f"kubernetes:{API}:Topology", "rows")
    flavor = next(r for r in plan.resources if r.name == FLAVOR)
    plan = with_field(
        with_input(plan, FLAVOR, "spec|topologyName", "rows"), FLAVOR, dependencies=(*flavor.dependencies, made)
    )
    return with_input(plan, "train", ANNOTATIONS, {WISH: LEVELS[-2]})


def _layer_4(plan: Plan) -> Plan:
    """As if p5 had four layers, on which the job does not insist."""
    levels = [{"nodeLabel": f"{topology.LAYER}{n}"} for n in (1, 2, 3, 4)]
    return with_input(plan, "rows", "spec|levels", [*levels, {"nodeLabel": topology.NODE}])


def _mixed(plan: Plan) -> Plan:
    """The job's pool is placed, another's flavour in the queue is not, and the job does not say."""
    plain = a_object(
        f"{API}:ResourceFlavor", "plain", {"spec": {"nodeLabels": {"gpuplatform.io/pool": "wide"}}}, KUEUE, namespace=""
    )
    quota = [{"name": "nvidia.com/gpu", "nominalQuota": "8"}]
    flavors = next(r for r in plan.resources if r.name == "team").inputs["spec"]["resourceGroups"][0]["flavors"]
    both = with_input(
        and_also(plan, plain),
        "team",
        "spec|resourceGroups|0|flavors",
        [*flavors, {"name": "plain", "resources": quota}],
    )
    return with_input(both, "train", ANNOTATIONS, None)


FAULTS: list[tuple[str, str, Break]] = [
    (
        "topology-level",
        "rack is no level of the topology of pool h100, which has kubernetes.io/hostname, topology.k8s.aws",
        setting("train", ANNOTATIONS, {WISH: "rack"}),
    ),
    (
        "topology-level",
        "of pool h100, which has none",
        setting(FLAVOR, "spec|topologyName", None),
    ),
    ("topology-unasked", "in queue team every flavour of pool h100 has one", _mixed),
    ("topology-label", "network-node-layer-4, which nodes of p5.48xlarge do not bear in us-east-1", _layer_4),
    (
        "topology-of-empty-nodes",
        "h100 has a topology and h100-block-nodes starts empty",
        setting("team", "spec|admissionChecksStrategy", None),
    ),
    (
        "topology-of-empty-nodes",
        "h100 has a topology",
        setting("team", CHECKS, [{"name": "capacity", "onFlavors": ["another"]}]),
    ),
]


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break) -> None:
    found_alone(broken(placed()), rule, words)


def test_pods_that_claim_devices_are_not_placed() -> None:
    """Judged alone: the driver and the quota of claims are other checks' to miss."""
    claim = {
        "name": "gpu",
        "exactly": {"deviceClassName": "gpu.nvidia.com", "allocationMode": "ExactCount", "count": 8},
    }
    spec = {"spec": {"spec": {"devices": {"requests": [claim]}}}}
    template = a_object("resource.k8s.io/v1:ResourceClaimTemplate", "train-gpu", spec)
    claiming = with_input(
        and_also(placed(), template),
        "train",
        "spec|template|spec|resourceClaims",
        [{"name": "gpu", "resourceClaimTemplateName": "train-gpu"}],
    )

    (found,) = run_checks(claiming, (judged.topology_of_claims,))
    assert found.rule == "topology-of-claims"
    assert "train: claims" in found.message
    assert run_checks(placed(), (judged.topology_of_claims,)) == []


ROW = [{"nodeLabel": "example.com/row"}, {"nodeLabel": LEVELS[-2]}, {"nodeLabel": topology.NODE}]

ACCEPTED: list[tuple[str, Break]] = [
    ("a job that wishes nothing, where every flavour is placed", setting("train", ANNOTATIONS, None)),
    ("labels of somebody's own", setting("rows", "spec|levels", ROW)),
    ("groups that never are empty", lambda p: _awake(with_input(p, "team", "spec|admissionChecksStrategy", None))),
    ("a wider level", lambda p: with_input(p, "train", ANNOTATIONS, {WISH: LEVELS[0]})),
]


def _awake(plan: Plan) -> Plan:
    for name in GROUPS:
        for size in ("minSize", "desiredSize"):
            plan = with_input(plan, f"{name}-nodes", f"scalingConfig|{size}", 1)
    return plan


@pytest.mark.parametrize(("what", "changed_to"), ACCEPTED, ids=[what for what, _ in ACCEPTED])
def test_what_may_be_right_is_not_judged(what: str, changed_to: Break) -> None:
    assert told(run_checks(changed_to(placed()))) == [], what


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_what_the_setting_makes_has_no_finding(name: str) -> None:
    shipped = environment.load(ROOT, name)
    config = {**shipped.config, **changed(name, "training.topology_aware", True)}
    plan = environment.preview(replace(shipped, config=config))

    flavors = [r.inputs["spec"] for r in plan.all(f"kubernetes:{API}:ResourceFlavor")]
    assert flavors
    assert all("topologyName" in flavor for flavor in flavors)
    assert told(run_checks(plan)) == []
