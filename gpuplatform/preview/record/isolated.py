"""The preview of a program that is not trusted with what this process has: its environment variables and its memory.

The program runs in a child process with an empty environment, and speaks to the recorder as to Pulumi's engine: by gRPC, over sockets
that only this user can open. Both ways give the same plan. It is no sandbox: the child is the same user, reads what files that user
may read and reaches the network. Give the job that runs code from forks no secrets.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from gpuplatform.plan.model import Json, Plan
from gpuplatform.preview.record.cloud import Cloud
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.environment import CallError
from gpuplatform.preview.record.failure import Failure, explain
from gpuplatform.preview.record.recorder import ProgramError, Recorder

CHILD: Final = Path(__file__).with_name("isolated_child.py")
DEADLINE: Final = 600.0
"""Seconds for both passes. Two thousand resources take about thirty."""
LONGEST_REPORT: Final = 4_000_000
"""Bytes. The child says little; a program that writes more into its report is not listened to."""
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PULUMI_ERROR_OUTPUT_STRING": "true"}
"""All that the child's environment has."""
_MESSAGE: Final = 400 * 1024 * 1024
"""Bytes of a gRPC message; what Pulumi's own SDK allows (pulumi/runtime/_grpc_settings.py)."""
_STEPS: Final = (
    "running the program in a process of its own, as the first pulumi preview does",
    "running the program in a process of its own, with simulated outputs",
)


