"""AWS Cloud Control API: resources sent as JSON."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Kind, right

RESOURCE: Final = "aws:cloudcontrol/resource:Resource"


KINDS: Final = (Kind(RESOURCE, rights=(right("cloudformation", "resource/*", "CreateResource"),)),)
