from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from components.tags import CostTags
from components.team_access import TeamAccess, TeamAccessArgs
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

TAGS = CostTags(team="research", project="p", environment="test", component="training", contact="a@example.com")
ROLE = "arn:aws:iam::111122223333:role/research"


def args(members: Sequence[str] = (ROLE,), group: str = "team-research") -> TeamAccessArgs:
    return TeamAccessArgs(group=group, members=members, tags=TAGS, cluster_name="c")


def test_members_come_in_their_teams_group_and_have_no_policy_of_eks(record_plan: Record) -> None:
    plan = record_plan(lambda: TeamAccess("people", args()))

    entry = plan.one("aws:eks/accessEntry:AccessEntry").inputs
    assert (entry["principalArn"], entry["kubernetesGroups"]) == (ROLE, ["team-research"])
    assert plan.all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation") == []


def test_what_eks_refuses_is_refused_here() -> None:
    with pytest.raises(ValueError, match="group: system:masters begins as groups of EKS itself do"):
        args(group="system:masters")
    with pytest.raises(ValueError, match="research is named twice"):
        args(members=(ROLE, ROLE))
