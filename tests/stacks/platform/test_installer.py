from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from gpuplatform.catalog import charts
from stacks.platform.installer import OperatorSpec, Platform, install, namespaces

NOWHERE = cast("Platform", object())


def never(_: Platform) -> bool:
    return False


def spec(name: str, *, namespace: str = "", after: tuple[str, ...] = ()) -> OperatorSpec:
    return OperatorSpec(name=name, chart=charts.KEDA, namespace=namespace or name, after=after)


def test_namespaces_are_those_of_what_is_installed_each_once() -> None:
    specs = [
        spec("keda"),
        spec("karpenter", namespace="kube-system"),
        spec("jobset"),
        spec("second", namespace="keda"),
        replace(spec("files"), wanted=never),
    ]

    assert namespaces(specs, NOWHERE) == ["kube-system", "keda", "jobset"]


@pytest.mark.parametrize("missing", [[], [replace(spec("jobset"), wanted=never)]], ids=["unknown", "unwanted"])
def test_an_operator_that_waits_for_what_is_not_installed_is_refused(missing: list[OperatorSpec]) -> None:
    with pytest.raises(ValueError, match="operator trainer: after: jobset is not installed; accepted: trainer, keda"):
        install([spec("trainer", after=("jobset",)), spec("keda"), *missing], NOWHERE, {})
