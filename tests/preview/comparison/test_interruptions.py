"""What an update ends while it runs: which nodes and whose work, and nothing for a tag, a contact or a size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from gpuplatform.plan.model import UNKNOWN, Plan, PlanFeature
from gpuplatform.preview.judgement.run import run_checks
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record import environment
from gpuplatform.preview.record.readers import plan_from
from gpuplatform.preview.report.json_document import document
from tests.conftest import ROOT
from tests.preview.sound import a_plan, a_resource, with_field, with_input, without
from tests.preview.sound_gpus import sound_gpus

GROUP, TEMPLATE = "aws:eks/nodeGroup:NodeGroup", "aws:ec2/launchTemplate:LaunchTemplate"
POOL, CLASS = "kubernetes:karpenter.sh/v1:NodePool", "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
RULES = ("disruptive-change", "update-of-block")


def told(old: Plan, new: Plan) -> dict[str, str]:
    """Rule and name → what is said."""
    found = run_checks(replace(new, against=old))
    return {f"{f.rule} {f.message.partition(':')[0]}": f.message for f in found if f.rule in RULES}


def prod(tmp_path: Path, **changed: Any) -> Plan:
    """prod's plan with some settings changed: `pools__h100__upkeep={…}` or `owner__contact="…"`."""
    written = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text("utf-8"))
    for path, value in changed.items():
        layer, *keys = path.split("__")
        place = written["config"][f"gpuplatform:{layer}"]
        for key in keys[:-1]:
            place = place[int(key) if key.isdigit() else key]
        place[int(keys[-1]) if keys[-1].isdigit() else keys[-1]] = value
    project = tmp_path / "project"
    if not project.exists():
        project.mkdir()
        for one in (
            "Pulumi.yaml",
            "__main__.py",
            "stacks",
            "components",
            "k8s",
            "gpuplatform",
            "docs",
            "pyproject.toml",
        ):
            (project / one).symlink_to(ROOT / one)
    (project / "Pulumi.prod.yaml").write_text(yaml.safe_dump(written), "utf-8")
    return environment.preview(environment.load(project, "prod"))


@pytest.fixture(scope="module")
def as_it_is(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return prod(tmp_path_factory.mktemp("prod"))


@pytest.mark.parametrize(
    "changed",
    [
        {"cluster__pools__h100__buy__1__max": 8},
        {"owner__contact": "others@example.com"},
        {"cluster__pools__a100__volume_gib": 900},
        {"cluster__system__volume_gib": 60},
        {"cluster__system__max": 9},
        {"data__lustre__storage_gib": 7200},
        {"serving__pools__l40s__max_gpus": 24},
    ],
    ids=lambda c: next(iter(c)),
)
def test_a_size_a_contact_and_a_disk_of_nodes_to_come_end_nothing(
    as_it_is: Plan, tmp_path: Path, changed: dict[str, Any]
) -> None:
    assert told(as_it_is, prod(tmp_path, **changed)) == {}


def test_a_revision_names_the_nodes_and_what_stands_on_them(as_it_is: Plan, tmp_path: Path) -> None:
    found = told(as_it_is, prod(tmp_path, cluster__pools__h100__upkeep={"revision": 2}))

    assert found.keys() == {"disruptive-change h100-on-demand-1-nodes"}, "the block's nodes keep what they run"
    (said,) = found.values()
    assert "revision goes from 1 to 2: up to 4 × p5.48xlarge are drained and replaced, 1 at a time" in said
    assert said.endswith("on them: pretrain-jobset")


def test_a_release_moves_every_group_but_a_block(as_it_is: Plan, tmp_path: Path) -> None:
    upkeep = {"release": "1.35.2-20261105", "at_once": 2}
    found = told(as_it_is, prod(tmp_path, cluster__pools__h100__upkeep=upkeep, cluster__pools__a100__upkeep=upkeep))

    assert found.keys() == {
        f"disruptive-change {name}-nodes" for name in ("h100-on-demand-1", "a100-on-demand-0", "a100-spot-1")
    }
    assert all("2 at a time" in said for said in found.values())


def test_a_block_that_follows_another_comes_after_it(as_it_is: Plan, tmp_path: Path) -> None:
    following = {"how": "capacity-block", "reservation": "cr-0fedcba9876543210", "max": 4, "until": "2027-01-20"}
    (said,) = told(as_it_is, prod(tmp_path, cluster__pools__h100__buy__0=following)).values()

    assert said.startswith(
        "h100-capacity-block-0-nodes: reservation goes from cr-0123456789abcdef0 to cr-0fedcba9876543210"
    )
    assert "update after its end; on them: pretrain-jobset" in said


def test_jobs_models_and_endpoints_that_are_taken_out_are_named(as_it_is: Plan, tmp_path: Path) -> None:
    written = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text("utf-8"))["config"]
    models = {k: v for k, v in written["gpuplatform:serving"]["models"].items() if k not in ("llama-70b", "chat-8b")}
    found = told(as_it_is, prod(tmp_path, serving__models=models, training__jobs={}))

    assert found == {
        "disruptive-change llama-70b-deployment": "llama-70b-deployment: is removed, and what it runs ends",
        "disruptive-change pretrain-jobset": "pretrain-jobset: is removed, and what it runs ends",
        "disruptive-change chat-8b-endpoint": "chat-8b-endpoint: is removed, and who calls it gets no answer",
    }


