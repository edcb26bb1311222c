"""Whether what holds data is kept, where an environment keeps anything"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import kms, s3
from gpuplatform.kinds.registry import all_kinds
from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Severity, Violation, check

KEY: Final = kms.KEY


@check("unprotected-data", Severity.ERROR, "Where an environment protects anything, all that holds data is protected.")
def unprotected_data(plan: Plan) -> Iterator[Violation]:
    """And the keys that buckets and file systems are encrypted with, and no bucket is emptied to be removed."""
    if not any(resource.protect for resource in plan.resources):
        return
    holders = [resource for row in all_kinds().values() if row.protected for resource in plan.all(row.token)]
    stated = plan.all(s3.BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION)
    encrypted = [*holders, *stated]
    used = {urn for one in encrypted for key in ("kmsKeyId", "rules") for urn in one.property_dependencies.get(key, ())}
    for resource in [*holders, *(key for key in plan.all(KEY) if key.urn in used)]:
        if not resource.protect and not resource.retain_on_delete:
            yield Violation(
                f"{resource.name}: holds data and is not protected; set protect, or retain_on_delete", resource
            )
        elif resource.inputs.get("forceDestroy") is True:
            yield Violation(
                f"{resource.name}: force_destroy empties it, though it is protected; leave it out", resource
            )
