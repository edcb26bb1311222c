"""Alertmanager's configuration in a real Alertmanager, which gets its credentials as a pod does and delivers to a stub of SNS."""

from __future__ import annotations

import datetime
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from k8s import alertmanager
from k8s.alertmanager import Topics
from tests.tools import program

PEOPLE = "arn:aws:sns:eu-west-1:111122223333:alerts"
HEARTBEAT = "arn:aws:sns:eu-west-1:111122223333:heartbeat"
KEY = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session")
TOKEN = "token-of-the-pod"
TOPICS = Topics(alerts=PEOPLE, heartbeat=HEARTBEAT, key_arn=None)


@dataclass
class Sns:
    """Plays the Pod Identity agent, and SNS: it takes what is signed with the credentials that it gave out."""

    published: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    refused: list[str] = field(default_factory=list[str])

    def start(self) -> ThreadingHTTPServer:
        sns = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.headers.get("Authorization") != TOKEN:
                    return self._send(403, b"")
                expiration = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)).strftime("%FT%TZ")
                given = {
                    "AccessKeyId": KEY.access_key,
                    "SecretAccessKey": KEY.secret_key,
                    "Token": KEY.token,
                    "Expiration": expiration,
                }
                return self._send(200, json.dumps(given).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if fault := signature_fault(self.path, self.headers, body):
                    sns.refused.append(fault)
                    return self._send(
                        403, b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"
                    )
                sns.published.append(dict(urllib.parse.parse_qsl(body.decode())))
                done = b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
                return self._send(200, done)

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


def signature_fault(path: str, headers: Message, body: bytes) -> str:
    """What is wrong with a request's signature (Signature Version 4, for SNS in the topic's region); empty if nothing is."""
    given = headers.get("Authorization", "")
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=(\S+?)/\d{8}/eu-west-1/sns/aws4_request, SignedHeaders=(\S+?), Signature=(\w+)",
        given,
    )
    if not match:
        return f"Authorization: {given}"
    access_key, signed, signature = match.groups()
    if access_key != KEY.access_key or headers.get("X-Amz-Security-Token") != KEY.token:
        return f"signed by {access_key}"
    request = AWSRequest("POST", f"http://{headers['Host']}{path}", data=body)
    for name in signed.split(";"):
        request.headers[name] = headers[name]
    request.context["timestamp"] = headers["X-Amz-Date"]
    signer = SigV4Auth(KEY, "sns", "eu-west-1")
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return "" if signer.signature(text, request) == signature else "the signature does not match"


@dataclass(frozen=True, kw_only=True)
class Running:
    url: str
    sns: Sns

    def ring(self, alert: str, *, over: bool = False, **labels: str) -> None:
        now = datetime.datetime.now(datetime.UTC)
        body = {
            "labels": {"alertname": alert, **labels},
            "annotations": {"summary": f"{alert} of {labels.get('node', '')}", "runbook": "docs/runbooks/gpu-sick.md"},
            "startsAt": (now - datetime.timedelta(minutes=1)).isoformat(),
            **({"endsAt": now.isoformat()} if over else {}),
        }
        request = urllib.request.Request(
            f"{self.url}/api/v2/alerts", json.dumps([body]).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5):
            pass

    def told(self, topic: str, alert: str) -> list[dict[str, str]]:
        return [m for m in self.sns.published if m["TopicArn"] == topic and alert in m["Subject"]]


