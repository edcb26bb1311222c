from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuplatform.sizing.quotas import split


@pytest.mark.parametrize(
    ("guaranteed", "there", "waiting", "teams", "unowned"),
    [
        ({"research": 32, "applied": 16, "safety": 16}, 64, 0, [32, 16, 16], 0),
        ({"research": 8, "applied": 16}, 48, 0, [8, 16], 24),
        ({"research": 32, "applied": 16}, 32, 32, [32, 0], 0),
        ({"research": 24, "applied": 16}, 32, 32, [24, 8], 0),
        ({}, 8, 4, [], 8),
    ],
)
def test_teams_have_their_share_of_what_is_there(
    guaranteed: dict[str, int], there: int, waiting: int, teams: list[int], unowned: int
) -> None:
    found = split(guaranteed, there, waiting)

    assert list(found.teams.values()) == teams
    assert found.unowned == unowned


@given(st.lists(st.integers(0, 64), max_size=5), st.integers(0, 128), st.integers(0, 128))
def test_every_gpu_belongs_to_one_team_or_to_nobody(wanted: list[int], there: int, waiting: int) -> None:
    guaranteed = {f"team-{n}": gpus for n, gpus in enumerate(wanted)}
    if sum(wanted) > there + waiting:
        with pytest.raises(ValueError, match="guarantee fewer or buy more"):
            split(guaranteed, there, waiting)
        return
    found = split(guaranteed, there, waiting)

    assert sum(found.teams.values()) + found.unowned == there
    assert all(0 <= found.teams[team] <= gpus for team, gpus in guaranteed.items())
    assert found.unowned >= 0
