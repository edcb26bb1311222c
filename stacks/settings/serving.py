"""Settings of serving: pools that come and go, and the models on them or on SageMaker."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from components.model_endpoint import Latency, Mode
from gpuplatform.catalog.instances import UnknownInstanceType, instance
from gpuplatform.pools.elastic import ElasticPool
from gpuplatform.pools.expected import NOTHING, Expected
from gpuplatform.sizing.answers import Answer
from k8s.engines import ENGINES
from stacks.settings.types import Maximum, Name, SecretName, Section, nearest

MlInstance = Annotated[
    str,
    StringConstraints(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$"),
    Field(description="SageMaker instance type, such as ml.g5.xlarge."),
]


def _known_engine(name: str) -> str:
    if name not in ENGINES:
        raise ValueError(f"{name} is no serving engine; {nearest(name, ENGINES)}")
    return name


EngineName = Annotated[
    str,
    AfterValidator(_known_engine),
    Field(description="Engine that serves the model.", json_schema_extra={"enum": list(ENGINES)}),
]


class Replicas(Section):
    min: int = Field(default=0, ge=0)
    max: Maximum = Field(ge=1)


class EndpointReplicas(Replicas):
    start: int | None = Field(default=None, ge=1)
    """Instances that a new fleet starts with, at creation and at each update; without it, a real-time endpoint starts with `max`, so
    that no update serves with fewer than before, and an asynchronous one with `min`."""

    @model_validator(mode="after")
    def _starts_between(self) -> EndpointReplicas:
        if self.start is not None and not self.min <= self.start <= self.max:
            raise ValueError(f"start {self.start} is not between min {self.min} and max {self.max}")
        return self


class EksModel(Section):
    """An LLM served on the cluster."""

    runs_on: Literal["eks"]
    engine: EngineName = "vllm"
    team: Name
    pool: Name
    weights: str
    """Prefix in the lake's `models` zone that holds the weights, such as qwen2.5-7b-instruct/."""
    billion_parameters: float = Field(gt=0)
    bytes_per_parameter: float = Field(default=2, gt=0)
    """2 for bf16, 1 for fp8, 0.5 for int4."""
    context: int = Field(default=8192, ge=512)
    """Tokens of prompt and answer together."""
    tensor_parallel: int = Field(default=1, ge=1)
    """GPUs that share one copy of the model."""
    replicas: Replicas
    waiting_requests: int = Field(default=5, ge=1)
    """Requests queued for each replica at which another is added."""
    api_key_secret: SecretName | None = None
    """Callers must present this key; without one, whoever reaches the service may use it."""
    tokens_per_second: float | None = Field(default=None, gt=0)
    """Measured throughput of one replica, for the price of a million tokens."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """Measured throughput of one replica, for the price of a million requests."""
    million_tokens: float | None = Field(default=None, gt=0)
    """Millions of tokens that callers are expected to use in a month, for the price of a million at that volume; by default, as many as the
    expected copies can make."""
    expected: Expected = NOTHING
    """What usually runs, for the bill."""

    @property
    def parameters(self) -> float:
        return self.billion_parameters * 1e9


class SageMakerModel(Section):
    """A model behind a SageMaker endpoint."""

    runs_on: Literal["sagemaker"]
    team: Name
    mode: Mode
    image: str
    """Image URI in the same region, with a fixed tag."""
    weights: str
    """In the lake's `models` zone: an archive such as embed-small/model.tar.gz, or a prefix of plain files such as chat-8b/."""
    instance: MlInstance | None = None
    """For realtime and async."""
    memory_mib: Literal[1024, 2048, 3072, 4096, 5120, 6144] | None = None
    """For serverless."""
    replicas: EndpointReplicas
    """Instances; for serverless, `max` is the concurrency and `min` the provisioned one."""
    requests_per_minute: int = Field(default=60, ge=1)
    """Invocations a minute and instance that the autoscaler aims at; written, also the throughput for the price of a million requests: of
    an instance, or of a serverless endpoint that takes one at a time."""
    tokens_per_second: float | None = Field(default=None, gt=0)
    """Measured throughput of one instance, for the price of a million tokens."""
    answer: Answer | None = None
    """Of a language model: from it and the instance follows how late p99 of the answers, or of their first chunks, may be."""
    latency_ms: int | None = Field(default=None, ge=1)
    """p99 above which somebody is told and an update is rolled back; without it, what follows from `answer`."""
    environment: dict[str, str] = Field(default_factory=dict)
    million_tokens: float | None = Field(default=None, gt=0)
    """Millions of tokens that callers are expected to use in a month, for the price of a million at that volume; by default, as many as the
    expected copies can make."""
    expected: Expected = NOTHING
    """What usually runs, for the bill."""

    @property
    def latency(self) -> Latency | None:
        limit = self.latency_ms if self.latency_ms is not None else self._derived()
        if limit is None:
            return None
        return Latency(limit_ms=limit, first_chunk=self.answer is not None and self.answer.streamed)

    def _derived(self) -> int | None:
        if self.answer is None or self.instance is None:
            return None
        try:
            hardware = instance(self.instance.removeprefix("ml."))
        except UnknownInstanceType:
            return None
        return self.answer.limit_ms(hardware)

    @model_validator(mode="after")
    def _lateness_is_known(self) -> SageMakerModel:
        if self.mode is Mode.ASYNC and self.answer is not None and self.answer.streamed:
            raise ValueError("answer.streamed: an asynchronous endpoint streams nothing; leave it out")
        if self.mode is Mode.SERVERLESS and self.latency_ms is not None:
            raise ValueError("latency_ms: slow answers of a serverless endpoint are cold starts; leave it out")
        if self.mode is not Mode.SERVERLESS and self.latency is None:
            raise ValueError(
                "latency_ms: say after how many milliseconds p99 is late; or, for a language model on GPUs that the catalogue "
                "knows, `answer` with billion_parameters and tokens, from which it follows"
            )
        return self

    @model_validator(mode="after")
    def _an_instance_can_answer_what_it_is_given(self) -> SageMakerModel:
        if self.answer is not None and self.tokens_per_second is not None:
            able = int(self.tokens_per_second * 60 / self.answer.tokens)
            if self.requests_per_minute > able:
                raise ValueError(
                    f"requests_per_minute: {self.requests_per_minute} answers of {self.answer.tokens} tokens are more than "
                    f"{self.tokens_per_second:g} tokens_per_second; at most {able}, or the autoscaler adds instances too late"
                )
        return self

    @model_validator(mode="after")
    def _mode_has_its_hardware(self) -> SageMakerModel:
        serverless = self.mode is Mode.SERVERLESS
        if serverless and (self.memory_mib is None or self.instance is not None):
            raise ValueError("a serverless endpoint has `memory_mib` and no `instance`")
        if not serverless and (self.instance is None or self.memory_mib is not None):
            raise ValueError(f"a {self.mode.value} endpoint has an `instance` and no `memory_mib`")
        if self.mode is Mode.REALTIME and self.replicas.min < 1:
            raise ValueError(
                "replicas: a real-time endpoint cannot run fewer than 1 instance; choose async or serverless to pay nothing at rest"
            )
        return self


Model = Annotated[EksModel | SageMakerModel, Field(discriminator="runs_on")]


class ServingSettings(Section):
    """Elastic GPU pools and the models served."""

    pools: dict[Name, ElasticPool] = Field(default_factory=dict)
    models: dict[Name, Model] = Field(default_factory=dict)
