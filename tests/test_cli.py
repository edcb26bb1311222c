"""The command as a person or a workflow calls it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpuplatform.cli import app

ESCAPE = "\x1b"


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No terminal's width and no wish about colours but what a test sets."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


SOUND = """
import pulumi
import pulumi_aws as aws

tags = dict.fromkeys(("team", "project", "environment", "component", "managed-by"), "x")
aws.sqs.Queue("jobs", sqs_managed_sse_enabled=True, tags=tags)
pulumi.export("done", True)
"""
UNTAGGED = SOUND.replace(", tags=tags", "")
WRONG_SETTINGS = """
class SettingsError(Exception):
    problems = ["Pulumi.dev.yaml: toy:a: 1 is not a word", "Pulumi.dev.yaml: toy:b is missing"]


raise SettingsError
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: toy\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(SOUND, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, program: str) -> None:
    (project / "__main__.py").write_text(program, encoding="utf-8")


def test_a_sound_program_ends_with_0_and_its_first_screen(project: Path):
    done = call("preview", "dev")

    assert done.exit_code == 0, done.stderr
    assert "toy dev  us-east-1, 1 resource" in done.stdout
    assert "Nothing wrong" in done.stdout
    assert "Written" not in done.stdout
    assert done.stderr == ""


def test_an_error_ends_with_1_and_names_the_line(project: Path):
    write(project, UNTAGGED)

    done = call("preview", "dev")

    assert done.exit_code == 1
    assert re.search(
        r"__main__\.py:6 +jobs: tags: team, project, environment, component, managed-by missing", done.stdout
    )


def test_all_reports_are_written_in_one_run_even_with_findings(project: Path):
    write(project, UNTAGGED)

    done = call(
        *("preview", "dev", "--json", "out/plan.json", "--markdown", "out/plan.md", "--manifests", "out/k8s"),
        *("--github", "--tree"),
    )

    assert done.exit_code == 1
    plan = json.loads((project / "out" / "plan.json").read_text())
    assert [f["rule"] for f in plan["findings"]] == ["cost-tags"]
    assert plan["bill"]["lines"]
    assert "critical_path_seconds" in plan["timeline"]
    assert (project / "out" / "plan.md").read_text().startswith("### dev: 1 resource, 1 error")
    assert (project / "out" / "k8s").is_dir()
    assert "::error file=__main__.py,line=6,title=cost-tags::" in done.stdout
    assert "jobs  aws sqs Queue" in done.stdout
    assert "Written: out/plan.json, out/plan.md, out/k8s" in done.stdout


def test_two_runs_write_the_same_json(project: Path):
    for name in ("a.json", "b.json"):
        call("preview", "dev", "--json", name)

    assert (project / "a.json").read_bytes() == (project / "b.json").read_bytes()


def test_it_runs_from_a_folder_inside_the_project(project: Path, monkeypatch: pytest.MonkeyPatch):
    (project / "docs").mkdir()
    monkeypatch.chdir(project / "docs")

    assert call("preview", "dev", "--json", "here.json").exit_code == 0
    assert (project / "docs" / "here.json").is_file()


def test_an_unknown_environment_is_one_sentence_with_those_that_there_are(project: Path):
    done = call("preview", "nosuch")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "unknown environment 'nosuch': there is dev\n"


def test_wrong_settings_are_a_line_each(project: Path):
    write(project, WRONG_SETTINGS)

    done = call("preview", "dev")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "Pulumi.dev.yaml: toy:a: 1 is not a word",
        "Pulumi.dev.yaml: toy:b is missing",
    ]


def test_a_program_that_raises_says_where_and_how_far_it_came(project: Path):
    write(project, SOUND + "raise ValueError('half-way')\n")

    done = call("preview", "dev")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "__main__.py:8: ValueError: half-way",
        "Planned before that: 1 resource (program 1).",
    ]


