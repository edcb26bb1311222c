"""How many small faults the tests find: `make mutate`.

Cosmic Ray's operators change one place of a file in a copy of the tree; the mirrored tests run first, then wider ones. It is used as a
library: its own runner has one test command for all files, and the whole suite takes two minutes for each of them.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDERS: Final = (
    *("components", "k8s", "gpuplatform/sizing", "gpuplatform/kinds", "gpuplatform/pools", "gpuplatform/node_boot"),
)
PROCESSES: Final = 2
SECONDS: Final = 600
"""Of one run of tests: a mutant that makes them wait for ever is found."""
WIDER: Final = ("tests/stacks", "tests/test_house.py", "tests/test_program.py", "tests/test_where_to_change.py")
OF_KINDS: Final = ("tests/kinds", "tests/preview", "tests/ops")
MEANINGLESS: Final = ("Bit", "Shift", "RemoveDecorator", "VariableReplacer", "VariableInserter", "Is_", "IsNot_")
"""Operators for what the code has in types alone, and for names: what they make is no fault that somebody would write."""


@dataclass(frozen=True, slots=True)
class Mutant:
    file: str
    operator: str
    occurrence: int
    line: int


# Not installed where types are judged: see the group `mutation` in pyproject.toml.
_ast: Any = importlib.import_module("cosmic_ray.ast")
_mutating: Any = importlib.import_module("cosmic_ray.mutating")
_plugins: Any = importlib.import_module("cosmic_ray.plugins")


def mutants() -> Iterator[Mutant]:
    """Every change that an operator can make to a file."""
    operators: list[str] = [n for n in _plugins.operator_names() if not any(word in n for word in MEANINGLESS)]
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            nodes = list(_walked(_ast.get_ast(path.read_text(encoding="utf-8"))))
            for name in operators:
                operator = _plugins.get_operator(name)()
                places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
                for occurrence, (line, _) in enumerate(places):
                    yield Mutant(path.relative_to(ROOT).as_posix(), name, occurrence, line)


def _walked(node: Any) -> Iterator[Any]:
    """In the order in which Cosmic Ray counts what it changes."""
    yield node
    for child in getattr(node, "children", ()):
        yield from _walked(child)


def sampled(count: int, seed: int) -> list[Mutant]:
    """A mutant of each of so many places, chosen at random: a place counts once, however many operators change it."""
    by_place: dict[tuple[str, int], list[Mutant]] = {}
    for one in mutants():
        by_place.setdefault((one.file, one.line), []).append(one)
    chance = random.Random(seed)
    places = chance.sample(sorted(by_place), min(count, len(by_place)))
    return [chance.choice(by_place[place]) for place in places]


def tests_of(file: str) -> list[Sequence[str]]:
    """The mirrored file's tests, and then those of its folder and of what is built of it."""
    path = Path(file.removeprefix("gpuplatform/"))
    mirrored = f"tests/{path.parent}/test_{path.name}"
    folder = f"tests/{path.parts[0]}"
    wider = [*([folder] if (ROOT / folder).is_dir() else []), *WIDER, *OF_KINDS]
    return [*([[mirrored]] if (ROOT / mirrored).exists() else []), wider]


def caught(mutant: Mutant, tree: Path) -> str:
    """Empty where the tests find the mutant; else its difference from the code."""
    file = tree / mutant.file
    before = file.read_text(encoding="utf-8")
    after: str | None = _mutating.mutate_code(before, _plugins.get_operator(mutant.operator)(), mutant.occurrence)
    if not after or after == before:
        return ""
    file.write_text(after, encoding="utf-8")
    try:
        return "" if any(_fails(tests, tree) for tests in tests_of(mutant.file)) else _difference(before, after)
    finally:
        file.write_text(before, encoding="utf-8")


def _fails(tests: Sequence[str], tree: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PULUMI_ERROR_OUTPUT_STRING": "true"}
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def _difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def copied(folder: Path) -> Path:
    """The tree as git knows it, so that no mutated file is ever left where somebody works."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chosen = sampled(asked.mutants, asked.seed)
    survivors = 0
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(PROCESSES) as pool:
        trees: Queue[Path] = Queue()
        for number in range(PROCESSES):
            trees.put(copied(Path(temporary) / str(number)))
        tree = trees.get()
        if _fails(["tests"], tree):
            sys.exit("the tests fail without a mutant, so each would count as caught; run them first: make test")
        trees.put(tree)

        def judged(mutant: Mutant) -> tuple[Mutant, str]:
            tree = trees.get()
            try:
                return mutant, caught(mutant, tree)
            finally:
                trees.put(tree)

        for mutant, difference in pool.map(judged, chosen):
            if difference:
                survivors += 1
                print(f"{mutant.file}:{mutant.line}  {mutant.operator.partition('/')[2]}\n{difference}\n", flush=True)
    print(f"seed {asked.seed}: {len(chosen) - survivors} of {len(chosen)} mutants caught")


if __name__ == "__main__":
    main()
