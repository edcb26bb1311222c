from __future__ import annotations

import json
import threading
import urllib.error
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from components.sleep_schedule import Hours
from components.tags import CostTags
from gpuplatform.catalog.images import PYTHON
from gpuplatform.plan.model import Plan
from k8s import queue_hold
from k8s.queue_sleep import QueueSleep, QueueSleepArgs, crontab
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="governance", contact="ml@example.com")
HOURS = Hours(workdays_only=True, start="07:00", stop="19:00", zone="Europe/Berlin")
QUEUES = ("research", "applied")


@pytest.fixture(scope="module")
def plan(record_plan: Record) -> Plan:
    args = QueueSleepArgs(queues=QUEUES, hours=HOURS, namespace="kueue-system", tags=TAGS, after=[])
    return record_plan(lambda: QueueSleep("sleep-queues", args))


def cron_job(plan: Plan, step: str) -> dict[str, Any]:
    return plan.one("kubernetes:batch/v1:CronJob", f"sleep-queues-{step}").inputs["spec"]


def test_queues_are_drained_before_the_nodes_go_and_released_in_the_morning(plan: Plan) -> None:
    hold, release = cron_job(plan, "hold"), cron_job(plan, "release")

    assert (hold["schedule"], release["schedule"]) == ("50 18 * * 1-5", "0 7 * * 1-5")
    assert hold["timeZone"] == release["timeZone"] == "Europe/Berlin"
    assert command(hold)[-3:] == ["HoldAndDrain", "research", "applied"]
    assert command(release)[-3:] == ["None", "research", "applied"]


def command(cron: dict[str, Any]) -> list[str]:
    (container,) = cron["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == str(PYTHON)
    return container["command"]


def test_its_right_is_on_these_queues_alone(plan: Plan) -> None:
    (rule,) = plan.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole").inputs["rules"]

    assert rule["resourceNames"] == list(QUEUES)
    assert (rule["resources"], rule["verbs"]) == (["clusterqueues"], ["get", "patch"])


def test_it_runs_what_is_in_the_repository(plan: Plan) -> None:
    (code,) = plan.one("kubernetes:core/v1:ConfigMap").inputs["data"].values()

    compile(code, "queue_hold.py", "exec")
    assert "stopPolicy" in code


@pytest.mark.parametrize(
    ("clock", "before", "written"),
    [("19:00", 10, "50 18 * * *"), ("00:05", 10, "0 0 * * *"), ("07:30", 0, "30 7 * * *")],
)
def test_the_hour_is_written_for_kubernetes(clock: str, before: int, written: str) -> None:
    daily = Hours(workdays_only=False, start="00:00", stop="23:00", zone="UTC")
    assert crontab(clock, daily, before=before) == written


def test_nothing_to_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="queues: none"):
        QueueSleepArgs(queues=(), hours=HOURS, namespace="n", tags=TAGS, after=[])


class Api(ThreadingHTTPServer):
    def __init__(self, missing: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.missing = missing
        self.sent: list[tuple[str, dict[str, Any], str]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Api  # pyright: ignore[reportIncompatibleVariableOverride]  (the library has no type parameter for it)

    def do_PATCH(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Content-Type"] == "application/merge-patch+json"
        self.server.sent.append((self.path, body, self.headers["Authorization"]))
        self.send_response(404 if self.path.endswith(f"/{self.server.missing}") else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture(params=["", "research"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    server = Api(request.param)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_every_queue_is_told_even_if_one_is_missing(api: Api) -> None:
    def tell() -> None:
        queue_hold.set_policy(f"http://127.0.0.1:{api.server_port}", "HoldAndDrain", list(QUEUES), "t", None)

    if api.missing:
        with pytest.raises(urllib.error.HTTPError):
            tell()
    else:
        tell()
    assert api.sent == [
        (f"/apis/kueue.x-k8s.io/v1beta2/clusterqueues/{queue}", {"spec": {"stopPolicy": "HoldAndDrain"}}, "Bearer t")
        for queue in QUEUES
    ]
