"""Faults that tests plant in sound plans: each is to be found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Finding
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import with_input

Break = Callable[[Plan], Plan]
Faults = Sequence[tuple[str, str, Break]]
"""The check's rule, words of its message, and what breaks the plan."""


def setting(name: str, path: str, value: Any) -> Break:
    return lambda plan: with_input(plan, name, path, value)


def each(faults: Faults) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("rule", "words", "broken"), faults, ids=[f"{rule}: {words}" for rule, words, _ in faults]
    )


def found_alone(plan: Plan, rule: str, words: str) -> list[Finding]:
    """What all checks find, which must be of the one rule and say these words."""
    found = run_checks(plan)
    assert {f.rule for f in found} == {rule}, told(found)
    assert any(words in f.message for f in found), told(found)
    return found


def told(found: Sequence[Finding]) -> list[str]:
    return [f"{f.rule}: {f.message}" for f in found]