def test_an_endpoint_of_another_name_leaves_its_callers_without(as_it_is: Plan, tmp_path: Path) -> None:
    found = told(as_it_is, prod(tmp_path, owner__project="research"))

    assert "another name to call, or no answer" in found["disruptive-change chat-8b-endpoint"]
    assert not any("nodes" in name for name in found)


def test_a_job_that_cannot_be_changed_in_place_starts_again(as_it_is: Plan, tmp_path: Path) -> None:
    (said,) = told(as_it_is, prod(tmp_path, training__jobs__pretrain__nodes=2)).values()

    assert said.startswith("pretrain-jobset: is replaced")
    assert said.endswith("ends and starts again")


def test_what_is_known_of_the_older_plan_comes_from_its_document_too(as_it_is: Plan, tmp_path: Path) -> None:
    read = plan_from(document(Preview(as_it_is)), "old.json")

    assert told(read, as_it_is) == {}
    moved = told(read, prod(tmp_path, cluster__system__revision=2))
    assert moved.keys() == {"disruptive-change system-nodes"}


def fleet(**group: Any) -> Plan:
    """A program of somebody else's whose group follows its template."""
    launched = a_resource(TEMPLATE, "t", {"instanceType": "p5.48xlarge"}, outputs={"id": "lt-1", "latestVersion": 3})
    inputs = {"launchTemplate": {"id": "lt-1", "version": "3"}, "scalingConfig": {"maxSize": 4}, **group}
    nodes = a_resource(GROUP, "g", inputs, property_dependencies={"launchTemplate": (launched.urn,)})
    return a_plan(launched, nodes)


def test_a_group_that_follows_its_template_is_drained_by_any_change_of_it() -> None:
    old = fleet()
    (said,) = told(old, with_input(old, "t", "tagSpecifications", [{"tags": {"a": "b"}}])).values()

    assert "it follows the newest version of t, where tagSpecifications changes" in said
    assert told(old, with_input(old, "t", "tags", {"a": "b"})) == {}, "tags of the template alone"
    pinned = with_input(old, "g", "launchTemplate|version", "2")
    assert told(pinned, with_input(pinned, "t", "tagSpecifications", [{"tags": {"a": "b"}}])) == {}


def test_the_engine_s_preview_does_not_know_the_version_that_is_to_come() -> None:
    old = fleet()
    new = with_input(with_input(old, "t", "userData", "eA=="), "g", "launchTemplate|version", UNKNOWN)

    assert told(old, new).keys() == {"disruptive-change g"}


