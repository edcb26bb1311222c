"""Words that the sections share: types that check a value where it is written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo

from components.flow_logs import RETENTION_DAYS


class Section(BaseModel):
    """A part of the settings: immutable, and no key that it does not know."""

    # The text below a field describes it: stacks/reference.py reads that. Pydantic's `use_attribute_docstrings` does it at every start.
    model_config = ConfigDict(frozen=True, extra="forbid")


class EncryptionKey(StrEnum):
    CUSTOMER = "customer"
    AWS_MANAGED = "aws-managed"


def nearest(seen: str, known: Iterable[str], most: int = 3) -> str:
    """`, did you mean a or b?`, or the known names where none is near; for the end of an error sentence."""
    names = list(known)
    near = difflib.get_close_matches(seen, names, n=most, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"accepted: {', '.join(names)}"


def _reference(name: str) -> str:
    # The shapes of the keys that people paste most: Hugging Face, AWS, OpenAI, GitHub, Slack, private keys.
    if re.match(r"hf_|sk-|AKIA|ASIA|gh[pousr]_|xox[abpr]-|-----BEGIN", name) or "/" not in name:
        raise ValueError(
            "looks like a secret itself; write the name under which AWS Secrets Manager keeps it, with a slash, "
            "such as serving/llama/api-key"
        )
    return name


def _not_below_min(value: int, info: ValidationInfo) -> int:
    """On the field, not on its section: so that it is said even where another field is wrong too."""
    fewest = info.data.get("min")
    if fewest is not None and fewest > value:
        raise ValueError(f"min {fewest} is more than max {value}")
    return value


def _kept_by_cloudwatch(days: int) -> int:
    if days not in RETENTION_DAYS:
        near = sorted(RETENTION_DAYS, key=lambda known: abs(known - days))[:2]
        raise ValueError(f"{days}: CloudWatch keeps no log so long; nearest: {near[0]} or {near[1]}")
    return days


LogDays = Annotated[int, AfterValidator(_kept_by_cloudwatch)]
Maximum = Annotated[int, AfterValidator(_not_below_min)]
"""Beside a `min` that is declared before it."""
SecretName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$"),
    AfterValidator(_reference),
    Field(description="Name of a secret in AWS Secrets Manager; the value never enters the settings."),
]
Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"),
    Field(description="Lower-case letters, digits and dashes, at most 40."),
]
Email = Annotated[
    str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"), Field(description="An e-mail address.")
]
Arn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws:iam::\d{12}:(role|user)/.+$"),
    Field(description="ARN of an IAM role or user."),
]
Clock = Annotated[
    str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), Field(description="Time of day, HH:MM.")
]
