"""Whether a claim on a volume finds a class that makes one, and one of the kind it asks for"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import eks
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"
_DISKS: Final = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs")
_SHARED: Final = ("ReadWriteMany", "ReadOnlyMany")


@check(
    "claim-class",
    Severity.ERROR,
    "Every claim names a storage class, or there is one by default; a disk is for one node.",
)
def claim_class(plan: Plan) -> Iterator[Violation]:
    """EKS makes no class the default one since Kubernetes 1.30 (EKS user guide, "Kubernetes versions", read 2026-11-22)."""
    classes = {str(get_path(body, "metadata", "name")): body for _, body in of_kind(plan, "StorageClass")}
    default = any(get_path(c, "metadata", "annotations", _DEFAULT) == "true" for c in classes.values()) or _by_addon(
        plan
    )
    for resource, path, claim in _claims(plan):
        named = get_path(claim, "storageClassName")
        if named is None and get_path(claim, "volumeName") is None and not default:
            there = ", ".join(sorted(classes)) or "none"
            yield Violation(
                f"{resource.name}: {path}storageClassName is missing, and no class is the default; there is {there}",
                resource,
            )
        shared = [mode for mode in as_list(get_path(claim, "accessModes")) if mode in _SHARED]
        maker = get_path(classes.get(str(named)), "provisioner")
        if shared and maker in _DISKS and get_path(claim, "volumeMode") != "Block":
            yield Violation(
                f"{resource.name}: {path}accessModes: {shared[0]}, but {named} makes disks, which are one node's",
                resource,
            )


def _claims(plan: Plan) -> Iterator[tuple[PlannedResource, str, Json]]:
    for resource, body in of_kind(plan, "PersistentVolumeClaim"):
        yield resource, "spec.", body.get("spec")
    for resource, body in of_kind(plan, "StatefulSet"):
        for index, template in enumerate(as_list(get_path(body, "spec", "volumeClaimTemplates"))):
            yield resource, f"spec.volumeClaimTemplates[{index}].spec.", get_path(template, "spec")


def _by_addon(plan: Plan) -> bool:
    """Whether the EBS add-on is told to make its class the default."""
    for addon in plan.all(eks.ADDON):
        try:
            told = json.loads(str(addon.inputs.get("configurationValues") or "{}"))
        except ValueError:
            return True
        if get_path(told, "defaultStorageClass", "enabled") is True:
            return True
    return False
