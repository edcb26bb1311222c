"""An environment of a project: its files, its configuration, and the run of its program in both passes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import runpy
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from gpuplatform.plan.model import Json, Plan
from gpuplatform.preview.record.cloud import Cloud
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.program import forget
from gpuplatform.preview.record.recorder import record
from gpuplatform.preview.record.yamlfile import YamlError, read

PROJECT_FILE: Final = "Pulumi.yaml"
STACK_KEYS: Final = ("config", "environment", "secretsprovider", "encryptionsalt", "encryptedkey")
"""What `Pulumi.<environment>.yaml` may hold (pulumi/pulumi, sdk/go/common/workspace/project.go, ProjectStack)."""

CANARY: Final = "canary-5b1f9c"
"""Begins what a secure value is replaced by: wherever this text turns up in the open, a secret would."""


class CallError(Exception):
    """The call or the settings are wrong. `problems` has one sentence each."""

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(" ".join(problem.split()) for problem in problems)
        super().__init__("\n".join(self.problems))


def find_root(start: Path) -> Path:
    """The folder of the project that `start` lies in."""
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise CallError(f"{start}: no {PROJECT_FILE} here or in a folder above; run this inside the project")


def environments(root: Path) -> list[str]:
    """Names of the environments that have a file."""
    found = (file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in root.glob("Pulumi.*.yaml"))
    return sorted(name for name in found if name)


def load(root: Path, name: str) -> Environment:
    """Read an environment's files as Pulumi does. Raises CallError."""
    project, config = _project(root)
    known = environments(root)
    if name not in known:
        raise CallError(f"unknown environment {name!r}: there {_listed(known)}")
    document, lines = _mapping(root / f"Pulumi.{name}.yaml")
    file = f"Pulumi.{name}.yaml"
    unknown = [
        f"{file}: line {lines[key]}: unknown key {key}; accepted: {', '.join(STACK_KEYS)}"
        for key in document
        if key not in STACK_KEYS
    ]
    if unknown:
        raise CallError(*unknown)
    written: Json = document.get("config")
    written = {} if written is None else written
    if not isinstance(written, Mapping):
        raise CallError(f"{file}: line {lines['config']}: config: expected settings by key, found {_kind(written)}")
    own = {_full_key(project, key): value for key, value in cast("dict[str, Json]", written).items()}
    return Environment(
        project=project,
        name=name,
        root=root,
        config={key: _with_canaries(value, key) for key, value in {**config, **own}.items()},
        lines={_full_key(project, p.removeprefix("config.")): n for p, n in lines.items() if p.startswith("config.")},
    )


def preview(environment: Environment, step: Callable[[str], None] = lambda _: None) -> Plan:
    """Run the program twice, with every output unknown and with simulated ones: the second's plan, the first in it.

    Raises ProgramError. `step` is told what begins.
    """
    program = environment.root / "__main__.py"
    if not program.is_file():
        raise CallError(f"{environment.root}: no __main__.py beside {PROJECT_FILE}")

    def main() -> object:
        return runpy.run_path(str(program), run_name="__main__")

    with _as_pulumi_runs_it(environment.root):
        step("running the program as the first pulumi preview does")
        known = set(sys.modules)
        first = record(environment, main)
        imported = set(sys.modules) - known
        if not environment.region:
            raise CallError(f"Pulumi.{environment.name}.yaml: aws:region is missing; write one, such as us-east-1")
        step("running the program with simulated outputs")
        cloud = Cloud(environment.account, environment.region)
        second = record(environment, main, cloud)
        if first.by_urn.keys() - second.by_urn.keys():
            # Perhaps made as a module was imported, which happens once; an import costs, so only those who need it pay.
            forget(imported, environment.root)
            second = record(environment, main, cloud)
    return replace(second, first=first, root=environment.root, lines=environment.lines)


@contextlib.contextmanager
def _as_pulumi_runs_it(root: Path) -> Generator[None]:
    """In the project's folder, which comes first on the module path; an Output in a string is an error."""
    before, variable = list(sys.path), os.environ.get("PULUMI_ERROR_OUTPUT_STRING")
    os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
    sys.path.insert(0, str(root))
    try:
        with contextlib.chdir(root):
            yield
    finally:
        sys.path[:] = before
        if variable is None:
            del os.environ["PULUMI_ERROR_OUTPUT_STRING"]


def _project(root: Path) -> tuple[str, dict[str, Json]]:
    """The project's name, and the values that Pulumi.yaml gives to every environment."""
    document, lines = _mapping(root / PROJECT_FILE)
    name, runtime = document.get("name"), document.get("runtime")
    if not isinstance(name, str) or not name:
        raise CallError(f"{PROJECT_FILE}: name is missing; write the project's name, such as gpuplatform")
    language = cast("dict[str, Json]", runtime).get("name") if isinstance(runtime, dict) else runtime
    if language != "python":
        raise CallError(f"{PROJECT_FILE}: line {lines.get('runtime', 1)}: runtime: {language}; accepted: python")
    declared = cast("dict[str, Json]", document.get("config") or {})
    values = {_full_key(name, key): _default(value) for key, value in declared.items()}
    return name, {key: value for key, value in values.items() if value is not None}


def _default(declared: Json) -> Json:
    """A project-level entry is a value, or a declaration (`type`, `description`, …) that may have one in it."""
    if not isinstance(declared, dict):
        return declared
    entry = cast("dict[str, Json]", declared)
    return entry.get("value", entry.get("default"))


def _mapping(path: Path) -> tuple[dict[str, Json], dict[str, int]]:
    try:
        document, lines = read(path)
    except YamlError as error:
        raise CallError(*error.problems) from error
    if document is None:
        raise CallError(f"{path.name} is empty; {_expected(path)}")
    if not isinstance(document, dict):
        raise CallError(f"{path.name}: found {_kind(document)} where keys should be; {_expected(path)}")
    return cast("dict[str, Json]", document), lines


def _expected(path: Path) -> str:
    if path.name == PROJECT_FILE:
        return "it begins with `name: gpuplatform` and `runtime: python`"
    return "it begins with `config:` and the settings below it; another environment's file shows them all"


def _kind(value: Json) -> str:
    if isinstance(value, list):
        return "a list"
    return f"the text {value!r}" if isinstance(value, str) else f"the value {value!r}"


def _listed(known: list[str]) -> str:
    if not known:
        return f"is none, for no file Pulumi.<environment>.yaml lies beside {PROJECT_FILE}"
    return f"{'is' if len(known) == 1 else 'are'} {', '.join(known)}"


def _full_key(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _with_canaries(value: Json, path: str) -> Json:
    """A value with every secure one in it replaced by a text that no program would write by itself."""
    if isinstance(value, list):
        return [_with_canaries(v, f"{path}[{i}]") for i, v in enumerate(cast("list[Json]", value))]
    if not isinstance(value, dict):
        return value
    entry = cast("dict[str, Json]", value)
    if list(entry) == ["secure"]:
        return {"secure": f"{CANARY}-{hashlib.sha256(path.encode()).hexdigest()[:12]}"}
    return {k: _with_canaries(v, f"{path}.{k}") for k, v in entry.items()}
