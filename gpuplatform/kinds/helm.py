"""Helm releases."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Created, Duration, Kind, immutable
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json


def release(created: Created) -> tuple[str, dict[str, Json]]:
    """Identifier and outputs of a release that is deployed."""
    name, namespace = str(created.inputs.get("name") or created.name), str(created.inputs.get("namespace") or "default")
    status = {"status": "deployed", "name": name, "namespace": namespace, "revision": 1}
    return f"{namespace}/{name}", {"name": name, "namespace": namespace, "status": status}


KINDS: Final = (
    Kind(
        RELEASE,
        immutable=(
            immutable(
                "pulumi/pulumi-kubernetes provider/pkg/provider/helm_release.go: forceNewFields", "name", "namespace"
            ),
        ),
        duration=Duration(
            seconds=120,
            source="operators take 60 to 180 s until their pods are ready, by experience; no log at hand",
            measured=False,
        ),
        durations={
            "definitions": Duration(
                seconds=10,
                source="a chart of custom resource definitions alone has no pod to wait for; no log at hand",
                measured=False,
            )
        },
    ),
)
