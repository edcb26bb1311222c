"""Values of every kind, put anywhere in a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from hypothesis import strategies as st

json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def put(document: Any, place: int, value: Any) -> Any:
    """The document with one of its values, at any depth, replaced; `place` counts them and begins again at the end."""
    places = list(_places(document))
    holder, key = places[place % len(places)]
    holder[key] = value
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every list or object within a document, with each of its keys."""
    if isinstance(value, dict | list):
        keys = (
            list(cast("dict[Any, Any]", value))
            if isinstance(value, dict)
            else list(range(len(cast("list[Any]", value))))
        )
        for key in keys:
            yield cast("Any", value), key
            yield from _places(cast("Any", value)[key])