def test_the_traceback_is_there_for_who_asks(project: Path):
    write(project, "raise ValueError('half-way')\n")

    done = call("preview", "dev", "--verbose")

    assert done.exit_code == 2
    assert "Traceback" in done.stderr


def test_a_file_that_cannot_be_written_is_a_sentence(project: Path):
    (project / "taken").write_text("", encoding="utf-8")

    done = call("preview", "dev", "--json", "taken/plan.json")

    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("preview", "--help"), ("catalog", "--help"), ("checks",)])
def test_help_answers_without_a_project(arguments: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    done = call(*arguments)

    assert done.exit_code == 0, done.stderr
    assert len(done.stdout) > 100


def test_help_shows_the_commands_in_groups():
    text = call("--help").stdout

    assert re.search(r"Before anything is created.*preview.*checks.*Facts.*catalog", text, re.DOTALL)


def test_help_does_not_wait_for_pulumi():
    code = (
        "import sys\nfrom gpuplatform.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit('pulumi' in sys.modules or 'boto3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "preview" in done.stdout
    assert done.returncode == 0


def test_the_installed_command_is_this_one(project: Path):
    command = Path(sys.executable).with_name("gpuplatform")
    done = subprocess.run([command, "preview", "dev"], cwd=project, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "toy dev  us-east-1, 1 resource" in done.stdout


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_output_is_plain_without_a_terminal_or_with_no_color(
    project: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    write(project, UNTAGGED)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    done = call("preview", "dev", "--tree")

    assert "cost-tags" in done.stdout
    assert ESCAPE not in done.stdout + done.stderr


@pytest.mark.parametrize("columns", ["60", "160"])
def test_a_wide_or_narrow_log_is_not_overrun(project: Path, columns: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", columns)

    assert max(map(len, call("preview", "dev").stdout.splitlines())) <= int(columns)


def test_a_secret_of_the_settings_is_in_no_report(project: Path):
    (project / "Pulumi.dev.yaml").write_text(
        "config:\n  aws:region: us-east-1\n  toy:token: {secure: AAABciphertext}\n", encoding="utf-8"
    )
    write(project, SOUND + 'pulumi.export("token", pulumi.Config().require_secret("token"))\n')

    done = call("preview", "dev", "--json", "p.json", "--markdown", "p.md")

    assert done.exit_code == 0, done.stdout + done.stderr
    for text in (done.stdout, (project / "p.json").read_text(), (project / "p.md").read_text()):
        assert "ciphertext" not in text
        assert "canary" not in text


def test_a_key_that_someone_pasted_is_in_no_report(project: Path):
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    write(project, SOUND.replace("tags=tags", f"tags={{**tags, 'a': '{key}'}}") + f"pulumi.export('k', ['{key}'])\n")
    call("preview", "dev", "--json", "old.json")
    outputs = ("--json", "p.json", "--markdown", "p.md", "--html", "p.html", "--sarif", "p.sarif")

    done = call("preview", "dev", *outputs, "--tree", "--github")

    assert done.exit_code == 1
    assert "jobs: tags.a looks like an AWS access key" in done.stdout
    texts = [(project / name).read_text() for name in ("old.json", "p.json", "p.md", "p.html", "p.sarif")]
    assert [key in text for text in (done.stdout, *texts)] == [False] * 6


def test_a_key_that_only_the_older_plan_had_is_in_no_difference(project: Path):
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    call("preview", "dev", "--json", "old.json")
    older = (project / "old.json").read_text().replace('"team": "x"', f'"team": "{key}"')
    (project / "old.json").write_text(older, encoding="utf-8")

    done = call("preview", "dev", "--against", "old.json", "--json", "p.json", "--html", "p.html")

    assert "tags.team: [secret] → x" in done.stdout
    assert key not in (project / "p.json").read_text() + (project / "p.html").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file that is always full is Linux's")
def test_a_screen_that_cannot_be_written_is_one_sentence_and_status_2():
    command = [sys.executable, "-c", "from gpuplatform.cli import main; main()", "checks"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (2, "the output cannot be written: No space left on device\n")
