"""Amazon SageMaker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import appautoscaling
from gpuplatform.kinds.combinations import sagemaker as rules
from gpuplatform.kinds.kind import BOTOCORE, Api, Duration, Free, Kind, force_new, immutable, right
from gpuplatform.kinds.labels import (
    Label,
    Lines,
    hardware,
    listed,
    span,
)
from gpuplatform.kinds.pricing import endpoints
from gpuplatform.kinds.pricing.charge import HOURS, ZERO, Charge, Entry, Unpriced, missing, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.kinds.tokens import ENDPOINT_CONFIGURATION
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path

APP: Final = "aws:sagemaker/app:App"
ENDPOINT: Final = "aws:sagemaker/endpoint:Endpoint"
MODEL: Final = "aws:sagemaker/model:Model"
NOTEBOOK_INSTANCE: Final = "aws:sagemaker/notebookInstance:NotebookInstance"
TRAINING_JOB: Final = "aws:sagemaker/trainingJob:TrainingJob"

_FREE: Final = Free("a definition; the endpoint that uses it is priced (aws.amazon.com/sagemaker/pricing)")

SMALLEST_NOTEBOOK = 5
"""GiB, where nobody states a size (SageMaker API reference, CreateNotebookInstance)."""


def training(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """One job, which runs as long as its stopping condition lets it: once, so in the expected month alone."""
    config = as_dict(resource.inputs.get("resourceConfig"))
    kind = str(config.get("instanceType") or "")
    limit = decimal(get_path(resource.inputs, "stoppingCondition", "maxRuntimeInSeconds"))
    if not kind:
        yield Unpriced(why="the training job names no single instance type")
        return
    if resource.inputs.get("enableManagedSpotTraining"):
        yield missing(context, "sagemaker", f"training/{kind}", "spot")
        return
    price = context.price("sagemaker", f"training/{kind}")
    if price is None:
        yield missing(context, "sagemaker", f"training/{kind}")
        return
    count = decimal(config.get("instanceCount") or 1)
    hours = min(limit / 3600, HOURS)
    yield Charge(
        what=f"training job on {count:f} {kind}, at most {hours:.2f} h",
        price=price,
        asleep=ZERO,
        idle=ZERO,
        expected=count * hours,
        most_per_hour=count,
        note="a training job is counted once, for as long as its stopping condition lets it run",
        instance=kind,
    )
    if config.get("volumeSizeInGb"):
        yield Unpriced(why="no price row for the storage volume of a SageMaker instance")


def notebook(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Runs, and is paid, until somebody stops it."""
    kind = str(resource.inputs.get("instanceType") or "")
    yield steady(context, f"notebook {kind}", "sagemaker", f"notebook/{kind}")
    size = decimal(resource.inputs.get("volumeSize") or SMALLEST_NOTEBOOK)
    yield steady(context, f"volume of the notebook, {size:f} GiB", "sagemaker", "notebook-volume", size)


