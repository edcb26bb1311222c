"""By what the platform's overhead, which no team uses alone, is shared among teams."""

from __future__ import annotations

from enum import StrEnum


class OverheadKey(StrEnum):
    """The value is the setting's."""

    GPU_SPEND = "gpu-spend"
    EVENLY = "evenly"
    OWNER = "owner"

    @property
    def sentence(self) -> str:
        return {
            OverheadKey.GPU_SPEND: "in proportion to each team's GPU spend in the expected month",
            OverheadKey.EVENLY: "in equal parts among the teams that spend",
            OverheadKey.OWNER: "with nobody: the platform's own team keeps it",
        }[self]
