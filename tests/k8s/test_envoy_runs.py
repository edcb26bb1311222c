"""The gateway's configuration in a real Envoy, before a stub of an engine: what is let through, and what happens when it is full."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import subprocess
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from k8s import envoy
from tests.tools import program

MANY = 1100
"""More than Envoy's own breakers let through."""


class Engine:
    """An engine that notes the paths it is asked for, and holds its answers while `hold` is set."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.open = 0
        self.hold = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        held: list[socket.socket] = []
        self._listener.settimeout(0.1)
        while True:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                if not self.hold.is_set():
                    while held:
                        _answer(held.pop())
                    self.open = 0
                continue
            except OSError:
                return
            connection.settimeout(5)
            request = b""
            while b"\r\n\r\n" not in request and (more := connection.recv(65536)):
                request += more
            self.paths.append(request.split(b" ")[1].decode() if request else "")
            if self.hold.is_set():
                held.append(connection)
                self.open = len(held)
            else:
                _answer(connection)

    def close(self) -> None:
        self._listener.close()


def _answer(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
    connection.close()


@dataclass(frozen=True, kw_only=True)
class Gateway:
    port: int
    metrics_port: int
    engine: Engine

    def get(self, path: str, port: int | None = None) -> int | None:
        """The status; None where the connection was refused or reset."""
        connection = HTTPConnection("127.0.0.1", port or self.port, timeout=5)
        try:
            # As it stands: a client library would tidy the path up.
            connection.putrequest("POST", path, skip_host=False)
            connection.putheader("content-length", "0")
            connection.endheaders()
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def ready(self) -> int | None:
        return self.get(envoy.READY_PATH, self.metrics_port)

    def metrics(self) -> str:
        connection = HTTPConnection("127.0.0.1", self.metrics_port, timeout=5)
        connection.request("GET", envoy.METRICS_PATH)
        return connection.getresponse().read().decode()

    def open(self, path: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        connection.sendall(f"POST {path} HTTP/1.1\r\nhost: m\r\ncontent-length: 0\r\n\r\n".encode())
        return connection


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def running(folder: Path, max_connections: int | None = None) -> Generator[Gateway]:
    """Envoy with the gateway's own configuration; only ports are others, and the engine is on this machine."""
    binary, engine = program("envoy"), Engine()
    configuration: dict[str, Any] = envoy.configuration({"llama": "/v1"}, "serving")
    ports = {port: _free_port() for port in (envoy.PORT, envoy.METRICS_PORT, envoy.ADMIN_PORT)}
    ports[envoy.MODEL_PORT] = engine.port
    static = configuration["static_resources"]
    for cluster in static["clusters"]:
        cluster["type"] = "STATIC"
    for address in _addresses(configuration):
        address["port_value"] = ports[address["port_value"]]
        address["address"] = "127.0.0.1"
    if max_connections is not None:
        (monitor,) = configuration["overload_manager"]["resource_monitors"]
        monitor["typed_config"]["max_active_downstream_connections"] = max_connections
    file = folder / "envoy.json"
    file.write_text(json.dumps(configuration), encoding="utf-8")
    log = (folder / "envoy.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(
        [binary, "-c", str(file), "--concurrency", "2", "-l", "warning", "--disable-hot-restart"],
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    gateway = Gateway(port=ports[envoy.PORT], metrics_port=ports[envoy.METRICS_PORT], engine=engine)
    try:
        deadline = time.monotonic() + 20
        while gateway.ready() != 200:
            log.seek(0)
            assert process.poll() is None, log.read()
            assert time.monotonic() < deadline, log.read()
            time.sleep(0.1)
        yield gateway
    finally:
        process.terminate()
        process.wait(10)
        log.close()
        engine.close()


def _addresses(configuration: dict[str, Any]) -> Iterator[dict[str, Any]]:
    static = configuration["static_resources"]
    yield configuration["admin"]["address"]["socket_address"]
    for listener in static["listeners"]:
        yield listener["address"]["socket_address"]
    for cluster in static["clusters"]:
        for endpoint in cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]:
            yield endpoint["endpoint"]["address"]["socket_address"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("envoy")) as found:
        yield found


def test_a_models_api_is_reached_without_the_models_name(gateway: Gateway) -> None:
    assert gateway.get("/llama/v1/chat/completions?stream=1") == 200
    assert gateway.engine.paths[-1] == "/v1/chat/completions?stream=1"


@pytest.mark.parametrize(
    "path",
    [
        "/llama/invocations",
        "/llama/metrics",
        "/llama/",
        "/llama/health",
        "/llama/v1",
        "/llama/v10/x",
        "/llama/v1/../metrics",
        "/llama/v1/%2e%2e/metrics",
        "/llama/v1/.%2E/metrics",
        "/llama/v1/..%2fmetrics",
        "/llama/v1/..%5cmetrics",
        "/llama//metrics",
        "/llama/v1/../../llama/metrics",
        "//llama/metrics",
        "/metrics",
        "/stats/prometheus",
        "/ready",
        "/quitquitquit",
        "/other/v1/models",
    ],
)
def test_nothing_beside_the_api_is_reached(gateway: Gateway, path: str) -> None:
    asked = len(gateway.engine.paths)

    assert gateway.get(path) in (400, 404)
    assert gateway.engine.paths[asked:] == []


def test_what_reaches_an_engine_is_below_its_api_whatever_is_tried(gateway: Gateway) -> None:
    for path in ("/llama/v1/./models", "/llama//v1//models", "/x/../llama/v1/models", "/llama/v1/a/../models"):
        gateway.get(path)
    assert [path for path in gateway.engine.paths if not path.startswith("/v1/")] == []


def test_prometheus_reads_the_metrics_that_alerts_and_scaler_name(gateway: Gateway) -> None:
    gateway.get("/llama/v1/models")
    text = gateway.metrics()

    assert 'envoy_cluster_upstream_rq_completed{envoy_cluster_name="llama"}' in text
    assert 'envoy_cluster_upstream_rq_active{envoy_cluster_name="llama"}' in text
    assert 'envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="llama"}' in text
    assert 'envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix="inference"}' in text


def test_what_no_copy_answers_counts_as_a_failure_of_the_model(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        gateway.engine.close()
        assert gateway.get("/llama/v1/models") == 503
        assert (
            'envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="llama"} 1'
            in gateway.metrics()
        )


def test_at_the_limit_callers_are_refused_and_probes_are_answered(tmp_path: Path) -> None:
    with running(tmp_path, max_connections=20) as gateway:
        gateway.engine.hold.set()
        held = [gateway.open("/llama/v1/models") for _ in range(20)]
        try:
            _wait_for(lambda: gateway.engine.open == 20)
            assert gateway.get("/llama/v1/models") is None
            assert [gateway.ready() for _ in range(5)] == [200] * 5
        finally:
            gateway.engine.hold.clear()
            for connection in held:
                connection.close()


def test_more_than_1024_requests_are_answered_at_a_time(gateway: Gateway) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else max(soft, 65536), hard))
    gateway.engine.hold.set()
    held: list[socket.socket] = []
    try:
        held = [gateway.open("/llama/v1/models") for _ in range(MANY)]
        _wait_for(lambda: gateway.engine.open == MANY)
        gateway.engine.hold.clear()
        statuses = {connection.recv(64).split(b"\r\n")[0] for connection in held}
    finally:
        gateway.engine.hold.clear()
        for connection in held:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert statuses == {b"HTTP/1.1 200 OK"}


def _wait_for(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
