"""A namespace that says how much its pods may do, and a service account for AWS rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pulumi
import pulumi_kubernetes as kubernetes

PodSecurity = Literal["restricted", "baseline", "privileged"]


def namespace(
    name: str,
    *,
    enforce: PodSecurity,
    warn: PodSecurity,
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions | None = None,
) -> kubernetes.core.v1.Namespace:
    """Pods beyond `enforce` are refused; those beyond `warn` are admitted, with a warning to who sends them and in the audit log."""
    prefix = "pod-security.kubernetes.io"
    security = {f"{prefix}/enforce": enforce, f"{prefix}/warn": warn, f"{prefix}/audit": warn}
    return kubernetes.core.v1.Namespace(name, metadata={"name": name, "labels": {**labels, **security}}, opts=opts)


def service_account(
    name: str,
    *,
    namespace: pulumi.Input[str],
    account: str,
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions | None = None,
) -> kubernetes.core.v1.ServiceAccount:
    """An account for Pod Identity, which brings its own token: pods get none for the Kubernetes API.

    It must depend on the association: pods that start before that get no credentials.
    """
    return kubernetes.core.v1.ServiceAccount(
        name,
        metadata={"name": account, "namespace": namespace, "labels": dict(labels)},
        automount_service_account_token=False,
        opts=opts,
    )