def app(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A Studio app on an instance of its own, paid until it is deleted; the default server of a user is free."""
    kind = str(get_path(resource.inputs, "resourceSpec", "instanceType") or "system")
    if kind != "system":
        yield steady(context, f"Studio app on {kind}", "sagemaker", f"notebook/{kind}")


def _endpoint_label(_: Plan, __: PlannedResource, parts: list[PlannedResource]) -> Lines:
    configured = [p for p in parts if p.type == ENDPOINT_CONFIGURATION]
    variants = [as_dict(v) for c in configured for v in as_list(c.inputs.get("productionVariants"))]
    types = [hardware(str(v["instanceType"])) for v in variants if v.get("instanceType")]
    waits = any(c.inputs.get("asyncInferenceConfig") for c in configured)
    serverless = any(v.get("serverlessConfig") for v in variants)
    ranges = [
        f"{span(p.inputs.get('minCapacity'), p.inputs.get('maxCapacity'))} instances"
        for p in parts
        if p.type == appautoscaling.SCALABLE_TARGET
    ]
    manner = "asynchronous" if waits else "serverless" if serverless else "real time"
    return [*types[:1], f"SageMaker {manner}", *ranges[:1]]


def _endpoints(_: Plan, found: list[PlannedResource]) -> str:
    return f"SageMaker: {listed([r.name for r in found])}"


KINDS: Final = (
    # Sent through Cloud Control as JSON.
    Kind("AWS::SageMaker::InferenceComponent", api=Api(shapes=("sagemaker.CreateInferenceComponentInput",))),
    Kind(
        APP,
        price=app,
    ),
    Kind(
        ENDPOINT,
        combinations=rules.ENDPOINT_RULES,
        label=Label(icon="endpoint", words=_endpoint_label, rank=4),
        phrase=_endpoints,
        price=endpoints.endpoint,
        arn="arn:{p}:sagemaker:{r}:{a}:endpoint/{n}",
        unique_name="name",
        immutable=(force_new("sagemaker/endpoint.go", "name", "deploymentConfig.autoRollbackConfiguration"),),
        duration=Duration(seconds=900, source='hashicorp/terraform-provider-aws#2493, "around 15 min"'),
        durations={
            "serverless": Duration(seconds=600, source='hashicorp/terraform-provider-aws#39090, "a little over 10 min"')
        },
        rights=(right("sagemaker", "endpoint/{name}", "CreateEndpoint", "AddTags"),),
        api=Api(shapes=("sagemaker.CreateEndpointInput",), renamed={"name": "sagemaker.EndpointName"}),
    ),
    Kind(
        NOTEBOOK_INSTANCE,
        price=notebook,
        api=Api(shapes=("sagemaker.CreateNotebookInstanceInput",), renamed={"name": "sagemaker.NotebookInstanceName"}),
    ),
    Kind(
        TRAINING_JOB,
        unique_name="trainingJobName",
        immutable=(
            immutable(f"SageMaker's UpdateTrainingJob is for profiling and warm pools alone ({BOTOCORE})", "*"),
        ),
        combinations=rules.TRAINING_RULES,
        price=training,
    ),
    Kind("aws:sagemaker/appImageConfig:AppImageConfig", price=_FREE),
    Kind("aws:sagemaker/codeRepository:CodeRepository", price=_FREE),
    Kind("aws:sagemaker/domain:Domain", price=_FREE),
    Kind(
        ENDPOINT_CONFIGURATION,
        combinations=rules.CONFIGURATION_RULES,
        arn="arn:{p}:sagemaker:{r}:{a}:endpoint-config/{n}",
        unique_name="name",
        immutable=(immutable(f"SageMaker has no UpdateEndpointConfig ({BOTOCORE})", "*"),),
        price=_FREE,
        rights=(right("sagemaker", "endpoint-config/{name}", "CreateEndpointConfig", "AddTags"),),
        api=Api(shapes=("sagemaker.CreateEndpointConfigInput",), renamed={"name": "sagemaker.EndpointConfigName"}),
    ),
    Kind("aws:sagemaker/featureGroup:FeatureGroup", api=Api(shapes=("sagemaker.CreateFeatureGroupRequest",))),
    Kind("aws:sagemaker/image:Image", price=_FREE),
    Kind("aws:sagemaker/imageVersion:ImageVersion", price=_FREE),
    Kind(
        MODEL,
        combinations=rules.MODEL_RULES,
        arn="arn:{p}:sagemaker:{r}:{a}:model/{n}",
        unique_name="name",
        immutable=(immutable(f"SageMaker has no UpdateModel ({BOTOCORE})", "*"),),
        price=_FREE,
        rights=(right("sagemaker", "model/{name}", "CreateModel", "AddTags"), right("iam", "role/{name}", "PassRole")),
        api=Api(
            shapes=("sagemaker.CreateModelInput",),
            renamed={"name": "sagemaker.ModelName", "containers": "sagemaker.ContainerDefinitionList"},
        ),
    ),
    Kind(
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        price=_FREE,
        api=Api(shapes=("sagemaker.CreateModelPackageGroupInput",)),
    ),
    Kind("aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration", price=_FREE),
    Kind("aws:sagemaker/pipeline:Pipeline", price=_FREE),
    Kind("aws:sagemaker/space:Space", price=_FREE),
    Kind("aws:sagemaker/studioLifecycleConfig:StudioLifecycleConfig", price=_FREE),
    Kind("aws:sagemaker/userProfile:UserProfile", price=_FREE),
)
