"""How long a server of a language model takes from its start to its first answer, at the very least and as a rule."""

from __future__ import annotations

from typing import Final

READ_BYTES: Final = 1e9
"""A second: what a gp3 volume reads at most (1,000 MB/s until its limit was raised; EBS user guide), and about what a download from S3 or
Hugging Face over plain HTTP has. Run:ai's streamer and local disks are faster."""

START_SECONDS: Final = 45.0
"""Imports, compilation and CUDA graphs, whatever the size: our estimate, for nobody publishes a time."""


def load_seconds(weights_bytes: float) -> float:
    """As a rule: an estimate, for what gives up on a model that is still loading."""
    return START_SECONDS + weights_bytes / READ_BYTES
