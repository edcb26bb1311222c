"""Kubernetes quantities."""

from __future__ import annotations

import pytest

from gpuplatform.plan.model import UNKNOWN, Json
from gpuplatform.plan.quantity import quantity


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("855m", 0.855),
        (8, 8),
        ("8", 8),
        ("1.5", 1.5),
        ("5120Mi", 5120 * 2**20),
        ("2Gi", 2**31),
        ("4k", 4000),
        ("1T", 1e12),
        ("1e3", 1000),
        ("2E", 2e18),
        ("1Pi", 2**50),
        (".5", 0.5),
        ("100n", 1e-7),
    ],
)
def test_units_are_those_of_kubernetes(written: Json, meant: float) -> None:
    assert quantity(written) == pytest.approx(meant)


@pytest.mark.parametrize("written", [None, "", "much", UNKNOWN, "1.2.3", "1mi", "1 Gi", True, "Gi"])
def test_what_is_no_quantity_is_none(written: Json) -> None:
    assert quantity(written) == 0
