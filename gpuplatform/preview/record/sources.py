"""The line of the program that made a resource, of all the frames that the SDK sends along."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from gpuplatform.plan.model import Source
from gpuplatform.preview.record.program import own


class Sources:
    """Finds lines in a project; each file's address is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, str] = {}

    def of(self, request: Any) -> tuple[Source | None, Source | None]:
        """The line that makes it, and the line in `stacks/` that led there."""
        frames = [f for f in (self._line(frame.pc) for frame in request.stackTrace.frames) if f is not None]
        position = self._line(request.sourcePosition) if request.HasField("sourcePosition") else None
        # The outermost file of `stacks/` is the layer that `__main__.py` builds; its innermost line is where it does so.
        wiring = [f for f in frames if f.file.startswith("stacks/")]
        layer = next((f for f in wiring if f.file == wiring[-1].file), None)
        return position or (frames[0] if frames else None), layer

    def _line(self, position: Any) -> Source | None:
        uri: str = position.uri
        if uri not in self._files:
            self._files[uri] = own(unquote(urlparse(uri).path), self._root)
        return Source(self._files[uri], position.line) if self._files[uri] else None
