"""`gpuplatform up`: Pulumi's own commands, in the order in which an update ends nothing that runs and leaves nothing that failed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import Final

from gpuplatform.ops.stack_state import StackState, stack_state

CLI: Final = "pulumi"
REFUSED: Final = {
    "--refresh": "it takes the mark of creations that failed, which then stay failed; sizes of node groups are read without it",
    "-r": "it takes the mark of creations that failed, which then stay failed; sizes of node groups are read without it",
    "--skip-preview": "the preview is where a protected resource refuses",
    "-f": "the preview is where a protected resource refuses",
    "--stack": "the environment is named already",
    "-s": "the environment is named already",
}
"""Options of `pulumi up` that undo what this command is for."""
WITH_VALUE: Final = "sCcmptvQ"
"""Letters of `pulumi up` that take a value (pulumi/pulumi, pkg/cmd/pulumi/operations/up.go and pulumi.go, 3.260)."""

Run = Callable[[Sequence[str]], int]
"""Runs a command with the terminal's own input and output, and gives its exit status."""
Read = Callable[[Sequence[str]], str]
"""Runs a command and gives what it prints. Raises subprocess.CalledProcessError."""


class DeploymentError(Exception):
    """The update was not begun. The message is a sentence."""


def run(command: Sequence[str]) -> int:
    return subprocess.run(command, check=False).returncode


def read(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def up(
    environment: str, options: Sequence[str], say: Callable[[str], None], *, run: Run = run, read: Read = read
) -> int:
    """Update an environment; the exit status is that of `pulumi up`. Raises DeploymentError."""
    for option in options:
        if why := next((REFUSED[one] for one in _named(option) if one in REFUSED), None):
            raise DeploymentError(f"{option}: {why}; leave it out")
    if shutil.which(CLI) is None:
        raise DeploymentError(f"there is no `{CLI}` on the PATH; install it from pulumi.com/docs/install")
    state = _exported(environment, read)
    if state.pending:
        raise DeploymentError(
            f"an earlier run was cut off: {'; '.join(state.pending)}. Look in the account what exists; then `pulumi refresh "
            "--clear-pending-creates`, and `pulumi import` what exists, before the next update"
        )
    if state.made:
        targets = [part for urn in state.made for part in ("--target", urn)]
        say(f"reading the sizes of {len(state.made)} node groups")
        if status := run([CLI, "refresh", "--stack", environment, "--yes", "--skip-preview", *targets]):
            return status
        state = _exported(environment, read)
    for sentence in state.told:
        say(sentence)
    replaced = [part for urn in state.failed for part in ("--replace", urn)]
    # A project may ask for a refresh before every update (Pulumi.yaml, options.refresh); the option of the command line is stronger.
    return run([CLI, "up", "--stack", environment, "--continue-on-error", "--refresh=false", *replaced, *options])


def _named(option: str) -> list[str]:
    """The options in an argument: `-yf` is two, and what follows a letter that takes a value is its value."""
    if not option.startswith("-") or option.startswith("--"):
        return [option.partition("=")[0]]
    letters = option[1:].partition("=")[0]
    ends = next((place for place, letter in enumerate(letters, 1) if letter in WITH_VALUE), len(letters))
    return [f"-{letter}" for letter in letters[:ends]]


def _exported(environment: str, read: Read) -> StackState:
    try:
        return stack_state(json.loads(read([CLI, "stack", "export", "--stack", environment])))
    except subprocess.CalledProcessError as error:
        raise DeploymentError(
            f"the state of {environment} cannot be read (exit status {error.returncode}); see above"
        ) from error
    except ValueError as error:
        raise DeploymentError(f"the state of {environment} cannot be read: {error}") from error
