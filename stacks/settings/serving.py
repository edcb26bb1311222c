"""Settings of serving: pools that come and go, and the models on them or on SageMaker."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from components.model_endpoint import Mode
from gpuplatform.catalog.instances import instance
from gpuplatform.pools.expected import NOTHING, Expected
from gpuplatform.pools.health import Level
from gpuplatform.sizing.efa import interfaces
from k8s.engines import ENGINES
from stacks.settings.types import InstanceName, Maximum, Name, SecretName, Section, ZoneId, nearest

MlInstance = Annotated[
    str,
    StringConstraints(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$"),
    Field(description="SageMaker instance type, such as ml.g5.xlarge."),
]


class ServingPool(Section):
    """Interchangeable GPU instance types that Karpenter launches as pods ask for them."""

    instances: tuple[InstanceName, ...] = Field(min_length=1)
    spot: bool = True
    """Spot first; on-demand where spot has none."""
    on_demand: bool = True
    """Fall back to on-demand; without it, pods wait for spot."""
    max_gpus: int = Field(ge=1)
    zone: ZoneId | None = None
    """Where all nodes stand; without one, wherever the types are to be had. EFA needs one."""
    efa: bool = False
    """Elastic Fabric Adapter, for a model that spans nodes; all types must have the same layout of interfaces."""
    interruptible: bool = True
    """Without it, nodes that run pods are never replaced for a newer image, and spot is refused."""
    health_check: Level | None = 1
    """Level of DCGM's diagnostic that a node passes before it takes work: 1 lasts seconds, 2 about two minutes, which a model
    that wakes from nothing waits for; null for none."""
    expected: Expected = NOTHING
    """What usually runs, for the bill."""

    @field_validator("instances")
    @classmethod
    def _all_have_gpus(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        without = [n for n in names if instance(n).gpu is None]
        if without:
            raise ValueError(f"{', '.join(without)}: no GPU")
        return names

    @model_validator(mode="after")
    def _efa_everywhere(self) -> ServingPool:
        if not self.efa:
            return self
        if without := [n for n in self.instances if not instance(n).efa]:
            raise ValueError(f"efa: {', '.join(without)} has no Elastic Fabric Adapter")
        if self.zone is None:
            raise ValueError("zone: missing; EFA traffic stays in one zone, so name it")
        if len({interfaces(instance(n), efa=True) for n in self.instances}) > 1:
            raise ValueError(f"instances: {', '.join(self.instances)} differ in their EFA interfaces; take one layout")
        return self

    @model_validator(mode="after")
    def _bought_somehow(self) -> ServingPool:
        if not (self.spot or self.on_demand):
            raise ValueError("spot and on_demand are both false; one way of buying must stay")
        if self.spot and not self.interruptible:
            raise ValueError("interruptible: false, but EC2 takes spot instances back; set spot: false as well")
        return self


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
    replicas: Replicas
    """Instances; for serverless, `max` is the concurrency and `min` the provisioned one."""
    requests_per_minute: int = Field(default=60, ge=1)
    """Invocations a minute and instance that the autoscaler aims at; written, also the throughput for the price of a million requests: of
    an instance, or of a serverless endpoint that takes one at a time."""
    tokens_per_second: float | None = Field(default=None, gt=0)
    """Measured throughput of one instance, for the price of a million tokens."""
    latency_ms: int = Field(default=2000, ge=1)
    """p99 above which an update is rolled back."""
    environment: dict[str, str] = Field(default_factory=dict)
    expected: Expected = NOTHING
    """What usually runs, for the bill."""

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

    pools: dict[Name, ServingPool] = Field(default_factory=dict)
    models: dict[Name, Model] = Field(default_factory=dict)
