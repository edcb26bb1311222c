"""Who owns which rung of a pool: guaranteed GPUs of teams, laid over the ways in which the pool is bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    teams: Mapping[str, tuple[int, ...]]
    """Team → GPUs of each rung, in rung order."""
    unowned: tuple[int, ...]
    """GPUs of each rung that no team owns; whoever may borrow can have them."""


def split(guaranteed: Mapping[str, int], rungs: Sequence[int]) -> Split:
    """Fill the rungs in order with the teams' GPUs, teams in the order given. Raises ValueError where they do not suffice.

    A pod set of a job is admitted on one flavour, hence on one rung. A share in one piece admits a job of its whole size without
    borrowing; a share spread over all rungs in proportion, however fair in price, would admit none that large.
    """
    if sum(guaranteed.values()) > sum(rungs):
        raise ValueError(
            f"teams are guaranteed {sum(guaranteed.values())} GPUs of a pool that has {sum(rungs)}; guarantee fewer or buy more"
        )
    left = list(rungs)
    teams: dict[str, tuple[int, ...]] = {}
    for team, gpus in guaranteed.items():
        taken: list[int] = []
        for index, free in enumerate(left):
            part = min(free, gpus - sum(taken))
            taken.append(part)
            left[index] -= part
        teams[team] = tuple(taken)
    return Split(teams=teams, unowned=tuple(left))
