"""The program in a process of its own: the same plan, nothing of this process in its reach, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gpuplatform.cli import app
from gpuplatform.plan.model import Plan
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record import environment, isolated
from gpuplatform.preview.record.environment import CallError, load
from gpuplatform.preview.record.isolated import ENVIRONMENT
from gpuplatform.preview.record.recorder import ProgramError
from gpuplatform.preview.report import json_document
from tests.conftest import ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: toy\nruntime: python\n", encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(
        "config:\n  aws:region: us-east-1\n  toy:token: {secure: v1:abc}\n  toy:sizes: [1, 2]\n", encoding="utf-8"
    )
    monkeypatch.chdir(folder)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return folder


def planned(project: Path, program: str, deadline: float = 60) -> Plan:
    (project / "__main__.py").write_text(textwrap.dedent(program), encoding="utf-8")
    return isolated.preview(load(project, "dev"), deadline=deadline)


def failed(project: Path, program: str, deadline: float = 60) -> tuple[str, ProgramError]:
    with pytest.raises(ProgramError) as caught:
        planned(project, program, deadline)
    assert list((project.parent / "temporary").iterdir()) == [], "the sockets are gone"
    return str(caught.value), caught.value


def _is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_platform_s_plan_is_the_same_to_the_letter(plans: dict[str, Plan]):
    def without_caller(plan: Plan) -> Plan:
        """The stack's own line is that of whoever runs the program: here, of this test."""
        first = without_caller(plan.first) if plan.first else None
        return replace(plan, first=first, resources=(replace(plan.resources[0], source=None), *plan.resources[1:]))

    def text(plan: Plan) -> str:
        return json_document.text(json_document.document(Preview(plan)))

    apart, here = without_caller(isolated.preview(load(ROOT, "dev"))), without_caller(plans["dev"])

    assert text(apart) == text(here)
    assert apart == here


def test_secrets_outputs_logs_and_both_passes_come_across(project: Path):
    plan = planned(
        project,
        """
        import pulumi
        import pulumi_aws as aws

        config = pulumi.Config()
        aws.ssm.Parameter("p", type="SecureString", value=config.require_secret("token"))
        queue = aws.sqs.Queue("q", delay_seconds=config.require_object("sizes")[1])
        pulumi.log.warn("careful")
        pulumi.export("arn", queue.arn)
        """,
    )

    assert plan.one("aws:ssm/parameter:Parameter").inputs["value"] == "[secret]"
    assert plan.one("aws:sqs/queue:Queue").inputs["delaySeconds"] == 2
    assert [m.text for m in plan.messages] == ["careful"]
    assert plan.outputs["arn"].startswith("arn:aws:sqs:us-east-1:111122223333:q-")
    assert plan.first is not None
    assert plan.first.outputs["arn"] != plan.outputs["arn"]


def test_the_program_has_an_empty_environment(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of this process")
    monkeypatch.setenv("PYTHONPATH", str(project))

    plan = planned(
        project,
        """
        import os, sys
        import pulumi

        pulumi.export("names", sorted(os.environ))
        pulumi.export("input", sys.stdin.fileno() == 0 and sys.argv)
        """,
    )

    assert set(plan.outputs["names"]) <= {*ENVIRONMENT, "LC_CTYPE"}
    assert "of this process" not in json_document.text(json_document.document(Preview(plan)))


def test_the_program_is_imported_from_its_own_folder(project: Path):
    (project / "parts.py").write_text("import pulumi_aws as aws\naws.sqs.Queue('q')\n", encoding="utf-8")

    apart = planned(project, "import parts\n")

    assert str(apart.one("aws:sqs/queue:Queue").source) == "parts.py:2"
    here = environment.preview(load(project, "dev"))
    assert here.by_urn.keys() == apart.by_urn.keys(), "also in this process, modules run in both passes"


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("import pulumi_aws as aws\naws.sqs.Queue('q')\n1 / 0\n", "__main__.py:3: ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(3)\n", "__main__.py:2: the program ended itself with status 3"),
        ("import nothing_like_it\n", "__main__.py:1: ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("import os\nos._exit(7)\n", "__main__.py: the program's process ended with status 7 before the program did"),
        ("import os\nos.kill(os.getpid(), 9)\n", "__main__.py: the program's process was killed by SIGKILL"),
    ],
    ids=["raises", "exits", "misses a module", "vanishes", "is killed"],
)
def test_a_program_that_fails_is_told_in_a_sentence(project: Path, program: str, sentence: str):
    told, _ = failed(project, program)

    assert told == sentence


