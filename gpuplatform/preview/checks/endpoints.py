"""Whether SageMaker's endpoints can be scaled and loaded as they are written: the variant meant, its minimum, and its GPUs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog import instances
from gpuplatform.kinds import appautoscaling, sagemaker
from gpuplatform.kinds.pricing.endpoints import model_of
from gpuplatform.plan.model import Json, Plan, PlannedResource, Source, once
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_MEANT: Final = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")
_DIMENSIONS: Final = {
    "endpoint/": ("sagemaker:variant:DesiredInstanceCount", "sagemaker:variant:DesiredProvisionedConcurrency"),
    "inference-component/": ("sagemaker:inference-component:DesiredCopyCount",),
}
"""How a resource's identifier begins → what of it can be scaled (Application Auto Scaling API reference, RegisterScalableTarget)."""

_TOGETHER: Final = (
    ("OPTION_TENSOR_PARALLEL_DEGREE", "OPTION_PIPELINE_PARALLEL_DEGREE"),
    ("TENSOR_PARALLEL_DEGREE", "PIPELINE_PARALLEL_DEGREE"),
    ("SM_VLLM_TENSOR_PARALLEL_SIZE", "SM_VLLM_PIPELINE_PARALLEL_SIZE"),
    ("SM_SGLANG_TP_SIZE", "SM_SGLANG_PP_SIZE"),
    ("SM_NUM_GPUS",),
)
"""Variables of which the product is the GPUs of one copy: DJL's LMI, AWS's containers of vLLM and SGLang, Hugging Face's TGI (their
documentation, read 2026-12-01)."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One variant of an endpoint of the plan."""

    endpoint: PlannedResource
    configuration: PlannedResource
    name: str
    row: Mapping[str, Json]

    @property
    def real_time(self) -> bool:
        """One that cannot be at none: nothing waits for it in a queue, and it is no host of components."""
        waits = bool(self.configuration.inputs.get("asyncInferenceConfig"))
        return not waits and not self.row.get("serverlessConfig") and bool(self.row.get("modelName"))


@once
def variants(plan: Plan) -> tuple[Variant, ...]:
    return tuple(
        Variant(
            endpoint=endpoint, configuration=configuration, name=str(get_path(row, "variantName")), row=as_dict(row)
        )
        for endpoint in plan.all(sagemaker.ENDPOINT)
        for configuration in linked(plan, endpoint, "endpointConfigName", sagemaker.ENDPOINT_CONFIGURATION)
        for key in ("productionVariants", "shadowProductionVariants")
        for row in as_list(configuration.inputs.get(key))
    )


def _meant(plan: Plan, scaler: PlannedResource) -> tuple[list[Variant], str]:
    """Variants of the endpoint that a target or policy is for, and the variant that it names; none where the plan has no such endpoint."""
    match = _MEANT.fullmatch(str(scaler.inputs.get("resourceId")))
    if not match:
        return [], ""
    named = [v for v in variants(plan) if match[1] in _names(v.endpoint)]
    return named, match[2]


def _names(endpoint: PlannedResource) -> tuple[Json, ...]:
    return (endpoint.inputs.get("name"), endpoint.outputs.get("name"), endpoint.outputs.get("id"))


@check(
    "scaled-variant", Severity.ERROR, "Scaling is of an endpoint's variant that is there, and of something that it has."
)
def scaled_variant(plan: Plan) -> Iterator[Violation]:
    for type_ in (appautoscaling.SCALABLE_TARGET, appautoscaling.POLICY):
        for scaler in plan.all(type_):
            if scaler.inputs.get("serviceNamespace") != "sagemaker":
                continue
            if why := _unscalable(plan, scaler):
                yield Violation(f"{scaler.name}: {why}", scaler)


def _unscalable(plan: Plan, scaler: PlannedResource) -> str:
    known, name = _meant(plan, scaler)
    dimension, sent = str(scaler.inputs.get("scalableDimension")), str(scaler.inputs.get("resourceId"))
    for begins, dimensions in _DIMENSIONS.items():
        if sent.startswith(begins) and dimension.startswith("sagemaker:") and dimension not in dimensions:
            return (
                f"scalableDimension: {dimension} is not one of {begins.rstrip('/')}; accepted: {', '.join(dimensions)}"
            )
    if not known:
        return ""
    named = [v for v in known if v.name == name]
    if not named:
        there = ", ".join(sorted({v.name for v in known}))
        return f"resourceId: {known[0].endpoint.name} has no variant {name}; it has {there}"
    serverless = bool(named[0].row.get("serverlessConfig"))
    if serverless and dimension == "sagemaker:variant:DesiredInstanceCount":
        return f"scalableDimension: variant {name} is serverless and has no instances; scale its DesiredProvisionedConcurrency"
    if not serverless and dimension == "sagemaker:variant:DesiredProvisionedConcurrency":
        return f"scalableDimension: variant {name} has instances and no provisioned concurrency; scale its DesiredInstanceCount"
    return ""


