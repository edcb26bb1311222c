"""Whether nodes speak the version of Lustre that FSx makes.

Source: FSx API reference, CreateFileSystem, FileSystemTypeVersion (botocore 1.44.5): 2.10 by default, but 2.12 of PERSISTENT_2 and 2.15 of
that with a metadata configuration. Amazon Linux 2023 has a client of 2.15 alone, which does not mount 2.10 (amazon-linux-2023#723,
aws-fsx-csi-driver#437).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import fsx
from gpuplatform.kinds.tokens import NODE_CLASS, NODE_GROUP
from gpuplatform.plan.model import SECRET, UNKNOWN, Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path, strings
from gpuplatform.preview.checking.check import Severity, Violation, check

OLD: Final = "2.10"


@check("lustre-version", Severity.ERROR, "Nodes speak the Lustre of the file systems that they mount.")
def lustre_version(plan: Plan) -> Iterator[Violation]:
    for system in plan.all(fsx.LUSTRE_FILE_SYSTEM):
        version, stated = _version(system), _stated(system)
        if system.inputs.get("deploymentType") == "PERSISTENT_2" and version == OLD:
            yield Violation(f"{system.name}: PERSISTENT_2 does not have Lustre {OLD}; write 2.15", system)
        elif version == OLD and _al2023(plan):
            told = "is" if stated else "is not stated, and FSx makes"
            yield Violation(
                f"{system.name}: file_system_type_version {told} {OLD}, which nodes of Amazon Linux 2023 do not mount; write 2.15",
                system,
            )


@check(
    "lustre-version-unstated", Severity.WARNING, "A file system states its version of Lustre, which is never lowered."
)
def lustre_version_unstated(plan: Plan) -> Iterator[Violation]:
    for system in plan.all(fsx.LUSTRE_FILE_SYSTEM):
        version = _version(system)
        if not _stated(system) and version not in (OLD, UNKNOWN) and _al2023(plan):
            yield Violation(
                f"{system.name}: file_system_type_version is not stated: FSx makes {version} of this deployment, and 2.10 of others, which "
                "nodes of Amazon Linux 2023 do not mount; write 2.15",
                system,
            )


def _stated(system: PlannedResource) -> bool:
    return bool(system.inputs.get("fileSystemTypeVersion"))


def _version(system: PlannedResource) -> str:
    inputs = system.inputs
    if written := inputs.get("fileSystemTypeVersion"):
        return UNKNOWN if written == SECRET else str(written)
    if inputs.get("backupId"):
        return UNKNOWN
    if inputs.get("deploymentType") != "PERSISTENT_2":
        return OLD
    return "2.15" if inputs.get("metadataConfiguration") else "2.12"


def _al2023(plan: Plan) -> bool:
    """Whether some nodes are of Amazon Linux 2023."""
    groups = any("AL2023" in str(group.inputs.get("amiType")) for group in plan.all(NODE_GROUP))
    terms = [t for c in plan.all(NODE_CLASS) for t in as_list(get_path(c.inputs, "spec", "amiSelectorTerms"))]
    return groups or any(text.startswith("al2023@") for term in terms for text in strings(get_path(term, "alias")))
