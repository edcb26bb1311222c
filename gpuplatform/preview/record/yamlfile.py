"""YAML as Pulumi reads it, with the line of every key.

Pulumi parses with Go's yaml.v3, which follows YAML 1.2 where PyYAML follows 1.1: `on` and `no` are words, so is `12:30`,
and `70e9` is a number (go-yaml/yaml, resolve.go, read 2026-11).
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final

import yaml

from gpuplatform.plan.model import Json

_WORDS: Final[dict[str, Json]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
MERGE: Final = "tag:yaml.org,2002:merge"
TAGS: Final = {
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "timestamp", "value")
} | {*(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, yaml.resolver.BaseResolver.DEFAULT_SEQUENCE_TAG, MERGE)}
"""Tags that plain values have by themselves; others ask for what Pulumi's parser does otherwise, or not at all."""
DEEPEST: Final = 100
MOST: Final = 100_000
"""Levels and values of a file, with what aliases stand for; the longest of ours has some hundreds."""
MOST_DIGITS: Final = 400
"""Of a number; a float has at most 309 before its point."""
_CLOCK: Final = r"\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?"
_DATE: Final = re.compile(rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}([Tt]{_CLOCK}(Z|[+-]\d\d:\d\d)| {_CLOCK})?")


class YamlError(Exception):
    """The file is no YAML that Pulumi would read as written. `problems` has one sentence each, with the line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(path: Path) -> tuple[Json, dict[str, int]]:
    """The document, and the line of every key path (`config.gpuplatform:network.zones[1]` → 12).

    Raises YamlError.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise YamlError([f"{path.name}{_place(error)}: {_reason(error)}"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise YamlError([f"{path.name}: is no YAML text: {' '.join(str(error).split())}"]) from error
    except RecursionError as error:
        raise YamlError([f"{path.name}: holds values nested deeper than {DEEPEST} levels"]) from error
    if root is None:
        return None, {}
    reader = _Reader(path.name)
    value = reader.value(root, "", 0)
    if reader.problems:
        raise YamlError(reader.problems)
    return value, reader.lines


def _place(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f": line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _reason(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.context, error.problem) if part) or "does not parse as YAML"


class _Reader:
    def __init__(self, file: str) -> None:
        self.lines: dict[str, int] = {}
        self.problems: list[str] = []
        self._file = file
        self._read = 0

    def value(self, node: yaml.Node, path: str, depth: int) -> Json:
        self._read += 1
        if depth > DEEPEST or self._read > MOST:
            # An alias may stand within what it stands for, or for ever more of the same.
            what = f"nested deeper than {DEEPEST} levels" if depth > DEEPEST else f"more than {MOST:,} values"
            raise YamlError([f"{self._file}: line {node.start_mark.line + 1}: {what}; write it without aliases"])
        if node.tag not in TAGS:
            self._wrong(
                node, path, f"the tag {node.tag.replace('tag:yaml.org,2002:', '!!')} is not read; write plain values"
            )
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            values: list[Json] = []
            for index, child in enumerate(node.value):
                self.lines[f"{path}[{index}]"] = child.start_mark.line + 1
                values.append(self.value(child, f"{path}[{index}]", depth + 1))
            return values
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return self._scalar(node, path) if plain else self._text(node, path)

    def _wrong(self, node: yaml.Node, path: str, why: str) -> None:
        self.problems.append(f"{self._file}: line {node.start_mark.line + 1}: {path}: {why}")

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Json]:
        values: dict[str, Json] = {}
        merged: dict[str, Json] = {}
        for key_node, child in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._wrong(key_node, path, "a key is a list or an object; write a word")
                continue
            if key_node.tag == MERGE:
                merged |= self._merged(child, path, depth) | merged
                continue
            key, line = self._text(key_node, path), key_node.start_mark.line + 1
            inner = f"{path}.{key}" if path else key
            if key in values:
                self.problems.append(f"{self._file}: line {line}: {inner} is written twice; keep one")
            self.lines[inner] = line
            values[key] = self.value(child, inner, depth + 1)
        return {**merged, **values}

    def _merged(self, node: yaml.Node, path: str, depth: int) -> dict[str, Json]:
        """What `<<` brings in: an object, or several of which the earlier ones hold."""
        several = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Json] = {}
        for one in several:
            if isinstance(one, yaml.MappingNode):
                merged = self._mapping(one, path, depth + 1) | merged
            else:
                self._wrong(node, path, "<< takes an object, such as an alias of one")
        return merged

    def _text(self, node: yaml.Node, path: str) -> str:
        text = str(node.value)
        try:
            text.encode()
        except UnicodeEncodeError:
            self._wrong(node, path, "the string holds half of a surrogate pair; write \\U and eight digits")
        return text

    def _scalar(self, node: yaml.Node, path: str) -> Json:
        text = str(node.value)
        if text in _WORDS:
            return _WORDS[text]
        if _DATE.fullmatch(text):
            # Pulumi's configuration turns a timestamp into Go's text for it: "2026-12-20 00:00:00 +0000 UTC"
            # (pulumi/pulumi, sdk/go/common/resource/config/object.go, read 2026-11).
            self.problems.append(
                f'{self._file}: line {node.start_mark.line + 1}: {path}: write the date in quotes, "{text}"; '
                "without them Pulumi hands the program a timestamp"
            )
        return _number(text) if text[0] in "+-.0123456789" else self._text(node, path)


def _number(text: str) -> Json:
    plain = text.replace("_", "")
    if _FLOAT.fullmatch(plain) and len(plain) > MOST_DIGITS:
        return text
    try:
        whole = int(plain, 8) if re.fullmatch(r"[-+]?0[0-7]+", plain) else int(plain, 0)
        # Beyond 64 bits, Go reads a decimal as a float and leaves the rest as text.
        if -(2**63) <= whole < 2**64:
            return whole
    except ValueError:
        pass
    if not _FLOAT.fullmatch(plain):
        return text
    number = float(plain)
    if not math.isfinite(number):
        return text
    # Beyond that, Go writes JSON numbers with an exponent, which Python reads as a float.
    return int(number) if number.is_integer() and abs(number) < 1e21 else number
