"""User data: equal to the golden files, and read back with the parsers of its formats.

`UPDATE_GOLDEN=1` writes the files anew; a reviewer reads the difference.
"""

from __future__ import annotations

import os
import tomllib
from email import message_from_string
from pathlib import Path

import pytest
import yaml

from gpuplatform.catalog.instances import instance
from gpuplatform.node_boot.user_data import al2023, bottlerocket
from gpuplatform.pools.sharing import Sharing

GOLDEN = Path(__file__).parent / "golden"
RENDER = {"mime": al2023, "toml": bottlerocket}


@pytest.mark.parametrize("form", sorted(RENDER))
@pytest.mark.parametrize(("name", "efa"), [("p5.48xlarge", True), ("g6.xlarge", False), ("g6e.48xlarge", False)])
def test_user_data_is_the_golden_file(name: str, efa: bool, form: str) -> None:
    text = RENDER[form](instance(name), efa) or ""
    golden = GOLDEN / f"{name}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_al2023_joins_the_disks_and_pulls_in_parallel() -> None:
    archive = message_from_string(al2023(instance("p5.48xlarge"), efa=True) or "")
    assert archive.get_content_type() == "multipart/mixed"
    config, script = [part for part in archive.walk() if not part.is_multipart()]
    assert config.get_content_type() == "application/node.eks.aws"
    assert yaml.safe_load(str(config.get_payload())) == {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {"instance": {"localStorage": {"strategy": "RAID0"}}, "featureGates": {"FastImagePull": True}},
    }
    # cloud-init runs a part as a script only with this type, and the kernel only with a first line that says how.
    assert script.get_content_type() == "text/x-shellscript"
    assert str(script.get_payload()).startswith("#!/bin/bash\n")
    assert "vm.nr_hugepages = 5128" in str(script.get_payload())


def test_small_nodes_pull_one_layer_after_another() -> None:
    assert "FastImagePull" not in (al2023(instance("g6.xlarge"), efa=False) or "")


def test_bottlerocket_joins_the_disks_and_allocates_huge_pages_for_efa() -> None:
    settings = tomllib.loads(bottlerocket(instance("p5.48xlarge"), efa=True) or "")["settings"]
    assert settings["kernel"] == {"sysctl": {"vm.nr_hugepages": "5128"}}
    (command,) = settings["bootstrap-commands"].values()
    assert command["commands"][0] == ["apiclient", "ephemeral-storage", "init"]
    assert "/var/lib/containerd" in command["commands"][1]
    assert (command["essential"], command["mode"]) == (True, "always")


def test_without_efa_no_huge_pages_are_set_aside() -> None:
    assert "kernel" not in tomllib.loads(bottlerocket(instance("g6.xlarge"), efa=False) or "")["settings"]
    assert "hugepages" not in (al2023(instance("g6.xlarge"), efa=False) or "")


@pytest.mark.parametrize("render", RENDER.values())
def test_nothing_to_say_is_no_user_data(render: type) -> None:
    assert render(instance("m7g.large"), False) is None


@pytest.mark.parametrize("name", ["p5.48xlarge", "p4d.24xlarge", "g6e.48xlarge"])
def test_user_data_leaves_the_joining_of_the_cluster_to_eks(name: str) -> None:
    for render in RENDER.values():
        text = render(instance(name), True) or ""
        assert not [word for word in ("cluster:", "apiServer", "api-server", "maxPods", "max-pods") if word in text]


def test_bottlerocket_shares_gpus_under_the_name_that_quotas_count() -> None:
    text = bottlerocket(instance("g6.xlarge"), efa=False, sharing=Sharing(time_slices=4)) or ""
    assert tomllib.loads(text)["settings"]["kubelet-device-plugins"]["nvidia"] == {
        "device-sharing-strategy": "time-slicing",
        "time-slicing": {"replicas": 4, "rename-by-default": False, "fail-requests-greater-than-one": True},
    }


def test_al2023_installs_the_service_that_cuts_gpus() -> None:
    text = al2023(instance("p4d.24xlarge"), efa=False, sharing=Sharing(mig="1g.5gb")) or ""
    golden = GOLDEN / "p4d.24xlarge.mig.mime"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_time_slices_are_no_matter_of_al2023s_user_data() -> None:
    shared, whole = (al2023(instance("g6.xlarge"), efa=False, sharing=s) for s in (Sharing(time_slices=4), None))
    assert shared == whole


def test_bottlerocket_cuts_the_gpus_of_the_type() -> None:
    text = bottlerocket(instance("p4d.24xlarge"), efa=False, sharing=Sharing(mig="2g.10gb")) or ""
    assert tomllib.loads(text)["settings"]["kubelet-device-plugins"]["nvidia"] == {
        "device-partitioning-strategy": "mig",
        "mig": {"profile": {"a100.40gb": "2g.10gb"}},
    }
