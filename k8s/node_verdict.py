"""Runs before and after DCGM's diagnostic on a GPU node, in a container that has Python and nothing of ours.

`prepare` finds out whether the node still has to be checked, and how many GPUs it should have. `report` takes the startup taint off a
healthy node, or puts the taint of an unhealthy one in its place. Between the two, a container with DCGM writes what it found to the
same folder.
"""

from __future__ import annotations

import json
import os
import re
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

INSTANCE_TYPE = "node.kubernetes.io/instance-type"
PERSISTENCE_OFF = 29
"""DCGM_FR_PERSISTENCE_MODE: the driver unloads when idle. A setting of the image, no fault of the GPU."""

ALREADY_CHECKED, COUNT, GPUS, IN_USE, RESULT = "already-checked", "count", "gpus", "in-use", "result.json"
"""Files in the shared folder: there is nothing to do; how many GPUs there should be; the GPUs that there are; they are at work; what the
diagnostic wrote."""

ATTEMPTS = 30
SECONDS_BETWEEN = 2


class NodeClient:
    """Reads and changes one node through the API server."""

    def __init__(self, server: str, node: str, token: Path, authority: Path | None) -> None:
        self._url = f"{server}/api/v1/nodes/{node}"
        self._token = token
        self._tls = ssl.create_default_context(cafile=str(authority)) if authority else None

    def node(self) -> dict[str, Any]:
        return self._send("GET", None)

    def set_taints(self, version: str, taints: list[dict[str, str]]) -> None:
        """Raises HTTPError 409 if somebody changed the node after `version`."""
        self._send("PATCH", {"metadata": {"resourceVersion": version}, "spec": {"taints": taints}})

    def _send(self, method: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token.read_text()}", "Content-Type": "application/merge-patch+json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10, context=self._tls) as answer:
            return json.load(answer)


def prepare(client: NodeClient, folder: Path, key: str, counts: Mapping[str, int]) -> None:
    """Empties the folder, and writes to it whether the node was checked before, or how many GPUs it should have."""
    for file in (ALREADY_CHECKED, COUNT, GPUS, IN_USE, RESULT):
        (folder / file).unlink(missing_ok=True)
    node = client.node()
    if not _has(node, key):
        (folder / ALREADY_CHECKED).touch()
        print("the startup taint is gone: this node was checked before")
        return
    instance_type = node["metadata"]["labels"].get(INSTANCE_TYPE, "")
    (folder / COUNT).write_text(str(counts.get(instance_type, 0)))
    print(f"{instance_type} should have {counts.get(instance_type, 'an unknown number of')} GPUs")


def report(client: NodeClient, folder: Path, key: str, unhealthy_key: str) -> None:
    """Changes the node's taints as the files in the folder say."""
    if (folder / ALREADY_CHECKED).exists():
        return
    fault = fault_of(folder)
    print(f"unhealthy: {fault}" if fault else "healthy")
    mark = [{"key": unhealthy_key, "value": fault, "effect": "NoSchedule"}] if fault else []
    for _ in range(ATTEMPTS):
        node = client.node()
        if not _has(node, key):
            return
        kept = [taint for taint in node["spec"]["taints"] if taint["key"] != key]
        try:
            client.set_taints(node["metadata"]["resourceVersion"], kept + mark)
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
            time.sleep(SECONDS_BETWEEN)
        else:
            return
    raise SystemExit(f"the node was changed by others {ATTEMPTS} times while its taint was to be taken off")


def fault_of(folder: Path) -> str:
    """What is wrong with the node, as the value of a taint; empty if nothing is."""
    if (folder / IN_USE).exists():
        return ""
    expected = int((folder / COUNT).read_text())
    found = len(re.findall(r"^GPU \d", (folder / GPUS).read_text(), re.MULTILINE))
    if found < expected or not found:
        return f"{found}-of-{expected}-gpus"
    written = (folder / RESULT).read_text()
    tests = [*_tests(json.loads(written[written.index("{") :]))]
    if not any(verdict.get("status") in ("Pass", "Fail") for test in tests for verdict in test.get("results", ())):
        raise SystemExit("the diagnostic passed nothing and failed nothing: that is no verdict")
    failed = [test["name"] for test in tests if _failed(test)]
    return re.sub(r"[^A-Za-z0-9]+", "-", failed[0]).strip("-")[:63] if failed else ""


def _tests(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for category in report["DCGM Diagnostic"]["test_categories"]:
        yield from category["tests"]


def _failed(test: Mapping[str, Any]) -> bool:
    """Whether a test failed for another reason than PERSISTENCE_OFF.

    In this report DCGM writes as a failure what it calls a warning elsewhere; the summary of a test need not say of what.
    """
    fails = [verdict for verdict in test.get("results", ()) if verdict.get("status") == "Fail"]
    if any(_warned(verdict) != {PERSISTENCE_OFF} for verdict in fails):
        return True
    total = test.get("test_summary", {})
    known = _warned(total) == {PERSISTENCE_OFF} or bool(fails and not _warned(total))
    return total.get("status") == "Fail" and not known


def _warned(verdict: Mapping[str, Any]) -> set[Any]:
    return {warning.get("error_id") for warning in verdict.get("warnings", ())}


def _has(node: Mapping[str, Any], key: str) -> bool:
    return any(taint["key"] == key for taint in node["spec"].get("taints", ()))


def main() -> None:
    account = Path(os.environ["ACCOUNT"])
    client = NodeClient(
        f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}",
        os.environ["NODE_NAME"],
        token=account / "token",
        authority=account / "ca.crt",
    )
    folder, key = Path(os.environ["FOLDER"]), os.environ["STARTUP_TAINT"]
    if sys.argv[1] == "prepare":
        prepare(client, folder, key, json.loads(os.environ["GPU_COUNTS"]))
    else:
        report(client, folder, key, os.environ["UNHEALTHY_TAINT"])


if __name__ == "__main__":
    main()
