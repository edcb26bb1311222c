"""How a call comes by its plan: it runs the program, or reads a file."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from gpuplatform.plan.model import Plan, PlanFeature
from gpuplatform.preview.record import environment as environments
from gpuplatform.preview.record.environment import CallError


def run(name: str, step: Callable[[str], None]) -> Plan:
    """The plan of an environment of the project around here. Raises CallError and ProgramError."""
    found = environments.load(environments.find_root(Path.cwd()), name)
    with _uncollected():
        return environments.preview(found, step)


def read(file: Path, name: str) -> Plan:
    """The plan in a file, with the settings of the environment where it has none. Raises CallError."""
    from gpuplatform.preview.record import readers

    found = environments.load(environments.find_root(Path.cwd()), name)
    try:
        plan = readers.read(file)
    except readers.UnreadableError as error:
        raise CallError(str(error)) from error
    if (plan.project, plan.environment) != (found.project, name):
        raise CallError(f"{file}: is a plan of {plan.project} {plan.environment}; give one of {found.project} {name}")
    settings = found.public_settings if PlanFeature.SETTINGS in plan.lacks else plan.settings
    return replace(plan, settings=settings, lines=found.lines, lacks=plan.lacks - {PlanFeature.SETTINGS})


def compared(plan: Plan, file: Path) -> Plan:
    """The plan beside an older one in a file. Raises CallError."""
    from gpuplatform.preview.record import readers

    try:
        return replace(plan, against=readers.read_older(file, plan))
    except readers.UnreadableError as error:
        raise CallError(str(error)) from error


@contextlib.contextmanager
def _uncollected() -> Generator[None]:
    """Without the garbage collector: nearly all that a run makes lives on, and looking through it took 2.5 s of 5.8 for 400 resources
    (2026-12-01)."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