def test_a_program_that_fails_hands_over_what_it_had_planned(project: Path):
    told, error = failed(
        project, "import pulumi_aws as aws\naws.sqs.Queue('q').arn.apply(lambda arn: 1 / len(arn[:0]))\n"
    )

    assert "ZeroDivisionError" in told
    assert [r.name for r in error.plan.resources if r.custom] == ["q"]


def test_the_program_s_own_words_for_wrong_settings_arrive(project: Path):
    _, error = failed(
        project, "class SettingsError(Exception):\n    problems = ['a is missing', 'b too']\n\nraise SettingsError\n"
    )

    assert error.problems == ("a is missing", "b too")


def test_a_program_that_never_ends_is_stopped_with_all_that_it_started(project: Path):
    told, _ = failed(
        project,
        """
        import pathlib, subprocess, time

        started = subprocess.Popen(["sleep", "600"])
        pathlib.Path("started").write_text(str(started.pid))
        time.sleep(600)
        """,
        deadline=2,
    )

    assert told == "__main__.py: the program was stopped after 2 s"
    assert not _is_alive(int((project / "started").read_text("utf-8")))


def test_nonsense_in_the_report_is_not_believed(project: Path):
    told, _ = failed(
        project,
        """
        import os

        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"nonsense\\n")
            except OSError:
                pass
        """,
    )

    assert told == "__main__.py: the program's process wrote nonsense into its report"


@pytest.mark.parametrize(("file", "sentence"), [("__main__.py", "no __main__.py"), ("Pulumi.dev.yaml", "aws:region")])
def test_a_project_that_lacks_something_is_a_wrong_call(project: Path, file: str, sentence: str):
    (project / "__main__.py").write_text("", encoding="utf-8")
    found = load(project, "dev")
    if file == "__main__.py":
        (project / file).unlink()
    else:
        (project / file).write_text("config: {}\n", encoding="utf-8")
        found = load(project, "dev")

    with pytest.raises(CallError, match=sentence):
        isolated.preview(found)


def test_the_command_runs_it_apart_and_ends_with_2_if_it_fails(project: Path, capfd: pytest.CaptureFixture[str]):
    (project / "__main__.py").write_text("print('said')\nraise SystemExit('no')\n", encoding="utf-8")

    done = CliRunner().invoke(app, ["preview", "dev", "--isolated"])

    assert done.exit_code == 2
    assert "__main__.py:2: the program ended itself with status no" in done.stderr
    assert "said" not in done.stdout + capfd.readouterr().out, "what the program prints is no part of a report"


def test_ctrl_c_leaves_nothing_behind(project: Path):
    (project / "__main__.py").write_text(
        "import os, pathlib, time\npathlib.Path('running').write_text(str(os.getpid()))\ntime.sleep(600)\n",
        encoding="utf-8",
    )
    temporary = project.parent / "temporary"
    command = [sys.executable, "-c", "from gpuplatform.cli import main; main()", "preview", "dev", "--isolated"]
    called = subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    running = project / "running"
    until = time.monotonic() + 60
    while not (running.exists() and running.read_text("utf-8")) and time.monotonic() < until:
        time.sleep(0.05)

    called.send_signal(signal.SIGINT)
    status = called.wait(timeout=60)

    assert status not in (0, None)
    assert not _is_alive(int(running.read_text("utf-8")))
    assert list(temporary.iterdir()) == []
