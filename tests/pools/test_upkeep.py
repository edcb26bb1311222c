"""How a pool's nodes are kept: releases and repairs."""

from collections.abc import Callable

import pytest

from gpuplatform.pools import upkeep
from gpuplatform.pools.upkeep import OperatingSystem, Repair, Upkeep


@pytest.mark.parametrize(
    ("release", "os", "kubernetes"),
    [
        ("1.35.2-20261105", OperatingSystem.AL2023, "1.35"),
        ("1.54.0-5043decc", OperatingSystem.BOTTLEROCKET, None),
        (None, OperatingSystem.AL2023, None),
    ],
)
def test_a_release_is_of_its_system(release: str | None, os: OperatingSystem, kubernetes: str | None) -> None:
    kept = Upkeep(release=release)
    kept.check(os)
    assert upkeep.kubernetes(kept.release, os) == kubernetes


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (
            lambda: Upkeep(release="1.35.2-20261105").check(OperatingSystem.BOTTLEROCKET),
            "'1.35.2-20261105' is no release of bottlerocket; one looks like 1.54.0-5043decc",
        ),
        (lambda: Upkeep(release="latest").check(OperatingSystem.AL2023), "'latest' is no release of al2023"),
        (lambda: Upkeep(at_once=0), "at_once: 0; at least 1"),
        (lambda: Upkeep(repaired_at_once=0), "repaired_at_once: 0; at least 1"),
        (lambda: Repair(reason="X", action="Reboot", minutes=0), "repairs.minutes: 0 for X"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(build: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build()
