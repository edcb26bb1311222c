"""SageMaker endpoints: real-time and asynchronous by instance, serverless by memory and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from gpuplatform.preview.billing.charge import HOURS, ZERO, Charge, Entry, Pricer, Unpriced, missing
from gpuplatform.preview.billing.situation import Situation, decimal
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import Json, PlannedResource

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
SCALABLE_TARGET = "aws:appautoscaling/target:Target"
SECONDS = Decimal(3600)


def endpoint(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """Each production variant between its bounds, with the hours that settings expect beyond the minimum."""
    configuration = next(iter(situation.linked(resource, "endpointConfigName", CONFIGURATION)), None)
    if configuration is None:
        yield Unpriced(why="the endpoint's configuration is not in the plan")
        return
    stated = decimal(_model(resource, situation).get("expected_hours"))
    waits = bool(configuration.inputs.get("asyncInferenceConfig"))
    for variant in listing(configuration.inputs.get("productionVariants")):
        row = mapping(variant)
        serverless = mapping(row.get("serverlessConfig"))
        if serverless:
            yield _serverless(serverless, stated, situation)
        else:
            yield _instances(row, resource, stated, waits, situation)
        if row.get("volumeSizeInGb"):
            yield Unpriced(why="no price row for the storage volume of a SageMaker instance")


def _instances(
    variant: Mapping[str, Json], resource: PlannedResource, stated: Decimal, waits: bool, situation: Situation
) -> Entry:
    kind = str(variant.get("instanceType", ""))
    price = situation.price("sagemaker", kind)
    if price is None:
        return missing(situation, "sagemaker", kind)
    least, most = _bounds(variant, resource, situation)
    return Charge(
        what=f"{'asynchronous' if waits else 'real-time'} endpoint, {least} to {most} {kind}",
        price=price,
        asleep=least * HOURS,
        idle=least * HOURS,
        expected=least * HOURS + stated,
        most_per_hour=most,
        instance=kind,
    )


def _serverless(config: Mapping[str, Json], stated: Decimal, situation: Situation) -> Entry:
    if config.get("provisionedConcurrency"):
        return missing(situation, "sagemaker", "serverless provisioned concurrency")
    price = situation.price("sagemaker", "serverless")
    if price is None:
        return missing(situation, "sagemaker", "serverless")
    memory, most = decimal(config.get("memorySizeInMb")) / 1024, decimal(config.get("maxConcurrency"))
    return Charge(
        what=f"serverless endpoint, {memory:f} GB, {most} requests at once at most",
        price=price,
        asleep=ZERO,
        idle=ZERO,
        expected=stated * SECONDS * memory,
        most_per_hour=most * SECONDS * memory,
        note="data processed by serverless endpoints is not counted, for no volume is stated",
    )


def _bounds(variant: Mapping[str, Json], resource: PlannedResource, situation: Situation) -> tuple[Decimal, Decimal]:
    """What its scalable target allows; without one, the instances that it starts with."""
    identifier = (
        f"endpoint/{resource.outputs.get('name') or resource.inputs.get('name')}/variant/{variant.get('variantName')}"
    )
    for target in situation.plan.all(SCALABLE_TARGET):
        if target.inputs.get("resourceId") == identifier:
            return decimal(target.inputs.get("minCapacity")), decimal(target.inputs.get("maxCapacity"))
    managed = mapping(variant.get("managedInstanceScaling"))
    first = decimal(variant.get("initialInstanceCount"))
    if managed.get("status") == "ENABLED":
        return decimal(managed.get("minInstanceCount")), decimal(managed.get("maxInstanceCount"))
    return first, first


def _model(resource: PlannedResource, situation: Situation) -> Mapping[str, Json]:
    models = mapping(situation.plan.setting("serving").get("models"))
    return mapping(models.get(model_of(resource, models)))


def model_of(resource: PlannedResource, models: Iterable[str]) -> str:
    """The model that an endpoint serves: the longest whose name the endpoint's own carries; empty where there is none."""
    names = (resource.name, str(resource.inputs.get("name", "")))
    here = [m for m in models if any(f"-{m}-" in f"-{name}-" for name in names)]
    return max(here, key=len, default="")


PRICERS: Mapping[str, Pricer] = {"aws:sagemaker/endpoint:Endpoint": endpoint}
