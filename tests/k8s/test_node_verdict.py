"""What the health check makes of a diagnostic, against a small API server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gpuplatform.pools import health
from k8s import node_verdict
from k8s.gpu_nodes import TAINT, UNCHECKED, as_taint

NODE = "ip-10-0-0-1.ec2.internal"
UNHEALTHY = {"key": health.UNHEALTHY, "effect": "NoSchedule"}
TOKEN = "a-token"


class Api(ThreadingHTTPServer):
    """One node. `conflicts`: so many patches come too late."""

    def __init__(self, taints: list[dict[str, str]] | None, conflicts: int = 0, refused: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.conflicts, self.refused = conflicts, refused
        self.sent: list[dict[str, Any]] = []
        labels = {node_verdict.INSTANCE_TYPE: "p5.48xlarge"}
        spec = {"taints": taints} if taints is not None else {}
        self.node: dict[str, Any] = {"metadata": {"resourceVersion": "7", "labels": labels}, "spec": spec}

    def cluster(self, folder: Path) -> node_verdict.NodeClient:
        token = folder.parent / "token"
        token.write_text(TOKEN)
        return node_verdict.NodeClient(f"http://127.0.0.1:{self.server_port}", NODE, token, None)


class _Handler(BaseHTTPRequestHandler):
    server: Api  # pyright: ignore[reportIncompatibleVariableOverride]  (the library has no type parameter for it)

    def do_GET(self) -> None:
        self._answer(200)

    def do_PATCH(self) -> None:
        api, body = self.server, json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        api.sent.append(body)
        if api.refused:
            self._answer(api.refused)
        elif api.conflicts:
            api.conflicts -= 1
            self._answer(409)
        else:
            assert self.headers["Content-Type"] == "application/merge-patch+json"
            api.node["spec"] |= body["spec"]
            self._answer(200)

    def _answer(self, status: int) -> None:
        assert self.path == f"/api/v1/nodes/{NODE}"
        assert self.headers["Authorization"] == f"Bearer {TOKEN}"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.node).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the library's name)
        """Silence."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "work"
    made.mkdir()
    return made


@pytest.fixture
def serve() -> Iterator[Any]:
    running: list[Api] = []

    def start(*taints: dict[str, str], **more: int) -> Api:
        api = Api(list(taints) if taints else None, **more)
        threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        running.append(api)
        return api

    yield start
    for api in running:
        api.shutdown()
        api.server_close()


def diagnosed(folder: Path, report: dict[str, Any], found: int = 8, expected: int = 8) -> None:
    (folder / node_verdict.COUNT).write_text(str(expected))
    (folder / node_verdict.GPUS).write_text("".join(f"GPU {i}: NVIDIA H100 (UUID: GPU-{i})\n" for i in range(found)))
    (folder / node_verdict.RESULT).write_text(json.dumps(report))


Verdict = str | tuple[int, ...]
"""A word, or a failure with the numbers of what DCGM warned of."""


def written(verdict: Verdict) -> dict[str, Any]:
    if isinstance(verdict, str):
        return {"status": verdict}
    return {"status": "Fail", "warnings": [{"error_id": each, "error_severity": 5, "warning": "…"} for each in verdict]}


def report(gpus: dict[str, list[Verdict]], totals: dict[str, Verdict] | None = None) -> dict[str, Any]:
    """As dcgmi 4 writes it: test → verdict of each GPU, and of all together where it is said otherwise."""
    tests = [
        {
            "name": name,
            "results": [{"entity_group": "GPU", "entity_id": i, **written(v)} for i, v in enumerate(verdicts)],
            "test_summary": written((totals or {}).get(name) or next((v for v in verdicts if v != "Pass"), "Pass")),
        }
        for name, verdicts in gpus.items()
    ]
    return {"DCGM Diagnostic": {"test_categories": [{"category": "Deployment", "tests": tests}]}, "metadata": {}}


HEALTHY = report({"software": ["Pass"]})
FAULTY_MEMORY = report({"memory": ["Fail"]})
OFF = 29


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (report({"software": ["Pass"], "memory": ["Pass", "Pass"], "pcie": ["Skip"]}), ""),
        (report({"software": ["Pass"], "memory": ["Fail"]}), "memory"),
        (report({"memory": ["Pass", "Pass", "Fail", "Pass"]}), "memory"),
        (report({"software": [(OFF,), (OFF,)]}), ""),
        # As it was seen on a GB10 (DCGM 4.2.3): the sum says that it failed, and of nothing why.
        (report({"software": [(OFF,)]}, {"software": "Fail"}), ""),
        (report({"software": [(OFF,), "Fail"]}), "software"),
        (report({"software": [(OFF, 3)]}), "software"),
        (report({"software": [(OFF,)]}, {"software": (OFF, 136)}), "software"),
        (report({"software": ["Pass"]}, {"software": "Fail"}), "software"),
        (report({"Page Retirement/Row Remap": ["Fail"]}), "Page-Retirement-Row-Remap"),
        (report({"x" * 70: ["Fail"]}), "x" * 63),
    ],
    ids=[
        "healthy",
        "memory",
        "one GPU of four",
        "persistence mode alone",
        "and a sum without a reason",
        "and another GPU without a reason",
        "and another fault of the GPU",
        "and another fault of the node",
        "the sum alone",
        "no taint's value",
        "too long for a value",
    ],
)
def test_a_failed_test_is_a_fault_but_for_a_setting_of_the_driver(
    folder: Path, given: dict[str, Any], fault: str
) -> None:
    diagnosed(folder, given)

    assert node_verdict.fault_of(folder) == fault


