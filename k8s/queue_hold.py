"""Holds or releases ClusterQueues through the API server: `queue_hold.py POLICY QUEUE…`.

It runs in a container that has Python and nothing of ours.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import urllib.request
from pathlib import Path

API = "/apis/kueue.x-k8s.io/v1beta2/clusterqueues"
SECRETS = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def set_policy(server: str, policy: str, queues: list[str], token: str, tls: ssl.SSLContext | None) -> None:
    """Raises HTTPError for a queue that cannot be changed, after the others are."""
    failed: list[OSError] = []
    for queue in queues:
        body = json.dumps({"spec": {"stopPolicy": policy}}).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"}
        request = urllib.request.Request(f"{server}{API}/{queue}", body, headers, method="PATCH")
        try:
            with urllib.request.urlopen(request, timeout=10, context=tls):
                print(f"{queue}: {policy}")
        except OSError as error:
            print(f"{queue}: {error}")
            failed.append(error)
    if failed:
        raise failed[0]


if __name__ == "__main__":
    set_policy(
        f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}",
        sys.argv[1],
        sys.argv[2:],
        (SECRETS / "token").read_text(),
        ssl.create_default_context(cafile=str(SECRETS / "ca.crt")),
    )
