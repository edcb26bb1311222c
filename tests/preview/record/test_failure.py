"""However a program ends, it ends in a sentence with its line, and what was planned is handed over: here and apart alike."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from gpuplatform.plan.model import Plan
from gpuplatform.preview.record import environment
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.environment import load
from gpuplatform.preview.record.failure import failures, printable, problems
from gpuplatform.preview.record.recorder import ProgramError

ROOT = Path(__file__).parents[3]
MADE = "import pulumi, pulumi_aws as aws\nq = aws.sqs.Queue('q')\n"
"""One resource, so that there is something planned before what follows on line 3."""


@pytest.fixture
def project(tmp_path: Path) -> Generator[Path]:
    (tmp_path / "Pulumi.yaml").write_text("name: toy\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n", encoding="utf-8")
    (tmp_path / "toy_broken_module.py").write_text("x = 1\ndef f(:\n", encoding="utf-8")
    yield tmp_path
    sys.modules.pop("toy_broken_module", None)


ENDS: dict[str, tuple[str, str]] = {
    "raises": (f"{MADE}1 / 0\n", "__main__.py:3: ZeroDivisionError: division by zero"),
    "cannot be read": (f"{MADE}x = (\n", "__main__.py:3: SyntaxError: '(' was never closed"),
    "imports what cannot be read": (
        f"{MADE}import toy_broken_module\n",
        "toy_broken_module.py:2: SyntaxError: invalid syntax",
    ),
    "imports what is not there": (
        f"{MADE}import nothing_like_it\n",
        "__main__.py:3: ModuleNotFoundError: No module named 'nothing_like_it'",
    ),
    "exits": (f"{MADE}raise SystemExit(3)\n", "__main__.py:3: the program ended itself with status 3"),
    "exits without a status": (f"{MADE}raise SystemExit\n", "__main__.py:3: the program ended itself with status 0"),
    "exits with a word": (f"{MADE}raise SystemExit('no')\n", "__main__.py:3: the program ended itself with status no"),
    "calls itself": (
        f"{MADE}def f(): return f()\nf()\n",
        "__main__.py:3: RecursionError: maximum recursion depth exceeded",
    ),
    "raises in a thread": (
        f"{MADE}import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start(); t.join()\n",
        "__main__.py:4: ZeroDivisionError: division by zero",
    ),
    "raises in a value": (
        f"{MADE}pulumi.export('x', q.arn.apply(lambda arn: 1 / 0))\n",
        "__main__.py:3: ZeroDivisionError: division by zero",
    ),
    "raises in a known value": (
        f"{MADE}pulumi.Output.from_input(1).apply(lambda n: {{}}[n])\n",
        "__main__.py:3: KeyError: 1",
    ),
    "raises what is no Exception": (
        f"{MADE}raise GeneratorExit('odd')\n",
        "__main__.py:3: GeneratorExit: odd",
    ),
    "raises without words": (f"{MADE}raise ValueError\n", "__main__.py:3: ValueError"),
    "raises what cannot be told": (
        f"{MADE}class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E\n",
        "__main__.py:5: E: its message cannot be told, for that raises too",
    ),
    "raises several": (
        f"{MADE}raise ExceptionGroup('both', [ValueError('one'), TypeError('two')])\n",
        "__main__.py:3: ExceptionGroup: both (2 sub-exceptions): ValueError: one; TypeError: two",
    ),
    "raises lines and colours": (
        f"{MADE}raise ValueError('a\\n\\tb \\x1b[31mred')\n",
        r"__main__.py:3: ValueError: a b \x1b[31mred",
    ),
    "raises a book": (f"{MADE}raise ValueError('x' * 10**6)\n", f"__main__.py:3: ValueError: {'x' * 2000}"),
    "goes elsewhere": (f"{MADE}import os; os.chdir('/'); raise ValueError('far')\n", "__main__.py:3: ValueError: far"),
}


def ended(project: Path, program: str, preview: Callable[[Environment], Plan]) -> ProgramError:
    (project / "__main__.py").write_text(program, encoding="utf-8")
    with pytest.raises(ProgramError) as caught:
        preview(load(project, "dev"))
    return caught.value


@pytest.mark.parametrize(("program", "sentence"), ENDS.values(), ids=ENDS)
def test_a_program_that_does_not_end_well_is_told_in_a_sentence(project: Path, program: str, sentence: str):
    before = Path.cwd()

    error = ended(project, program, environment.preview)

    assert str(error) == sentence
    made = [] if sentence.endswith("never closed") else ["q"]
    assert [r.name for r in error.plan.resources if r.custom] == made
    assert Path.cwd() == before


def test_a_circle_of_causes_ends():
    one, two = ValueError("one"), ValueError("two")
    one.__context__, two.__context__ = two, one

    assert [f.text for f in failures(one)] == ["one", "two"]


def test_problems_are_a_program_s_own_sentences_and_nothing_else():
    class ToldError(Exception):
        problems = ("a\nb", 3)

    class UntoldError(Exception):
        problems = 7

    assert problems(ToldError()) == ("a b", "3")
    assert problems(UntoldError()) == problems(None) == ()


def test_what_a_terminal_would_obey_is_shown():
    assert printable("a\x1b[2Jb\x07 größe → c\r\n d") == r"a\x1b[2Jb\x07 größe → c d"


SLEEPS = "import os, pathlib, time\npathlib.Path('running').write_text(str(os.getpid()))\ntime.sleep(600)\n"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_it_finds_nothing_left(project: Path, sent: signal.Signals):
    (project / "__main__.py").write_text(SLEEPS, encoding="utf-8")
    temporary = project / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "gpuplatform.cli", "preview", "dev", "--json", "plan.json"],
        cwd=project,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running = project / "running"
    until = time.monotonic() + 60
    while not (running.exists() and running.read_text("utf-8")) and time.monotonic() < until:
        time.sleep(0.05)

    process.send_signal(sent)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"Traceback" not in out + err
    assert list(temporary.iterdir()) == []
    assert not (project / "plan.json").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(running.read_text("utf-8")), 0)


SWALLOWED = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    raise AttributeError("an import that was broken off")
"""


def test_an_interruption_that_somebody_swallows_still_ends_it(project: Path):
    (project / "__main__.py").write_text(SWALLOWED, encoding="utf-8")
    command = [sys.executable, "-m", "gpuplatform.cli", "preview", "dev", "--json", "plan.json"]
    ended = subprocess.run(
        command,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode == 130
    assert b"Traceback" not in ended.stdout + ended.stderr
    assert not (project / "plan.json").exists()
