"""Whether images of Amazon ECR are where their users can pull them from: a registry has a region, and often an account of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpuplatform.catalog.registries import DEEP_LEARNING_ACCOUNTS, deep_learning_account
from gpuplatform.kinds import sagemaker
from gpuplatform.plan.every_text import every_text
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.checking.check import Severity, Violation, check

SAGEMAKER_MODEL = sagemaker.MODEL
RUN_PODS = ("Deployment", "StatefulSet", "DaemonSet", "Pod", "Job", "CronJob", "JobSet", "LeaderWorkerSet")

_IMAGE = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/\S+")


def _images(plan: Plan) -> Iterator[tuple[PlannedResource, re.Match[str]]]:
    for resource, path, text in every_text(plan):
        if resource.type == SAGEMAKER_MODEL or resource.type.rpartition(":")[2] in RUN_PODS:
            found = _IMAGE.fullmatch(text) if path.endswith("image") else None
            if found:
                yield resource, found


@check("image-registry", Severity.ERROR, "An image of Amazon ECR is in a registry that can be pulled from.")
def image_registry(plan: Plan) -> Iterator[Violation]:
    for resource, image in _images(plan):
        own = deep_learning_account(image["region"])
        if image["account"] in DEEP_LEARNING_ACCOUNTS and image["account"] != own:
            yield Violation(
                f"{resource.name}: {image.group()}: the Deep Learning Containers of {image['region']} are in account {own}",
                resource,
            )
        # SageMaker's CreateModel: the image "must be in the same region as the model or endpoint you are creating".
        elif resource.type == SAGEMAKER_MODEL and image["region"] != plan.region:
            yield Violation(
                f"{resource.name}: {image.group()}: SageMaker pulls from registries of its own region alone, {plan.region}",
                resource,
            )
