from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuplatform.sizing.quotas import split


@pytest.mark.parametrize(
    ("guaranteed", "rungs", "teams", "unowned"),
    [
        ({"research": 32, "applied": 16, "safety": 16}, [32, 32], [(32, 0), (0, 16), (0, 16)], (0, 0)),
        ({"research": 8, "applied": 16}, [16, 32], [(8, 0), (8, 8)], (0, 24)),
        ({"research": 2}, [2], [(2,)], (0,)),
        ({}, [4, 4], [], (4, 4)),
    ],
)
def test_teams_fill_the_rungs_in_order(
    guaranteed: dict[str, int], rungs: list[int], teams: list[tuple[int, ...]], unowned: tuple[int, ...]
) -> None:
    found = split(guaranteed, rungs)

    assert list(found.teams.values()) == teams
    assert found.unowned == unowned


@given(st.lists(st.integers(0, 64), max_size=5), st.lists(st.integers(1, 64), min_size=1, max_size=4))
def test_every_gpu_belongs_to_one_team_or_to_nobody(wanted: list[int], rungs: list[int]) -> None:
    guaranteed = {f"team-{n}": gpus for n, gpus in enumerate(wanted)}
    if sum(wanted) > sum(rungs):
        with pytest.raises(ValueError, match="guarantee fewer or buy more"):
            split(guaranteed, rungs)
        return
    found = split(guaranteed, rungs)

    assert {team: sum(parts) for team, parts in found.teams.items()} == guaranteed
    owned = [sum(parts[r] for parts in found.teams.values()) for r in range(len(rungs))]
    assert [o + u for o, u in zip(owned, found.unowned, strict=True)] == rungs
    assert all(u >= 0 for u in found.unowned)
