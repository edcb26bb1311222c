"""Rules of combination: what a service accepts of one property when it is given another.

A schema judges each value by itself. What an API refuses of two values that are right alone stands on the row of the kind, with the
place where its owner says so, and one check judges them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gpuplatform.plan.model import SECRET, UNKNOWN, Json
from gpuplatform.plan.values import as_dict, as_list, get_path


class On(StrEnum):
    """Where a term reads its property."""

    PART = "part"
    """The element of a list that the rule is about; the resource itself where it is about no list."""
    WHOLE = "whole"
    """The resource that the list is of."""
    BESIDE = "beside"
    """The resource that the kind names as standing beside it, such as a node group's launch template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A statement on one property. What is not known yet is neither true nor false."""

    path: str
    holds: Callable[[Json], bool]
    on: On = On.PART

    def of(self, places: Mapping[On, Json]) -> bool | None:
        value = get_path(places.get(self.on), *self.path.split("."))
        return None if value in (SECRET, UNKNOWN) else self.holds(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Where every term of `when` holds, every one of `then` must."""

    when: tuple[Term, ...]
    then: tuple[Term, ...]
    says: str
    """What is wrong, and what to do: the end of the sentence that names the resource."""
    source: str
    of: str = ""
    """A property that holds a list: the rule is about each of its elements."""

    def broken(self, inputs: Mapping[str, Json], beside: Mapping[str, Json] | None = None) -> list[str]:
        """Where it is broken: the paths of elements, or an empty path for the resource itself."""
        parts = (
            [("", inputs)] if not self.of else [(f"{self.of}[{i}]", p) for i, p in enumerate(_parts(inputs, self.of))]
        )
        return [path for path, part in parts if self._breaks({On.PART: part, On.WHOLE: inputs, On.BESIDE: beside})]

    def _breaks(self, places: Mapping[On, Json]) -> bool:
        if any(term.on is On.BESIDE for term in (*self.when, *self.then)) and places[On.BESIDE] is None:
            return False
        return all(term.of(places) is True for term in self.when) and any(
            term.of(places) is False for term in self.then
        )


def _parts(inputs: Mapping[str, Json], of: str) -> list[Json]:
    found = get_path(as_dict(inputs), *of.split("."))
    return as_list(found) if isinstance(found, list) else [found] if found is not None else []


def given(path: str, on: On = On.PART) -> Term:
    """What is empty, zero or false counts as not given: services take it for the default."""
    return Term(path=path, holds=bool, on=on)


def absent(path: str, on: On = On.PART) -> Term:
    return Term(path=path, holds=lambda value: not value, on=on)


def among(path: str, *values: Json, on: On = On.PART) -> Term:
    """`None` among the values accepts what is not given."""
    return Term(path=path, holds=lambda value: value in values, on=on)


def other_than(path: str, *values: Json, on: On = On.PART) -> Term:
    return Term(path=path, holds=lambda value: value not in values, on=on)


def whole_number(path: str, holds: Callable[[int], bool], on: On = On.PART) -> Term:
    """A number that is given and of which something is true; what is no number is another check's to say."""
    return Term(path=path, holds=lambda value: not _number(value) or holds(int(value)), on=on)


def _number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def longer_than(path: str, length: int, on: On = On.PART) -> Term:
    return Term(path=path, holds=lambda value: len(as_list(value)) > length, on=on)
