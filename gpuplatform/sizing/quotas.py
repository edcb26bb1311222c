"""Who owns how much of a pool: guaranteed GPUs of teams, laid over what there is and what waits to be bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    teams: Mapping[str, int]
    """Team → GPUs that it has now."""
    unowned: int
    """GPUs that no team owns; whoever may borrow can have them."""


def split(guaranteed: Mapping[str, int], there: int, waiting: int) -> Split:
    """What teams have of the GPUs that are there, teams in the order given; the rest of their share waits with what is to be bought.
    Raises ValueError where both do not suffice."""
    if sum(guaranteed.values()) > there + waiting:
        raise ValueError(
            f"teams are guaranteed {sum(guaranteed.values())} GPUs of a pool that has {there + waiting}; guarantee fewer or buy more"
        )
    teams: dict[str, int] = {}
    for team, gpus in guaranteed.items():
        teams[team] = min(gpus, there - sum(teams.values()))
    return Split(teams=teams, unowned=there - sum(teams.values()))
