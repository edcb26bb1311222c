"""Whether a container runs the same program tomorrow: images of one tag or digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.plan.model import SECRET, UNKNOWN, Plan
from gpuplatform.plan.values import get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_FIXED: Final = re.compile(r"[^\s@]+(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})")
"""A name with a tag, which is not the one that moves by default; or with a digest. A port of a registry is no tag."""


@check("floating-image", Severity.ERROR, "Every image of a pod is of one tag or digest, and not of `latest`.")
def floating_image(plan: Plan) -> Iterator[Violation]:
    for pod in pods(plan):
        for container in pod.containers:
            image = get_path(container, "image")
            # What is no image at all is the business of manifest.
            if not isinstance(image, str) or image in (SECRET, UNKNOWN, "") or re.search(r"\s", image):
                continue
            name = image.rpartition("/")[2]
            if not _FIXED.fullmatch(name):
                yield Violation(
                    f"{pod.owner.name}: {image} may be another image tomorrow; name a tag or digest", pod.owner
                )
