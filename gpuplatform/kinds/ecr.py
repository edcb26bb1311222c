"""Amazon ECR."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, PolicyDocument, PolicyKind
from gpuplatform.kinds.pricing.charge import Entry, shared
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

LIFECYCLE_POLICY: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
REPOSITORY: Final = "aws:ecr/repository:Repository"
REPOSITORY_POLICY: Final = "aws:ecr/repositoryPolicy:RepositoryPolicy"

_FREE: Final = Free("part of the repository, which is priced by its size (aws.amazon.com/ecr/pricing)")


def repository(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield shared(context, "images", "ecr", "storage", "image_gb", context.count(REPOSITORY))


KINDS: Final = (
    Kind(
        REPOSITORY,
        price=repository,
        arn="arn:{p}:ecr:{r}:{a}:repository/{n}",
        unique_name="name",
        holds="its images",
        api=Api(shapes=("ecr.CreateRepositoryRequest",), renamed={"name": "ecr.RepositoryName"}),
    ),
    Kind(LIFECYCLE_POLICY, json=("policy",), price=_FREE),
    Kind("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", price=_FREE),
    Kind("aws:ecr/registryPolicy:RegistryPolicy", price=_FREE),
    Kind(REPOSITORY_POLICY, policies={"policy": PolicyDocument(PolicyKind.REPOSITORY)}, price=_FREE),
)
