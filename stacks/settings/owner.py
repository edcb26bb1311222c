"""Settings of who owns the platform."""

from __future__ import annotations

from stacks.settings.types import Email, Name, Section


class OwnerSettings(Section):
    """Who pays for what no other team pays, and who is asked."""

    team: Name
    project: Name
    contact: Email
