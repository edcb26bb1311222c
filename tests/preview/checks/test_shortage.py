"""What a job does where EC2 has no nodes, and where it lost one: the shipped values, and plans of others."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from gpuplatform.plan.model import Plan
from gpuplatform.pools import shortage
from gpuplatform.preview.judgement.run import run_checks
from k8s.training_job import SAVE_SECONDS
from tests.preview.sound import a_resource, and_also, with_input, without
from tests.preview.sound_gpus import sound_gpus

RULES = ("flavor-of-one-rung", "short-back-off", "slow-recovery")
SOON = {"requeuingStrategy": {"backoffMaxSeconds": 300}}
KUEUE = "kueue.x-k8s.io/v1beta2"


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(f.rule, f.message) for f in run_checks(plan) if f.rule in RULES]


def configured(plan: Plan, **waits: Any) -> Plan:
    text = yaml.safe_dump({"waitForPodsReady": waits})
    return with_input(plan, "kueue", "values", {"managerConfig": {"controllerManagerConfigYaml": text}})


OURS = (
    shortage.READY_MINUTES,
    shortage.REQUEUE_SECONDS / 60,
    shortage.LONGEST_REQUEUE_SECONDS / 60,
    shortage.BACK_OFF_MINUTES,
)


def simulated(
    ready: int, requeue: float, longest: float, back_off: int, fails_after: int, groups: tuple[int | None, ...]
) -> list[int]:
    """The groups that a job's requests are met by, in order, until one has nodes. Played: EC2, which has nodes of a group from the minute
    given; Cluster Autoscaler, which leaves out groups that failed for the back-off and takes the first of the others; Kueue, which waits
    for pods and then asks again, after twice as long each time. In minutes."""
    now, out_until, asked = 0.0, dict.fromkeys(range(len(groups)), 0.0), list[int]()
    while now < 24 * 60:
        safe = [g for g in range(len(groups)) if out_until[g] <= now]
        if not safe:
            now += 1
            continue
        asked.append(safe[0])
        there_from = groups[safe[0]]
        if there_from is not None and there_from <= now:
            return asked
        out_until[safe[0]] = now + fails_after + back_off
        now += ready + requeue
        requeue = min(2 * requeue, longest)
    return asked


@pytest.mark.parametrize("fails_after", [1, 15], ids=["at once", "after the autoscaler's longest wait"])
def test_a_job_falls_back_by_the_second_request(fails_after: int) -> None:
    assert simulated(*OURS, fails_after, (None, 0)) == [0, 1]
    assert simulated(*OURS, fails_after, (None, None, 0)) == [0, 1, 2] or fails_after == 1
    assert simulated(30, 1, 60, 5, 1, (None, 0))[:9] == [0] * 9, "the defaults ask for the first for ever"


@pytest.mark.parametrize("fails_after", [1, 15], ids=["at once", "after the autoscaler's longest wait"])
def test_a_later_way_of_buying_is_asked_again_after_hours_of_shortage(fails_after: int) -> None:
    ready, requeue, longest, back_off = OURS
    at_eight = (None, 8 * 60)

    assert simulated(ready, requeue, longest, back_off, fails_after, at_eight)[-1] == 1
    assert simulated(ready, requeue, 60, back_off, fails_after, at_eight)[-1] == 0, (
        "with Kueue's limit of an hour, never"
    )


def test_a_restart_fits_into_the_recovery() -> None:
    assert shortage.RECOVERY_MINUTES * 60 > SAVE_SECONDS + 120, "pods save and end, and images are there"
    assert shortage.READY_MINUTES * 60 + shortage.LONGEST_REQUEUE_SECONDS < shortage.BACK_OFF_MINUTES * 60
    assert shortage.RENDEZVOUS_SECONDS > 60 * shortage.READY_MINUTES, "the first nodes wait for the last"


def test_both_environments_fall_back_and_recover(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert told(plan) == []
        (release,) = [r for r in plan.resources if r.name == "kueue-release"]
        written = yaml.safe_load(release.inputs["values"]["managerConfig"]["controllerManagerConfigYaml"])
        assert written["waitForPodsReady"] == {
            "timeout": "20m",
            "recoveryTimeout": "8m",
            "requeuingStrategy": {"timestamp": "Eviction", "backoffBaseSeconds": 60, "backoffMaxSeconds": 300},
        }


def test_two_flavours_of_one_type_never_fall_back(plans: dict[str, Plan]) -> None:
    plan = plans["prod"]
    (queue,) = [r for r in plan.resources if r.name == "queues-cluster-queue-research"]
    (group,) = queue.inputs["spec"]["resourceGroups"]
    flavors: list[Any] = [{**group["flavors"][0], "name": name} for name in ("block", "later")]
    labels = {"block": "capacity-block-0", "later": "on-demand-1"}
    split = and_also(
        with_input(plan, queue.name, "spec|resourceGroups|0|flavors", flavors),
        *(
            a_resource(
                f"kubernetes:{KUEUE}:ResourceFlavor",
                name,
                {
                    "kind": "ResourceFlavor",
                    "metadata": {"name": name},
                    "spec": {"nodeLabels": {"gpuplatform.io/pool": "h100", "gpuplatform.io/rung": rung}},
                },
            )
            for name, rung in labels.items()
        ),
    )

    ((rule, said),) = told(split)
    assert rule == "flavor-of-one-rung"
    assert said.startswith("queues-cluster-queue-research: block, later are all p5.48xlarge, and Kueue takes the first")


@pytest.mark.parametrize(
    ("waits", "rules"),
    [
        ({"timeout": "20m", "recoveryTimeout": "3m", **SOON}, []),
        ({"timeout": "20m", "recoveryTimeout": "3m"}, ["short-back-off"]),
        ({"timeout": "29m", "recoveryTimeout": "3m", **SOON}, ["short-back-off"]),
        ({"timeout": "20m", **SOON}, ["slow-recovery"]),
        ({"timeout": "20m", "recoveryTimeout": "0s", **SOON}, ["slow-recovery"]),
        ({}, ["short-back-off", "slow-recovery"]),
    ],
)
def test_kueue_and_the_autoscaler_agree_on_times(
    plans: dict[str, Plan], waits: dict[str, Any], rules: list[str]
) -> None:
    text = yaml.safe_dump({"waitForPodsReady": waits})
    changed = with_input(plans["prod"], "kueue-release", "values|managerConfig", {"controllerManagerConfigYaml": text})

    assert sorted(rule for rule, _ in told(changed)) == rules


def test_the_autoscaler_s_own_back_off_is_too_short(plans: dict[str, Plan]) -> None:
    path = "values|extraArgs|initial-node-group-backoff-duration"

    ((rule, said),) = told(with_input(plans["prod"], "autoscaler-release", path, None))
    assert rule == "short-back-off"
    assert "5 min, but Kueue asks for a job's nodes again after up to 25 min" in said


def test_without_requests_for_nodes_nothing_is_judged() -> None:
    assert [rule for rule, _ in told(configured(sound_gpus()))] == ["short-back-off", "slow-recovery"]
    assert told(without(configured(sound_gpus()), "capacity")) == []
