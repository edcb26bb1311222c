"""Whether SageMaker's instances hold the models that their containers are told to load, with the context that they are told to take"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.catalog import architectures, instances
from gpuplatform.kinds import sagemaker
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.endpoints import environment, serves, setting_of, variant_key, variants
from gpuplatform.sizing.context_room import GB, Loaded

_CONTEXT: Final = ("OPTION_MAX_MODEL_LEN", "SM_VLLM_MAX_MODEL_LEN", "MAX_TOTAL_TOKENS", "SM_SGLANG_CONTEXT_LENGTH")
_NAMES: Final = ("HF_MODEL_ID", "OPTION_MODEL_ID", "SM_VLLM_MODEL", "SM_SGLANG_MODEL_PATH")
_TENSOR: Final = (
    "OPTION_TENSOR_PARALLEL_DEGREE",
    "TENSOR_PARALLEL_DEGREE",
    "SM_VLLM_TENSOR_PARALLEL_SIZE",
    "SM_NUM_GPUS",
)
_QUANTIZATION: Final = ("OPTION_QUANTIZE", "OPTION_DTYPE", "SM_VLLM_QUANTIZATION", "HF_MODEL_QUANTIZE")
"""Variables of DJL's LMI, of AWS's containers of vLLM and SGLang and of Hugging Face's TGI (their documentation, read 2026-12-01)."""


@check(
    "endpoint-context", Severity.ERROR, "An endpoint's instance holds its model, and one request of the whole context."
)
def endpoint_context(plan: Plan) -> Iterator[Violation]:
    """Where the name of the model, or of its weights, says how large it is, and a language model's context is stated."""
    for variant in variants(plan):
        type_ = str(variant.row.get("instanceType") or "").removeprefix("ml.")
        if type_ not in instances.names():
            continue
        for model in linked(plan, variant.configuration, variant_key(variant), sagemaker.MODEL):
            loaded = _loaded(model, environment(model)) if serves(model, variant) else None
            if loaded and (why := loaded.refused(instances.instance(type_))):
                yield Violation(f"{model.name}: {why}", model, setting_of(plan, variant))


def _loaded(model: PlannedResource, variables: Mapping[str, Json]) -> Loaded | None:
    context, tensor = whole(_first(variables, _CONTEXT)), max(whole(_first(variables, _TENSOR), 1), 1)
    named = _first(variables, _NAMES) or _weights(model)
    billions = architectures.billions(named)
    if not context or not billions:
        return None
    each = architectures.bytes_per_parameter(named, _first(variables, _QUANTIZATION))
    return Loaded(
        named=named,
        parameters=billions * GB,
        weights_bytes=billions * GB * each,
        context=context,
        tensor_parallel=tensor,
        gpus=tensor,
    )


def _first(variables: Mapping[str, Json], names: tuple[str, ...]) -> str:
    return next((str(variables[name]) for name in names if variables.get(name)), "")


def _weights(model: PlannedResource) -> str:
    """Where the weights lie, without the bucket, whose name is no model's."""
    for container in (model.inputs.get("primaryContainer"), *as_list(model.inputs.get("containers"))):
        written = get_path(container, "modelDataUrl")
        sources = get_path(container, "modelDataSource", "s3DataSources") or get_path(container, "modelDataSource")
        for source in (
            written,
            *[get_path(s, "s3Uri") for s in as_list(sources)],
            get_path(sources, "s3DataSource", "s3Uri"),
        ):
            if isinstance(source, str):
                return source.removeprefix("s3://").partition("/")[2]
    return ""
