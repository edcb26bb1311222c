"""How a call comes by its plan: it runs the program, or reads a file."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from gpuplatform.plan.model import Plan, PlanFeature
from gpuplatform.preview.record import environment as environments
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.environment import CallError


def run(name: str, step: Callable[[str], None]) -> Plan:
    """The plan of an environment of the project around here. Raises CallError and ProgramError."""
    found = environments.load(environments.find_root(Path.cwd()), name)
    with _uncollected():
        return environments.preview(found, step)


def read(file: Path) -> Plan:
    """The plan in a file, of whatever project; of an environment of the project around here with its settings, where it has none itself.
    Raises CallError."""
    from gpuplatform.preview.record import readers

    try:
        plan = readers.read(file)
    except readers.UnreadableError as error:
        raise CallError(str(error)) from error
    found = _own(plan)
    if found is None:
        return plan
    settings = found.public_settings if PlanFeature.SETTINGS in plan.lacks else plan.settings
    return replace(plan, settings=settings, lines=found.lines, lacks=plan.lacks - {PlanFeature.SETTINGS})


def _own(plan: Plan) -> Environment | None:
    """The environment of the project around here that a plan is of; None where it is of another, or there is no project."""
    try:
        root = environments.find_root(Path.cwd())
    except CallError:
        return None
    if plan.environment not in environments.environments(root):
        return None
    found = environments.load(root, plan.environment)
    return found if found.project == plan.project else None


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
