"""The files that a call asks for: their paths are checked before the program runs, and written when the preview is made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record.environment import CallError


@dataclass(frozen=True, kw_only=True, slots=True)
class Outputs:
    """A path for each report that is wanted; `manifests` is a folder. Raises CallError where they cannot be written as asked."""

    json: Path | None = None
    markdown: Path | None = None
    html: Path | None = None
    sarif: Path | None = None
    manifests: Path | None = None

    def __post_init__(self) -> None:
        taken: dict[str, str] = {}
        for name, path in self._wanted():
            where, option = os.path.realpath(path), f"--{name}"
            if where in taken:
                raise CallError(
                    f"{taken[where]} and {option} are both to be written to {path}; give each a path of its own"
                )
            taken[where] = option
            if path.is_dir() and name != "manifests":
                raise CallError(f"{option}: {path} is a folder; give the path of a file")
            if path.exists() and not path.is_dir() and name == "manifests":
                raise CallError(f"{option}: {path} is a file; give the path of a folder")

    def _wanted(self) -> Iterator[tuple[str, Path]]:
        for field in fields(self):
            path: Path | None = getattr(self, field.name)
            if path is not None:
                yield field.name, path

    @property
    def written(self) -> str:
        """`prod.html, prod.json`: the files and folders that are written; empty where none is."""
        return ", ".join(str(path) for _, path in self._wanted() if path.is_file() or path.is_dir())

    def write(self, preview: Preview) -> None:
        """Each whole or not at all. Raises OSError."""
        from gpuplatform.files import write_whole
        from gpuplatform.preview.report import json_document

        if self.json:
            write_whole(self.json, json_document.text(json_document.document(preview)))
        if self.markdown:
            from gpuplatform.preview.report import markdown

            write_whole(self.markdown, markdown.comment(preview))
        if self.html:
            from gpuplatform.preview.report.html import html

            write_whole(self.html, html(preview))
        if self.sarif:
            from gpuplatform.preview.report import sarif

            write_whole(self.sarif, json_document.text(sarif.document(preview)))
        if self.manifests:
            from gpuplatform.preview.report import manifests

            manifests.write(preview.plan, self.manifests)