def test_an_export_says_how_many_nodes_run() -> None:
    running = replace(
        with_field(fleet(), "g", outputs={"scalingConfig": {"desiredSize": 2}}),
        origin="stack-export",
        lacks=frozenset({PlanFeature.FIRST}),
    )
    (said,) = told(running, replace(with_input(running, "g", "releaseVersion", "1.35.2-20261105"))).values()

    assert "absent to 1.35.2-20261105: up to 4 × p5.48xlarge (2 when the state was last refreshed) are drained" in said


def test_nodes_of_a_block_cannot_be_moved() -> None:
    market = {"instanceMarketOptions": {"marketType": "capacity-block"}}
    target = {"capacityReservationSpecification": {"capacityReservationTarget": {"capacityReservationId": "cr-1"}}}
    old = with_field(fleet(), "t", inputs={"instanceType": "p5.48xlarge", **market, **target})

    assert told(old, with_input(old, "t", "userData", "eA==")).keys() == {"update-of-block g"}
    another = with_input(
        old, "t", "capacityReservationSpecification|capacityReservationTarget|capacityReservationId", "cr-2"
    )
    (said,) = told(old, another).values()
    assert "EKS asks that no node of the block that was runs any more" in said


def test_a_version_that_names_what_goes_away_is_not_kept(as_it_is: Plan, tmp_path: Path) -> None:
    """Without EFA a group has no placement group: an older version of its template would start no node any more."""
    found = told(as_it_is, prod(tmp_path, cluster__pools__a100__efa=False))

    assert found.keys() == {f"disruptive-change a100-{rung}-nodes" for rung in ("on-demand-0", "spot-1")}
    assert all("placement goes from " in said for said in found.values())


def test_a_group_that_is_replaced_or_removed_ends_its_nodes() -> None:
    old = fleet()

    (said,) = told(old, with_input(old, "g", "amiType", "AL2023_x86_64_NVIDIA")).values()
    assert said.startswith("g: is replaced, for amiType cannot be changed in place: up to 4 × p5.48xlarge end at once")
    assert told(old, without(old, "g")) == {"disruptive-change g": "g: is removed, and its nodes end"}


@pytest.mark.parametrize(
    ("budgets", "at_once"),
    [
        ([], "10%"),
        ([{"nodes": "2"}, {"nodes": "20%"}], "2"),
        ([{"nodes": "100%", "reasons": ["Empty"]}], "all"),
        ([{"nodes": "0", "schedule": "@daily", "duration": "8h"}, {"nodes": "1"}], "1"),
        ([{"nodes": "100%", "reasons": ["Empty"]}, {"nodes": "0", "reasons": ["Drifted"]}], None),
    ],
)
def test_karpenter_replaces_what_no_longer_matches_as_its_budgets_allow(
    budgets: list[dict[str, Any]], at_once: str | None
) -> None:
    of_class = a_resource(CLASS, "c", {"kind": "EC2NodeClass", "metadata": {"name": "c"}, "spec": {"tags": {"a": "1"}}})
    template: dict[str, Any] = {"spec": {"nodeClassRef": {"name": "c"}, "requirements": []}}
    spec: dict[str, Any] = {"template": template, "disruption": {"budgets": budgets}}
    old = a_plan(of_class, a_resource(POOL, "p", {"kind": "NodePool", "metadata": {"name": "p"}, "spec": spec}))
    found = told(old, with_input(old, "c", "spec|tags|a", "2"))

    expected = f"p: spec.tags.a changes: its nodes no longer match and are replaced, {at_once} at a time"
    assert list(found.values()) == ([expected] if at_once else [])
    assert told(old, with_input(old, "c", "spec|subnetSelectorTerms", [{"id": "subnet-1"}])) == {}


def test_without_an_older_plan_nothing_is_said() -> None:
    assert [f for f in run_checks(sound_gpus()) if f.rule in RULES] == []
