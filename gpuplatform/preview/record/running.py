"""Runs a program against a monitor: a context and an event loop of its own, waited for once, nothing left behind.

Both ways of running use it, in this process and in a child; so it imports the SDK and nothing of ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import signal
import threading
from collections.abc import Callable, Generator, Mapping
from types import FrameType
from typing import Final

from pulumi.runtime import Settings, configure, reset_options, run_in_stack, set_all_config

STANDSTILL: Final = 0.2
"""Seconds without any task done after which the SDK waits by itself."""


def run_program(
    settings: Callable[[], Settings], config: Mapping[str, str], secret_keys: list[str], program: Callable[[], object]
) -> None:
    """Run a program once, as Pulumi's entry point does. Raises what the program, or a value it computes, raises.

    `settings` is called inside, for they are variables of the context in which they are made.
    """
    # asyncio logs every future that a failing program leaves behind; Pulumi's own entry point silences it likewise.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    with _heard_threads() as raised:
        contextvars.copy_context().run(_run, settings, dict(config), secret_keys, program)
    if raised:
        raise raised[0]


@contextlib.contextmanager
def _heard_threads() -> Generator[list[BaseException]]:
    """What threads of the program raise, which nobody else would hear: what they were to make is not made."""
    raised: list[BaseException] = []
    before = threading.excepthook

    def hear(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
            raised.append(told.exc_value)

    threading.excepthook = hear
    try:
        yield raised
    finally:
        threading.excepthook = before


def _run(
    settings: Callable[[], Settings], config: dict[str, str], secret_keys: list[str], program: Callable[[], object]
) -> None:
    reset_options()
    configure(settings())
    set_all_config(config, secret_keys)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with _heard_interrupts(loop):
        try:
            loop.run_until_complete(run_in_stack(lambda: _to_the_end(program)))
        finally:
            _drain(loop)


@contextlib.contextmanager
def _heard_interrupts(loop: asyncio.AbstractEventLoop) -> Generator[None]:
    """Ctrl-C ends a run wherever it falls: an import that it breaks off is an AttributeError later, and a task of the SDK that it
    falls into is one that others wait for without an end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        told.set()
        with contextlib.suppress(RuntimeError):  # closed
            loop.call_soon_threadsafe(loop.stop)
        signal.default_int_handler(number, frame)

    kinds = [kind for kind in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(kind) is signal.default_int_handler]
    for kind in kinds:
        signal.signal(kind, hear)
    try:
        yield
    except BaseException:
        if not told.is_set():
            raise
    finally:
        for kind in kinds:
            signal.signal(kind, signal.default_int_handler)
    if told.is_set():
        raise KeyboardInterrupt


async def _to_the_end(program: Callable[[], object]) -> None:
    """Run the program, and wait for what it began.

    The SDK waits by itself, but looks at every task again whenever one is done (pulumi/runtime/stack.py, `wait_for_rpcs`): a third of
    a run of 400 resources, more of a larger one. Whatever is left here, because it failed or does not move, is left to the SDK.
    """
    program()
    here = asyncio.current_task()
    while begun := [task for task in asyncio.all_tasks() if task is not here]:
        done, _ = await asyncio.wait(begun, timeout=STANDSTILL, return_when=asyncio.FIRST_EXCEPTION)
        if not done or any(task.cancelled() or task.exception() for task in done):
            return


def _drain(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(loop.shutdown_default_executor())
    asyncio.set_event_loop(None)
    loop.close()
