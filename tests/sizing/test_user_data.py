"""User data: read back with the parsers of its formats."""

import tomllib
from email import message_from_string

import pytest
import yaml

from gpuplatform.catalog.instances import instance
from gpuplatform.sizing.user_data import al2023, bottlerocket


def test_al2023_is_a_mime_archive_with_one_node_config() -> None:
    archive = message_from_string(al2023(instance("p5.48xlarge")) or "")
    assert archive.get_content_type() == "multipart/mixed"
    (part,) = [part for part in archive.walk() if not part.is_multipart()]
    assert part.get_content_type() == "application/node.eks.aws"
    assert yaml.safe_load(str(part.get_payload())) == {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {"instance": {"localStorage": {"strategy": "RAID0"}}},
    }


def test_bottlerocket_joins_the_disks_and_allocates_huge_pages_for_efa() -> None:
    settings = tomllib.loads(bottlerocket(instance("p5.48xlarge"), efa=True) or "")["settings"]
    assert settings["kernel"] == {"sysctl": {"vm.nr_hugepages": "5128"}}
    (command,) = settings["bootstrap-commands"].values()
    assert command["commands"][0] == ["apiclient", "ephemeral-storage", "init"]
    assert "/var/lib/containerd" in command["commands"][1]
    assert (command["essential"], command["mode"]) == (True, "always")


def test_bottlerocket_without_efa_allocates_no_huge_pages() -> None:
    assert "kernel" not in tomllib.loads(bottlerocket(instance("g6.xlarge"), efa=False) or "")["settings"]


@pytest.mark.parametrize("text", [al2023(instance("m7g.large")), bottlerocket(instance("m7g.large"), efa=False)])
def test_nothing_to_say_is_no_user_data(text: str | None) -> None:
    assert text is None
