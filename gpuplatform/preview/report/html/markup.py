"""HTML whose text is escaped, unless it was made here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

VOID: Final = frozenset({"br", "input", "meta"})
"""Elements that have no end tag (HTML, "void elements")."""


class Markup(str):
    """HTML that needs no escaping. Made by `tag` and `join` alone, and of the template's own files."""

    __slots__ = ()


Content = str | Markup | Iterable[str] | None


def tag(name: str, *content: Content, **attributes: str | float | bool | None) -> Markup:
    """An element. `class_` is `class`, `aria_label` is `aria-label`; an attribute that is None or False is left out."""
    written = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(content)}</{name}>")


def join(content: Iterable[Content]) -> Markup:
    """One after the other, what is not markup escaped."""
    return Markup("".join(_safe(part) for part in content))


def layer_class(layer: str) -> str:
    """The class by which the style sheet colours a layer."""
    return f"layer-{''.join(c for c in layer.lower() if c.isalnum())}"


def _safe(part: Content) -> str:
    if part is None:
        return ""
    if isinstance(part, Markup):
        return part
    return escape(part, quote=False) if isinstance(part, str) else join(part)


def _attribute(key: str, value: str | float | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
