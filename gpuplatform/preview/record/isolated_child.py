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
from dataclasses import asdict
from pathlib import Path
from typing import Any

# The toolkit that started this, wherever the interpreter would find another; its place is no part of the program's path.
sys.path.insert(0, str(Path(__file__).parents[2]))
from gpuplatform.preview.record.failure import failures, problems
from gpuplatform.preview.record.program import forget

sys.path.pop(0)

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
            except BaseException as error:
                print(json.dumps({"raised": failures(error), "problems": problems(error)}, default=asdict), file=report)
                break
            forget(set(sys.modules) - known, Path(root))
        else:
            print(json.dumps({"done": True}), file=report)
    sys.stdout.flush()
    # Threads of a channel or of the program must not keep the process; what it had to say is said.
    os._exit(0)


def _run(task: Told, one: Told) -> None:
    from pulumi.runtime import Settings

    from gpuplatform.preview.record.running import run_program

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


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