@pytest.mark.parametrize("given", [report({}), report({"software": ["Skip"], "memory": ["Not Run"]})])
def test_what_judged_nothing_is_no_verdict(folder: Path, given: dict[str, Any]) -> None:
    diagnosed(folder, given)

    with pytest.raises(SystemExit, match="no verdict"):
        node_verdict.fault_of(folder)


def test_words_before_the_report_are_skipped(folder: Path) -> None:
    diagnosed(folder, FAULTY_MEMORY)
    file = folder / node_verdict.RESULT
    file.write_text("Successfully ran diagnostic for group.\n" + file.read_text())

    assert node_verdict.fault_of(folder) == "memory"


@pytest.mark.parametrize(("found", "expected", "fault"), [(7, 8, "7-of-8-gpus"), (0, 0, "0-of-0-gpus"), (4, 0, "")])
def test_missing_gpus_are_a_fault_whatever_the_diagnostic_says(
    folder: Path, found: int, expected: int, fault: str
) -> None:
    diagnosed(folder, HEALTHY, found, expected)

    assert node_verdict.fault_of(folder) == fault


def test_a_healthy_node_loses_the_startup_taint_and_nothing_else(serve: Any, folder: Path) -> None:
    api = serve(as_taint(TAINT), as_taint(UNCHECKED))
    diagnosed(folder, HEALTHY)

    node_verdict.report(api.cluster(folder), folder, health.UNCHECKED, health.UNHEALTHY)

    assert api.sent == [{"metadata": {"resourceVersion": "7"}, "spec": {"taints": [as_taint(TAINT)]}}]


def test_an_unhealthy_node_gets_another_taint_in_its_place(serve: Any, folder: Path) -> None:
    api = serve(as_taint(TAINT), as_taint(UNCHECKED))
    diagnosed(folder, FAULTY_MEMORY)

    node_verdict.report(api.cluster(folder), folder, health.UNCHECKED, health.UNHEALTHY)

    assert api.node["spec"]["taints"] == [as_taint(TAINT), {**UNHEALTHY, "value": "memory"}]


def test_a_node_at_work_is_taken_for_healthy(serve: Any, folder: Path) -> None:
    api = serve(as_taint(UNCHECKED))
    (folder / node_verdict.IN_USE).touch()

    node_verdict.report(api.cluster(folder), folder, health.UNCHECKED, health.UNHEALTHY)

    assert api.node["spec"]["taints"] == []


def test_what_others_change_meanwhile_is_read_again(serve: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_verdict, "SECONDS_BETWEEN", 0)
    api = serve(as_taint(UNCHECKED), conflicts=3)
    diagnosed(folder, HEALTHY)

    node_verdict.report(api.cluster(folder), folder, health.UNCHECKED, health.UNHEALTHY)
    assert len(api.sent) == 4

    endless = serve(as_taint(UNCHECKED), conflicts=1000)
    with pytest.raises(SystemExit, match="changed by others 30 times"):
        node_verdict.report(endless.cluster(folder), folder, health.UNCHECKED, health.UNHEALTHY)


def test_a_refusal_ends_the_step(serve: Any, folder: Path) -> None:
    api = serve(as_taint(UNCHECKED), refused=403)
    diagnosed(folder, HEALTHY)

    with pytest.raises(OSError, match="403"):
        node_verdict.report(api.cluster(folder), folder, health.UNCHECKED, health.UNHEALTHY)
    assert len(api.sent) == 1


def test_preparing_says_how_many_gpus_there_should_be_and_forgets_the_last_time(serve: Any, folder: Path) -> None:
    api = serve(as_taint(TAINT), as_taint(UNCHECKED))
    (folder / node_verdict.IN_USE).touch()
    diagnosed(folder, FAULTY_MEMORY)

    node_verdict.prepare(api.cluster(folder), folder, health.UNCHECKED, {"p5.48xlarge": 8})

    assert {file.name: file.read_text() for file in folder.iterdir()} == {node_verdict.COUNT: "8"}


@pytest.mark.parametrize("taints", [(), (as_taint(TAINT),)], ids=["no taint", "the others"])
def test_a_node_that_was_checked_is_left_alone(serve: Any, folder: Path, taints: tuple[dict[str, str], ...]) -> None:
    api = serve(*taints)

    node_verdict.prepare(api.cluster(folder), folder, health.UNCHECKED, {"p5.48xlarge": 8})
    node_verdict.report(api.cluster(folder), folder, health.UNCHECKED, health.UNHEALTHY)

    assert [file.name for file in folder.iterdir()] == [node_verdict.ALREADY_CHECKED]
    assert api.sent == []
