"""One recorder for every test: what a program would send, as plain dictionaries."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

# An Output formatted into a string is an error, not a warning text that lands in an input.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"

from gpuplatform.plan.model import Plan
from gpuplatform.preview.record import environment
from gpuplatform.preview.record.cloud import Cloud
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.recorder import record

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT = "111122223333"

Record = Callable[[Callable[[], object]], Plan]

# A shell's background job ignores interrupts, and so would every process that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def record_plan() -> Record:
    """`record_plan(lambda: Vpc("vpc", …))` → the plan of that program, outputs simulated."""

    def run(program: Callable[[], object]) -> Plan:
        cloud = Cloud(ACCOUNT, "us-east-1")
        config = {"aws:region": "us-east-1"}
        return record(Environment(project="gpuplatform", name="test", root=ROOT, config=config), program, cloud)

    return run


@pytest.fixture(scope="session")
def plans() -> dict[str, Plan]:
    """The whole program's plan in each environment, both passes."""
    return {name: environment.preview(environment.load(ROOT, name)) for name in environment.environments(ROOT)}
