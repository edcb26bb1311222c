"""SageMaker endpoints: each production variant between its bounds, the fleets of an update, and what serverless answers take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from gpuplatform.kinds.pricing.charge import HOURS, ZERO, Charge, Entry, Unpriced, missing
from gpuplatform.kinds.pricing.context import PricingContext, expected
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.kinds.tokens import ENDPOINT_CONFIGURATION, SCALABLE_TARGET
from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path

SECONDS = Decimal(3600)


DATA = (
    "data that SageMaker's endpoints take in and give out is paid by the GB, and not counted, for no volume is stated"
)


TWICE = "while it is updated, the new fleet runs beside the old one"


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
    for target in context.plan.all(SCALABLE_TARGET):
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
