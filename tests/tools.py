"""Programs that tests run for real: what a machine lacks is said by name, and where everything must be there, its absence fails."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

PACKAGES = {
    "promtool": "apt-get install prometheus",
    "alertmanager": "apt-get install prometheus-alertmanager",
    "amtool": "apt-get install prometheus-alertmanager",
    "envoy": "make tools",
}
"""Program → what installs it."""

_OTHER_NAMES = {"alertmanager": "prometheus-alertmanager"}
"""As Debian calls it."""


def program(name: str) -> str:
    """Path of the program. Without it the test is skipped, or fails where REQUIRE_TOOLS is set, as CI does."""
    beside_python = str(Path(sys.executable).parent)
    for called in (name, _OTHER_NAMES.get(name, name)):
        if found := shutil.which(called, path=os.pathsep.join([beside_python, os.environ.get("PATH", "")])):
            return found
    missing = f"{name} is not installed: {PACKAGES[name]}"
    if os.environ.get("REQUIRE_TOOLS"):
        pytest.fail(missing)
    pytest.skip(missing)
