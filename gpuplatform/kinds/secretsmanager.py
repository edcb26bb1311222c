"""AWS Secrets Manager."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind

SECRET: Final = "aws:secretsmanager/secret:Secret"
SECRET_POLICY: Final = "aws:secretsmanager/secretPolicy:SecretPolicy"

_FREE: Final = Free("part of the secret, which is priced by the month (aws.amazon.com/secrets-manager/pricing)")

KINDS: Final = (
    Kind(
        SECRET,
        arn="arn:{p}:secretsmanager:{r}:{a}:secret:{n}-{s}",
        unique_name="name",
        holds="its value",
        api=Api(shapes=("secretsmanager.CreateSecretRequest",)),
    ),
    Kind(SECRET_POLICY, price=_FREE),
    Kind("aws:secretsmanager/secretRotation:SecretRotation", price=_FREE),
    Kind("aws:secretsmanager/secretVersion:SecretVersion", price=_FREE),
)