def configuration(topics: Topics = TOPICS) -> dict[str, Any]:
    return alertmanager.configuration(topics, "eu-west-1")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("alertmanager")
    binary, sns = program("alertmanager"), Sns()
    server = sns.start()
    address = f"http://127.0.0.1:{server.server_port}"
    config = configuration()
    for route in (config["route"], *config["route"]["routes"]):
        # As in life, only faster.
        route.update({key: "1s" for key in ("group_wait", "group_interval", "repeat_interval") if key in route})
    config["route"]["repeat_interval"] = "1h"
    for receiver in config["receivers"]:
        for sender in receiver.get("sns_configs", []):
            sender["api_url"] = address
    file = folder / "alertmanager.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "token").write_text(TOKEN, encoding="utf-8")
    log = (folder / "log").open("w+", encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [
            *(binary, f"--config.file={file}", f"--storage.path={folder}", "--cluster.listen-address="),
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        env={
            "PATH": os.environ["PATH"],
            # What EKS puts into the pods of a service account that has rights.
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(folder / "token"),
            # Debian's Alertmanager, 0.25, does not know the file yet.
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN,
            "AWS_EC2_METADATA_DISABLED": "true",
        },
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(f"{url}/-/ready"), lambda: (folder / "log").read_text())
        yield Running(url=url, sns=sns)
    finally:
        process.terminate()
        process.wait(10)
        log.close()
        server.shutdown()
        server.server_close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_for(condition: Callable[[], object], told: Callable[[], str] = lambda: "", seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not come about: {told()}"
        time.sleep(0.05)


def test_amtool_takes_the_configuration(tmp_path: Path) -> None:
    for topics in (TOPICS, Topics(alerts=PEOPLE, heartbeat=None, key_arn=None)):
        file = tmp_path / "alertmanager.yaml"
        file.write_text(yaml.safe_dump(configuration(topics)), encoding="utf-8")
        done = subprocess.run(
            [program("amtool"), "check-config", str(file)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_alert_reaches_the_topic_signed_with_the_pods_credentials(running: Running) -> None:
    running.ring("GpuXidFatal", severity="critical", node="n1", gpu="3", namespace="monitoring")
    wait_for(lambda: running.told(PEOPLE, "GpuXidFatal"), lambda: str(running.sns))
    (message,) = running.told(PEOPLE, "GpuXidFatal")

    assert running.sns.refused == []
    assert message["Action"] == "Publish"
    assert message["Subject"] == "[FIRING] critical GpuXidFatal in monitoring"
    assert "RINGS: GpuXidFatal of n1\nRunbook: docs/runbooks/gpu-sick.md\nSince: " in message["Message"]
    assert "  gpu: 3\n" in message["Message"]


def test_people_are_told_when_it_is_over(running: Running) -> None:
    running.ring("GpuSlowed", severity="warning", node="n7")
    wait_for(lambda: running.told(PEOPLE, "GpuSlowed"))
    running.ring("GpuSlowed", severity="warning", node="n7", over=True)
    wait_for(lambda: len(running.told(PEOPLE, "GpuSlowed")) == 2)

    assert running.told(PEOPLE, "GpuSlowed")[-1]["Subject"] == "[RESOLVED] warning GpuSlowed"
    assert running.told(PEOPLE, "GpuSlowed")[-1]["Message"].startswith("OVER: ")


def test_signs_of_life_go_on_and_on_and_to_nobody_else(running: Running) -> None:
    running.ring("Watchdog", severity="none")
    wait_for(lambda: len(running.told(HEARTBEAT, "Watchdog")) >= 3)

    assert running.told(PEOPLE, "Watchdog") == []


def test_what_nobody_acts_on_is_sent_to_nobody(running: Running) -> None:
    running.ring("CPUThrottlingHigh", severity="info", node="n1")
    running.ring("Marker", severity="warning")
    wait_for(lambda: running.told(PEOPLE, "Marker"))

    assert not [m for m in running.sns.published if "CPUThrottlingHigh" in m["Subject"]]


def test_of_a_node_that_is_gone_its_gpus_are_not_told_as_well(running: Running) -> None:
    running.ring("GpuNodeNotReady", severity="critical", node="n3")
    wait_for(lambda: running.told(PEOPLE, "GpuNodeNotReady"))
    running.ring("GpuNotMeasured", severity="warning", node="n3")
    running.ring("GpuNotMeasured", severity="warning", node="n4")
    wait_for(lambda: running.told(PEOPLE, "GpuNotMeasured"))

    told = "".join(m["Message"] for m in running.told(PEOPLE, "GpuNotMeasured"))
    assert "n4" in told
    assert "n3" not in told


def test_a_warning_is_not_told_beside_its_own_critical_form(running: Running) -> None:
    running.ring("DiskFilling", severity="critical", namespace="a")
    wait_for(lambda: running.told(PEOPLE, "DiskFilling"))
    running.ring("DiskFilling", severity="warning", namespace="a")
    running.ring("DiskFilling", severity="warning", namespace="b")
    wait_for(lambda: len(running.told(PEOPLE, "DiskFilling")) == 2)

    assert {m["Subject"] for m in running.told(PEOPLE, "DiskFilling")} == {
        "[FIRING] critical DiskFilling in a",
        "[FIRING] warning DiskFilling in b",
    }


def test_critical_alerts_are_repeated_sooner_than_warnings() -> None:
    route = configuration()["route"]
    (critical,) = [r for r in route["routes"] if r["matchers"] == ['severity = "critical"']]

    assert (critical["repeat_interval"], route["repeat_interval"]) == ("2h", "12h")


def test_signs_of_life_come_more_often_than_silence_is_noticed() -> None:
    from components.heartbeat import SILENT_MINUTES

    assert 2 * (alertmanager.HEARTBEAT_MINUTES + 1) < SILENT_MINUTES


def test_alertmanager_may_publish_to_its_topics_and_nothing_more() -> None:
    (publish,) = alertmanager.statements(TOPICS)
    assert (publish["Action"], publish["Resource"]) == (["sns:Publish"], [PEOPLE, HEARTBEAT])

    encrypted = alertmanager.statements(Topics(alerts=PEOPLE, heartbeat=None, key_arn="arn:aws:kms:::key/k"))
    assert encrypted[0]["Resource"] == [PEOPLE]
    assert {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(encrypted[1]["Action"])