class ChildFailedError(Exception):
    """The program raised in its process, or the process ended otherwise. `problems` are the program's own words for wrong settings."""

    def __init__(self, explained: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(explained)
        self.problems = problems


def preview(environment: Environment, step: Callable[[str], None] = lambda _: None, deadline: float = DEADLINE) -> Plan:
    """What `environment.preview` does, with the program in a process of its own. Raises CallError and ProgramError."""
    if not (environment.root / "__main__.py").is_file():
        raise CallError(f"{environment.root}: no __main__.py beside Pulumi.yaml")
    if not environment.region:
        raise CallError(f"Pulumi.{environment.name}.yaml: aws:region is missing; write one, such as us-east-1")
    recorders = [Recorder(environment), Recorder(environment, Cloud(environment.account, environment.region))]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gpuplatform-")))
        addresses = [f"unix:{folder / str(n)}" for n in range(len(recorders))]
        for recorder, address in zip(recorders, addresses, strict=True):
            stack.enter_context(_served(recorder, address))
        report = stack.enter_context(_child(_task(environment, addresses)))
        reached = 0
        try:
            for line in report.lines(time.monotonic() + deadline, deadline):
                reached = int(line.get("began", reached))
                _heed(line, environment.root, step)
        except ChildFailedError as error:
            raise ProgramError(str(error), recorders[reached].plan(), error.problems) from error
    first, second = (recorder.plan() for recorder in recorders)
    return replace(second, first=first, root=environment.root, lines=environment.lines)


def _task(environment: Environment, addresses: list[str]) -> Json:
    values, secret_keys = environment.wire_config()
    return {
        "project": environment.project,
        "environment": environment.name,
        "root": str(environment.root),
        "config": values,
        "secret_keys": secret_keys,
        "passes": [{"address": address, "dry_run": number == 0} for number, address in enumerate(addresses)],
    }


def _heed(line: dict[str, Json], root: Path, step: Callable[[str], None]) -> None:
    if "began" in line:
        step(_STEPS[int(line["began"])])
    if "raised" in line:
        chain = [
            Failure(
                type=str(one["type"]),
                text=str(one["text"]),
                frames=tuple((str(file), int(number)) for file, number in one["frames"]),
            )
            for one in cast("list[dict[str, Any]]", line["raised"])
        ]
        raise ChildFailedError(explain(chain, root), tuple(map(str, line["problems"])))


class _Report:
    """What a child says, line by line, and how it ends."""

    def __init__(self, process: subprocess.Popen[str], descriptor: int) -> None:
        self._process = process
        self._descriptor = descriptor

    def lines(self, until: float, allowed: float) -> Generator[dict[str, Json]]:
        """Raises ChildFailedError if the child takes too long, speaks nonsense, or ends without saying that it is done."""
        buffer, heard = b"", 0
        while True:
            ready, _, _ = select.select([self._descriptor], [], [], max(until - time.monotonic(), 0))
            if not ready:
                raise ChildFailedError(f"__main__.py: the program was stopped after {allowed:g} s")
            chunk = os.read(self._descriptor, 65_536)
            heard += len(chunk)
            if heard > LONGEST_REPORT:
                raise ChildFailedError("__main__.py: the program's process said more than it could have to say")
            if not chunk:
                raise ChildFailedError(f"__main__.py: the program's process {self._end(until)}")
            *whole, buffer = (buffer + chunk).split(b"\n")
            for text in whole:
                line = _parsed(text)
                yield line
                if "done" in line:
                    return

    def _end(self, until: float) -> str:
        try:
            status = self._process.wait(timeout=max(until - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            return "closed its report and went on"
        if status < 0:
            return f"was killed by {signal.Signals(-status).name}"
        return f"ended with status {status} before the program did"


def _parsed(text: bytes) -> dict[str, Json]:
    try:
        line: Json = json.loads(text)
    except ValueError:
        line = None
    if not isinstance(line, dict):
        raise ChildFailedError("__main__.py: the program's process wrote nonsense into its report")
    return cast("dict[str, Json]", line)


@contextlib.contextmanager
def _child(task: Json) -> Generator[_Report]:
    """A process with the program; it and all that it started are gone at the end, however that comes."""
    reading, writing = os.pipe()
    process = None
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", str(CHILD), str(writing)],
            stdin=subprocess.PIPE,
            # What the program prints is no part of a report that others read.
            stdout=2,
            env=ENVIRONMENT,
            pass_fds=(writing,),
            start_new_session=True,
            text=True,
        )
        os.close(writing)
        writing = -1
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(task, default=str) + "\n")
            process.stdin.flush()
        yield _Report(process, reading)
    finally:
        if process is not None:
            _end(process)
        os.close(reading)
        if writing != -1:
            os.close(writing)


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with contextlib.suppress(BrokenPipeError):
        if process.stdin:
            process.stdin.close()


@contextlib.contextmanager
def _served(recorder: Recorder, address: str) -> Generator[None]:
    """A recorder as Pulumi's monitor and engine, at an address."""
    server: Any = grpc.server(
        ThreadPoolExecutor(max_workers=16),
        options=[("grpc.max_receive_message_length", _MESSAGE), ("grpc.max_send_message_length", _MESSAGE)],
    )
    monitor = _servicer(resource_pb2_grpc.ResourceMonitorServicer, _methods(resource_pb2, "ResourceMonitor"), recorder)
    engine = _servicer(engine_pb2_grpc.EngineServicer, _methods(engine_pb2, "Engine"), recorder)
    cast("Any", resource_pb2_grpc).add_ResourceMonitorServicer_to_server(monitor, server)
    cast("Any", engine_pb2_grpc).add_EngineServicer_to_server(engine, server)
    server.add_insecure_port(address)
    server.start()
    try:
        yield
    finally:
        server.stop(grace=None).wait()


def _methods(module: Any, service: str) -> list[str]:
    return [method.name for method in module.DESCRIPTOR.services_by_name[service].methods]


def _servicer(base: type, methods: list[str], recorder: Recorder) -> Any:
    """A gRPC servicer that hands each call on to the recorder's method of that name; the rest stays unimplemented."""

    def handed_on(name: str) -> Callable[[Any, Any, Any], Any]:
        return lambda _self, request, _context: getattr(recorder, name)(request)

    return type("Handed", (base,), {name: handed_on(name) for name in methods if hasattr(recorder, name)})()
