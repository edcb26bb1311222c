"""AWS Secrets Manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, PolicyDocument, PolicyKind
from gpuplatform.kinds.pricing.charge import Entry, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource
from gpuplatform.plan.values import as_list
from gpuplatform.plan.wording import counted

SECRET: Final = "aws:secretsmanager/secret:Secret"
SECRET_POLICY: Final = "aws:secretsmanager/secretPolicy:SecretPolicy"

_FREE: Final = Free("part of the secret, which is priced by the month (aws.amazon.com/secrets-manager/pricing)")


def secret(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A replica in another region is a secret of its own (aws.amazon.com/secrets-manager/pricing)."""
    copies = 1 + len(as_list(resource.inputs.get("replicas")))
    what = "secret" if copies == 1 else f"secret, and {counted(copies - 1, 'replica')}"
    yield steady(context, what, "secretsmanager", "secret", copies)
    among = context.count(SECRET)
    yield shared(context, "requests for the secret", "secretsmanager", "requests", "secret_reads", among)


KINDS: Final = (
    Kind(
        SECRET,
        price=secret,
        arn="arn:{p}:secretsmanager:{r}:{a}:secret:{n}-{s}",
        unique_name="name",
        holds="its value",
        api=Api(shapes=("secretsmanager.CreateSecretRequest",)),
    ),
    Kind(SECRET_POLICY, policies={"policy": PolicyDocument(PolicyKind.RESOURCE)}, price=_FREE),
    Kind("aws:secretsmanager/secretRotation:SecretRotation", price=_FREE),
    Kind("aws:secretsmanager/secretVersion:SecretVersion", price=_FREE),
)
