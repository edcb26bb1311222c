from __future__ import annotations

import pytest

from gpuplatform.catalog import instances, topology, zones


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("p4d.24xlarge", 3),
        ("p5.48xlarge", 3),
        ("p5en.48xlarge", 3),
        ("p6-b200.48xlarge", 4),
        ("p6-b300.48xlarge", 4),
        ("g6e.48xlarge", 3),
        ("p5.4xlarge", 0),
        ("g6.48xlarge", 0),
        ("g5.48xlarge", 0),
    ],
)
def test_layers_are_those_that_ec2_documents(name: str, layers: int) -> None:
    labels = topology.network_layers(name, "us-east-1")

    assert labels == tuple(f"topology.k8s.aws/network-node-layer-{n}" for n in range(1, layers + 1))


def test_where_ec2_tells_no_topology_there_are_no_labels() -> None:
    assert topology.network_layers("p5.48xlarge", "eu-south-1") == ()


def test_what_is_named_is_in_the_catalogue() -> None:
    families = {name.partition(".")[0] for name in instances.names()}

    assert {"g6e", "g7e", "p4d", "p4de", "p5e", "p5en", "p6-b200", "p6-b300"} <= families
    assert "p5.48xlarge" in instances.names()
    assert set(zones.regions()) & topology.REGIONS
