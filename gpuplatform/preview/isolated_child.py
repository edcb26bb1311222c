"""Runs the program in a process of its own, against the addresses that `isolated.py` gives. Started by path: of ours it
imports what runs a program, and nothing that reads plans.

Standard input has one line of JSON, what to run, and stays open as long as the parent lives. The file descriptor in the first argument
takes one line of JSON for each pass that begins and one for the end.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, cast

Told = dict[str, Any]


def main() -> None:
    # Nearly all that a run makes lives until its end; looking through it for garbage is half of its time.
    gc.disable()
    task: Told = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with os.fdopen(int(sys.argv[1]), "w", encoding="utf-8", buffering=1) as report:
        root = str(task["root"])
        os.chdir(root)
        sys.path.insert(0, root)
        sys.argv[:] = [str(Path(root) / "__main__.py")]
        for number, one in enumerate(task["passes"]):
            print(json.dumps({"began": number}), file=report)
            known = set(sys.modules)
            try:
                _run(task, one)
            except (Exception, SystemExit) as error:
                print(json.dumps({"raised": _chain(error), "problems": _problems(error)}), file=report)
                break
            _forget(set(sys.modules) - known, root)
        else:
            print(json.dumps({"done": True}), file=report)
    sys.stdout.flush()
    # Threads of a channel or of the program must not keep the process; what it had to say is said.
    os._exit(0)


def _run(task: Told, one: Told) -> None:
    from pulumi.runtime import Settings

    from gpuplatform.preview.running import run_program

    def settings() -> Settings:
        return Settings(
            project=task["project"],
            stack=task["environment"],
            monitor=one["address"],
            engine=one["address"],
            dry_run=one["dry_run"],
            organization="organization",
            root_directory=task["root"],
        )

    program = sys.argv[0]
    run_program(settings, task["config"], task["secret_keys"], lambda: runpy.run_path(program, run_name="__main__"))


def _forget(modules: set[str], root: str) -> None:
    """What `environment.preview` does between its passes."""
    for name in modules:
        file = getattr(sys.modules[name], "__file__", None)
        path = Path(file) if isinstance(file, str) else None
        if path and path.is_relative_to(root) and path.relative_to(root).parts[0] not in (".venv", "gpuplatform"):
            del sys.modules[name]


def _chain(error: BaseException | None) -> list[Told]:
    """An exception and what it came from, each with its frames."""
    found: list[Told] = []
    while error is not None and len(found) < 10:
        frames = [[frame.filename, frame.lineno] for frame in traceback.extract_tb(error.__traceback__)]
        status = error.code if isinstance(error, SystemExit) else None
        found.append(
            {"type": type(error).__name__, "text": str(error)[:10_000], "status": str(status), "frames": frames[-200:]}
        )
        error = error.__cause__ or error.__context__
    return found


def _problems(error: BaseException) -> list[str]:
    problems: Any = getattr(error, "problems", ())
    if not isinstance(problems, list | tuple):
        return []
    return [str(problem)[:2_000] for problem in cast("list[object]", problems)][:200]


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
