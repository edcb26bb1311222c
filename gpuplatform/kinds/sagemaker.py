"""Amazon SageMaker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
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
from gpuplatform.kinds.pricing.charge import HOURS, ZERO, Charge, Entry, Unpriced, missing, steady
from gpuplatform.kinds.pricing.context import PricingContext, expected
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path

APP: Final = "aws:sagemaker/app:App"
ENDPOINT: Final = "aws:sagemaker/endpoint:Endpoint"
ENDPOINT_CONFIGURATION: Final = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
MODEL: Final = "aws:sagemaker/model:Model"
NOTEBOOK_INSTANCE: Final = "aws:sagemaker/notebookInstance:NotebookInstance"
TRAINING_JOB: Final = "aws:sagemaker/trainingJob:TrainingJob"

_FREE: Final = Free("a definition; the endpoint that uses it is priced (aws.amazon.com/sagemaker/pricing)")

SECONDS = Decimal(3600)


DATA = (
    "data that SageMaker's endpoints take in and give out is paid by the GB, and not counted, for no volume is stated"
)


TWICE = "while it is updated, the new fleet runs beside the old one"

SMALLEST_NOTEBOOK = 5
"""GiB, where nobody states a size (SageMaker API reference, CreateNotebookInstance)."""


def endpoint(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Each production variant between its bounds, with the hours that settings expect beyond the minimum."""
    configuration = next(iter(context.linked(resource, "endpointConfigName", ENDPOINT_CONFIGURATION)), None)
    if configuration is None:
        yield Unpriced(why="the endpoint's configuration is not in the plan")
        return
    usual = expected(_model(resource, context))
    waits = bool(configuration.inputs.get("asyncInferenceConfig"))
    shadows = as_list(configuration.inputs.get("shadowProductionVariants"))
    for variant in [*as_list(configuration.inputs.get("productionVariants")), *shadows]:
        row = as_dict(variant)
        serverless = as_dict(row.get("serverlessConfig"))
        if serverless:
            yield from _serverless(serverless, usual, context)
        else:
            yield _instances(row, resource, usual, waits, context)
            yield from _volumes(row, resource, usual, waits, context)


def _instances(
    variant: Mapping[str, Json],
    resource: PlannedResource,
    usual: tuple[Decimal, Decimal],
    waits: bool,
    context: PricingContext,
) -> Entry:
    kind = str(variant.get("instanceType", ""))
    price = context.price("sagemaker", kind)
    if price is None:
        return missing(context, "sagemaker", kind)
    least, most = _bounds(variant, resource, waits, context)
    return Charge(
        what=f"{'asynchronous' if waits else 'real-time'} endpoint, {least} to {most} {kind}",
        price=price,
        asleep=least * HOURS,
        idle=least * HOURS,
        expected=min(least * HOURS + _beyond(usual, least), max(least, most) * HOURS),
        most_per_hour=max(least, most) * _fleets(resource),
        note=f"{DATA}; {TWICE}" if _fleets(resource) > 1 else DATA,
        instance=kind,
    )


def _volumes(
    variant: Mapping[str, Json],
    resource: PlannedResource,
    usual: tuple[Decimal, Decimal],
    waits: bool,
    context: PricingContext,
) -> Iterator[Entry]:
    """The volume that a variant asks for beside each instance, for as long as that runs."""
    size = decimal(variant.get("volumeSizeInGb"))
    price = context.price("sagemaker", "hosting-volume")
    if not size:
        return
    if price is None:
        yield missing(context, "sagemaker", "hosting-volume")
        return
    least, most = _bounds(variant, resource, waits, context)
    highest = max(least, most)
    yield Charge(
        what=f"volumes of {size:f} GiB, of {least} to {highest} instances",
        price=price,
        asleep=least * size,
        idle=least * size,
        expected=min(least + _beyond(usual, least) / HOURS, highest) * size,
        most_per_hour=highest * _fleets(resource) * size / HOURS,
    )


def _fleets(endpoint: PlannedResource) -> int:
    """Fleets that run at once while the endpoint is updated: two, but where it is updated in batches (SageMaker developer guide,
    "Blue/Green Deployments" and "Rolling Deployments", read 2026-12-01)."""
    return 1 if get_path(endpoint.inputs, "deploymentConfig", "rollingUpdatePolicy") else 2


def _serverless(config: Mapping[str, Json], usual: tuple[Decimal, Decimal], context: PricingContext) -> Iterator[Entry]:
    """What answers take; concurrency that is kept ready has a price of its own beside it."""
    if config.get("provisionedConcurrency"):
        yield missing(context, "sagemaker", "serverless provisioned concurrency")
    price = context.price("sagemaker", "serverless")
    if price is None:
        yield missing(context, "sagemaker", "serverless")
        return
    memory, most = decimal(config.get("memorySizeInMb")) / 1024, decimal(config.get("maxConcurrency"))
    yield Charge(
        what=f"serverless endpoint, {memory:f} GB, {most} requests at once at most",
        price=price,
        asleep=ZERO,
        idle=ZERO,
        expected=min(_beyond(usual, ZERO), most * HOURS) * SECONDS * memory,
        most_per_hour=most * SECONDS * memory,
        note=DATA,
    )


def _beyond(usual: tuple[Decimal, Decimal], least: Decimal) -> Decimal:
    """Instance-hours of an expected month beyond those of the minimum."""
    running, hours = usual
    return max(running - least, ZERO) * hours


def _bounds(
    variant: Mapping[str, Json], resource: PlannedResource, waits: bool, context: PricingContext
) -> tuple[Decimal, Decimal]:
    """What its scalable target allows; without one, the instances that it starts with. One that answers in real time keeps one."""
    identifier = (
        f"endpoint/{resource.outputs.get('name') or resource.inputs.get('name')}/variant/{variant.get('variantName')}"
    )
    for target in context.plan.all(appautoscaling.TARGET):
        if target.inputs.get("resourceId") == identifier:
            least = decimal(target.inputs.get("minCapacity"))
            return least if waits or not variant.get("modelName") else max(least, Decimal(1)), decimal(
                target.inputs.get("maxCapacity")
            )
    managed = as_dict(variant.get("managedInstanceScaling"))
    first = decimal(variant.get("initialInstanceCount"))
    if managed.get("status") == "ENABLED":
        return decimal(managed.get("minInstanceCount")), decimal(managed.get("maxInstanceCount"))
    return first, first


def _model(resource: PlannedResource, context: PricingContext) -> Mapping[str, Json]:
    models = as_dict(context.settings("serving").get("models"))
    return as_dict(models.get(model_of(resource, models)))


def model_of(resource: PlannedResource, models: Iterable[str]) -> str:
    """The model that an endpoint serves: the longest whose name the endpoint's own carries; empty where there is none."""
    names = (resource.name, str(resource.inputs.get("name", "")))
    here = [m for m in models if any(f"-{m}-" in f"-{name}-" for name in names)]
    return max(here, key=len, default="")


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
    hours = min(limit / SECONDS, HOURS)
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
        if p.type == appautoscaling.TARGET
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
        price=endpoint,
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
