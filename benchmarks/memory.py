"""(c) The most memory that a preview of prod holds at once: limit 200 MB."""

from __future__ import annotations

from measure import command, in_turns, machine, process, table, verdict

LIMIT = 200.0

PROGRAM = """
import os, runpy, sys
from pathlib import Path
from gpuplatform.preview.record.environment import load
from gpuplatform.preview.record.recorder import record
record(load(Path.cwd(), sys.argv[1]), lambda: runpy.run_path("__main__.py", run_name="__main__"))
os._exit(0)
"""
"""The program once, as `pulumi preview` runs it: nothing is judged. What the recorder keeps of it is some 2 MB."""


def main(environment: str = "prod") -> None:
    samples = in_turns(
        5,
        python=lambda: process("-c", "pass"),
        pulumi=lambda: process("-c", "import pulumi"),
        program=lambda: process("-c", PROGRAM, environment),
        preview=lambda: command("preview", environment),
    )
    most = {name: max(s.megabytes for s in found) for name, found in samples.items()}
    print(machine())
    print(
        table(
            ("fresh process", "MB at most"),
            [
                ("python", f"{most['python']:.0f}"),
                ("import pulumi", f"{most['pulumi']:.0f}"),
                (f"the program of {environment}, once", f"{most['program']:.0f}"),
                (f"gpuplatform preview {environment}", f"{most['preview']:.0f}"),
            ],
        )
    )
    print(f"preview / program: {most['preview'] / most['program']:.2f}")
    print(verdict("MB", most["preview"], LIMIT))


if __name__ == "__main__":
    main()
