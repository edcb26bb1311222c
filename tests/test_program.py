"""The program as a whole, in both environments: what it exports, and what each environment promises."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gpuplatform.plan.model import STACK, Plan
from tests.conftest import ROOT

ENVIRONMENTS = ("dev", "prod")

OUTPUTS = {"cluster_name", "lake_buckets", "endpoint_names", "service_urls"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_outputs_are_few_and_documented(environment: str, plans: dict[str, Plan]) -> None:
    plan = plans[environment]
    documented = set(re.findall(r"^\| `(\w+)` \|", section("Outputs"), flags=re.MULTILINE))

    assert set(plan.outputs) == OUTPUTS == documented
    assert set(plan.outputs["lake_buckets"]) == {"raw", "curated", "features", "models", "checkpoints", "logs"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_model_of_the_settings_is_reached_by_an_output(environment: str, plans: dict[str, Plan]) -> None:
    plan = plans[environment]
    models: dict[str, Any] = plan.setting("serving")["models"]
    on_eks = {name for name, model in models.items() if model["runs_on"] == "eks"}

    assert set(plan.outputs["service_urls"]) == on_eks
    assert set(plan.outputs["endpoint_names"]) == set(models) - on_eks


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_output_holds_a_way_into_the_cluster(environment: str, plans: dict[str, Plan]) -> None:
    text = str(plans[environment].outputs)

    assert "certificate-authority-data" not in text
    assert "get-token" not in text


def test_prod_protects_what_holds_data_and_dev_nothing(plans: dict[str, Plan]) -> None:
    protected = {r.type for r in plans["prod"].resources if r.protect}

    assert protected >= {
        "eks:index:Cluster",
        "aws:s3/bucket:Bucket",
        "aws:kms/key:Key",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
    }
    assert not [r.name for r in plans["dev"].resources if r.protect]


def test_dev_starts_no_gpu_above_one_to_a_node_and_none_at_rest(plans: dict[str, Plan]) -> None:
    from gpuplatform.catalog.instances import instance

    groups = plans["dev"].all("aws:eks/nodeGroup:NodeGroup")
    gpus = {g.name: instance(g.inputs["instanceTypes"][0]).gpu_count for g in groups}

    assert max(gpus.values()) == 1
    assert all(g.inputs["scalingConfig"]["desiredSize"] == 0 for g in groups if gpus[g.name])


def section(title: str) -> str:
    """A section of the README, without its heading."""
    _, _, rest = (ROOT / "README.md").read_text().partition(f"\n## {title}\n")
    assert rest, f"the README has no section {title}"
    return rest.partition("\n## ")[0]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_resource_belongs_to_a_layer_that_the_program_builds(environment: str, plans: dict[str, Plan]) -> None:
    layers = set(re.findall(r"(\w+)\.build\(", (ROOT / "__main__.py").read_text()))

    assert {r.layer for r in plans[environment].resources if r.type != STACK} == layers