@check("real-time-at-zero", Severity.ERROR, "A real-time variant of an endpoint keeps an instance.")
def real_time_at_zero(plan: Plan) -> Iterator[Violation]:
    """SageMaker lets asynchronous endpoints go to none, and endpoints of inference components (developer guide, "Auto scaling", read
    2026-12-01)."""
    for target in plan.all(appautoscaling.SCALABLE_TARGET):
        known, name = _meant(plan, target)
        least = target.inputs.get("minCapacity")
        at_zero = least == 0 and target.inputs.get("scalableDimension") == "sagemaker:variant:DesiredInstanceCount"
        for variant in known if at_zero else ():
            if variant.name == name and variant.real_time:
                yield Violation(
                    f"{target.name}: minCapacity 0, but {variant.endpoint.name} answers in real time and keeps at least 1 instance; "
                    "let it keep 1, or make it asynchronous or of inference components",
                    target,
                )
    for variant in variants(plan):
        scaling = as_dict(variant.row.get("managedInstanceScaling"))
        first = variant.row.get("initialInstanceCount")
        if variant.real_time and (
            (scaling.get("status") == "ENABLED" and scaling.get("minInstanceCount") == 0) or first == 0
        ):
            where = "initialInstanceCount" if first == 0 else "managedInstanceScaling.minInstanceCount"
            yield Violation(
                f"{variant.configuration.name}: variant {variant.name}: {where} is 0, and its model answers in real time; "
                "let it keep 1, or serve inference components",
                variant.configuration,
            )


@check(
    "endpoint-parallel",
    Severity.ERROR,
    "A copy of an endpoint's model is spread over no more GPUs than its instance has.",
)
def endpoint_parallel(plan: Plan) -> Iterator[Violation]:
    for variant in variants(plan):
        type_ = str(variant.row.get("instanceType") or "").removeprefix("ml.")
        if type_ not in instances.names():
            continue
        gpus = instances.instance(type_).gpu_count
        for model in linked(plan, variant.configuration, variant_key(variant), sagemaker.MODEL):
            if not serves(model, variant):
                continue
            for asked, names in _asked(environment(model)):
                if asked > max(gpus, 0):
                    yield Violation(
                        f"{model.name}: {' times '.join(names)} is {asked}, and ml.{type_} has {gpus} GPU{'s' * (gpus != 1)}; "
                        "take fewer, or a larger instance",
                        model,
                        setting_of(plan, variant),
                    )


def variant_key(variant: Variant) -> str:
    """The list of its configuration that it is in."""
    key = "shadowProductionVariants"
    return key if variant.row in as_list(variant.configuration.inputs.get(key)) else "productionVariants"


def serves(model: PlannedResource, variant: Variant) -> bool:
    """Whether a model is the variant's: of one that has no name yet, any."""
    named = variant.row.get("modelName")
    names = [model.outputs.get("name"), model.outputs.get("id"), model.inputs.get("name")]
    return not any(names) or named in names


def environment(model: PlannedResource) -> dict[str, Json]:
    """Variables of a model's containers, the first of a name."""
    containers = [model.inputs.get("primaryContainer"), *as_list(model.inputs.get("containers"))]
    return {k: v for c in reversed(containers) for k, v in as_dict(get_path(c, "environment")).items()}


def _asked(variables: Mapping[str, Json]) -> Iterator[tuple[int, list[str]]]:
    for together in _TOGETHER:
        sizes = {name: whole(variables[name]) for name in together if name in variables}
        if any(size > 1 for size in sizes.values()):
            product = 1
            for size in sizes.values():
                product *= max(size, 1)
            yield product, [name for name, size in sizes.items() if size > 1]


def setting_of(plan: Plan, variant: Variant) -> Source | None:
    models = as_dict(plan.setting("serving").get("models"))
    name = model_of(variant.endpoint, models)
    if name and get_path(models[name], "environment"):
        return plan.setting_source(f"serving.models.{name}.environment")
    return None
