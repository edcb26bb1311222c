"""What is known of a resource type: one frozen row, of which every reader takes the fields it needs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any, Final

from gpuplatform.kinds.combination import Combination
from gpuplatform.kinds.labels import Label, Phrase
from gpuplatform.kinds.pricing.charge import Pricer
from gpuplatform.plan.model import Json

READ: Final = datetime.date(2026, 11, 22)
"""When the sources of these rows were read, where a row does not say another day."""

BOTOCORE: Final = "botocore 1.44.5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Immutable:
    """Properties that a resource keeps for life: a change of one, or of what is below it, replaces the resource."""

    properties: tuple[str, ...]
    """`*` is every property but the tags."""
    source: str
    when: str = ""
    """Narrows it: `decreases` (the value sinks) or `removed` (it goes)."""
    as_of: datetime.date = READ


def immutable(source: str, *properties: str, when: str = "") -> Immutable:
    return Immutable(properties=properties, source=source, when=when)


def force_new(file: str, *properties: str, when: str = "") -> Immutable:
    """By the schema of the Terraform provider that pulumi-aws wraps: `file` is below its `internal/service`."""
    source = f"hashicorp/terraform-provider-aws internal/service/{file}: ForceNew"
    return Immutable(properties=properties, source=source, when=when)


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """Seconds from the call that creates it until the thing can be used: a model for comparing orders of creation, no promise."""

    seconds: float
    source: str
    measured: bool = True
    """False where nobody has published a time and ours is an estimate."""
    as_of: datetime.date | None = READ


@dataclass(frozen=True, slots=True)
class Free:
    """Why a type costs nothing by itself, with the page on which AWS lists what the service charges for."""

    reason: str


ON_THE_CLUSTER: Final = Free("an object on the cluster runs on nodes, which are priced")


@dataclass(frozen=True, slots=True)
class Right:
    """What creating a resource calls in the name of whoever runs `pulumi up`: creation and the tags given with it, no more."""

    actions: tuple[str, ...]
    path: str
    """The last part of the ARN of what is created; `{name}` stands for its name, or for that of the resource that it belongs to."""


def right(service: str, path: str, *operations: str) -> Right:
    return Right(tuple(f"{service}:{operation}" for operation in operations), path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """Which shapes of AWS's API take the properties, for `gpuplatform catalog refresh api-limits`.

    Pulumi's AWS provider keeps the API's names but for their case, and lifts a resource's own structure up to the top.
    """

    shapes: tuple[str, ...] = ()
    """Of botocore's models, such as `sqs.CreateQueueRequest`."""
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    """Properties that the provider calls something else, and the shape of each."""
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """Limits of properties that have no shape of their own, as JSON Schema, from the service's documentation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Created:
    """A resource that stands in the simulated account."""

    name: str
    """In AWS: the physical name."""
    id: str
    urn: str
    inputs: Mapping[str, Json]
    account: str
    region: str
    partition: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


class PolicyKind(StrEnum):
    """Where a policy document stands, which decides what it must and must not say."""

    TRUST = "trust"
    IDENTITY = "identity"
    RESOURCE = "resource"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A property that holds a policy."""

    kind: PolicyKind
    longest: int | None = None
    """Characters without white space (IAM user guide, "IAM and AWS STS quotas"); of a role's trust by default, which AWS raises to
    4,096 when asked."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type. A field that is empty says that nothing of it is known, or that it does not apply."""

    token: str
    _: KW_ONLY
    noun: str = ""
    """By which reports count it."""
    phrase: Phrase | None = None
    """What a sentence about a layer says of those in it, where a count alone does not describe them."""
    label: Label | None = None
    """Its tile in the picture; None for what is drawn as a part of another."""
    arn: str = ""
    """As the service authorization reference spells it: {p} partition, {r} region, {a} account, {n} the physical name, {i} the
    identifier, {u} a UUID, {s} six digits that Secrets Manager adds."""
    identifier: Callable[[Created], str] | None = None
    """By default the physical name. The `id` of what it is given is empty."""
    outputs: Callable[[Created], dict[str, Json]] | None = None
    """Beside identifier, name and ARN."""
    unique_name: str = ""
    """The property that names it, of which an account and region have one."""
    immutable: tuple[Immutable, ...] | None = None
    """None where nothing is known of it; empty where everything can be changed."""
    holds: str = ""
    """The data that is gone with it."""
    protected: bool = False
    """Whether it is to be protected where an environment protects anything."""
    encrypted_by: str = ""
    """The property that must be true for it to be encrypted at rest."""
    duration: Duration | None = None
    durations: Mapping[str, Duration] = field(default_factory=dict[str, Duration])
    """Of variants that take another time."""
    price: Pricer | Free | None = None
    rights: tuple[Right, ...] = ()
    api: Api | None = None
    policies: Mapping[str, PolicyDocument] = field(default_factory=dict[str, PolicyDocument])
    """Property → the policy that it holds."""
    json: tuple[str, ...] = ()
    """Properties that hold a JSON document as text, policies apart. An add-on's may be YAML."""
    maximum: str = ""
    """Where a scaler says how far it goes. KEDA's default is 100 replicas and Karpenter's none at all."""
    ordered: tuple[tuple[str, str], ...] = ()
    """Paths of which the first is never above the second; the size that is desired is between both."""
    pods: str = ""
    """Where the template of its pods is."""
    combinations: tuple[Combination, ...] = ()
    """What its service accepts of one property when it is given another."""
    beside: tuple[str, str] = ("", "")
    """A property, and the type of the resource that it names and that those rules read too."""
    ends: str = ""
    """The property with the moment after which it does nothing any more."""
