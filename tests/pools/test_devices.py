"""Devices that are counted and devices that are claimed: what pods say, and what pools must obey."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from gpuplatform.catalog import instances
from gpuplatform.catalog.device_classes import MOST_OF_A_CLAIM
from gpuplatform.catalog.instances import instance
from gpuplatform.pools import devices
from gpuplatform.pools.devices import Devices
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from gpuplatform.sizing.shares import pod_share

END = datetime.date(2026, 12, 20)
BLOCK = PurchaseOption(how=PurchaseType.CAPACITY_BLOCK, max=2, reservation="cr-0123456789abcdef0", until=END)
KEPT = PurchaseOption(how=PurchaseType.ON_DEMAND, max=2, min=1)


def test_what_is_claimed_is_what_would_have_been_counted() -> None:
    share = pod_share(instance("p5.48xlarge"), 2, efa=True)
    counted, claimed = (devices.resources(share, how) for how in (Devices.PLUGIN, Devices.DRA))

    assert counted["requests"].keys() - claimed["requests"].keys() == {"nvidia.com/gpu", "vpc.amazonaws.com/efa"}
    requests = [spec["spec"]["devices"]["requests"] for spec in devices.claims(share).values()]
    assert [r["exactly"]["count"] for (r,) in requests] == [2, 8]
    assert "claims" not in counted


def test_a_pod_without_efa_claims_gpus_alone() -> None:
    share = pod_share(instance("g6.12xlarge"), 4)

    assert list(devices.claims(share)) == ["gpu"]
    assert devices.pod_claims("train", share, Devices.DRA) == {
        "resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "train-gpu"}]
    }
    assert devices.pod_claims("train", share, Devices.PLUGIN) == {}


def test_no_claim_is_for_more_than_one_is_given() -> None:
    """All of a p5's devices in one claim would be: 8 GPUs and 32 cards."""
    for name in instances.names():
        hardware = instance(name)
        if not hardware.gpu_count:
            continue
        for spec in devices.claims(pod_share(hardware, hardware.gpu_count, efa=hardware.efa)).values():
            assert sum(r["exactly"]["count"] for r in spec["spec"]["devices"]["requests"]) <= MOST_OF_A_CLAIM, name


def test_quotas_keep_the_names_of_the_resources() -> None:
    share = pod_share(instance("p5.48xlarge"), 8, efa=True)

    assert {m["name"] for m in devices.mappings()} <= share.quantities().keys()


@pytest.mark.parametrize(
    ("labels", "how"), [({}, "plugin"), ({devices.LABEL: "dra"}, "dra"), ({devices.LABEL: "?"}, "plugin")]
)
def test_a_node_group_says_how(labels: dict[str, str], how: str) -> None:
    assert devices.of_labels(labels) == how


@pytest.mark.parametrize(("efa", "version"), [(False, "1.34"), (True, "1.35")])
def test_the_version_of_kubernetes_depends_on_the_driver(efa: bool, version: str) -> None:
    assert devices.needed_kubernetes(efa=efa) == version


def checked(*rungs: PurchaseOption, how: Devices = Devices.DRA, al2023: bool = True, shared: bool = False) -> None:
    devices.check(how, rungs, al2023=al2023, shared=shared)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: checked(KEPT, how=Devices.PLUGIN), "min 1 of on-demand"),
        (lambda: checked(KEPT, PurchaseOption(how=PurchaseType.SPOT, max=2)), "min is missing from spot"),
        (lambda: checked(BLOCK, KEPT), "capacity-block cr-0123456789abcdef0 has no starts"),
        (lambda: checked(KEPT, shared=True), "leave sharing out"),
        (lambda: checked(KEPT, al2023=False), "set os: al2023"),
        (lambda: PurchaseOption(how=PurchaseType.SPOT, max=2, min=-1), "min: -1 nodes of spot; accepted: 0 to max, 2"),
        (
            lambda: PurchaseOption(
                how=PurchaseType.CAPACITY_BLOCK, max=2, min=1, reservation="cr-0123456789abcdef0", until=END
            ),
            "leave min out",
        ),
    ],
)
def test_what_claims_cannot_have_is_refused_in_a_sentence(build: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build()
