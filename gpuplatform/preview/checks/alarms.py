"""Whether alarms can be silent: one that always rings says nothing, and blocks what waits for it to end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import TypeAdapter, ValidationError

from gpuplatform.catalog.instances import InstanceType, UnknownInstanceType, instance
from gpuplatform.kinds import fsx, sagemaker
from gpuplatform.kinds.cloudwatch import METRIC_ALARM
from gpuplatform.kinds.pricing.endpoints import model_of
from gpuplatform.plan.model import Json, Plan, PlannedResource, Source
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict, as_list, get_path, strings
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.sizing.answers import Answer

_ANSWER: Final = TypeAdapter(Answer)
"""As the settings read it."""
_WHOLE: Final = "ModelLatency"
_BEGINNING: Final = ("FirstChunkModelLatency", "FirstChunkLatency")
_LEAST_MICROSECONDS: Final = 1000
"""A container's HTTP answer takes longer, whatever it computes."""
_NAMED: Final = re.compile(r"(?<![\w.])A?(\d+(?:\.\d+)?)[bB](?![A-Za-z0-9])")
"""`Llama-3.1-8B-Instruct`, `Qwen3-30B-A3B`: as models are named after their billions of parameters, and of those that a token uses."""
_NARROWEST: Final = 0.5
"""Bytes of a parameter where nobody says how many: int4."""
_SPECULATES: Final = re.compile("SPECULATIVE", re.IGNORECASE)
_GIB: Final = 1024**3


@check("alarm-always-rings", Severity.ERROR, "No alarm rings whatever happens.")
def always_rings(plan: Plan) -> Iterator[Violation]:
    """Judged are amounts, which are never below 0; the free space of a file system, which is never more than there is; and the time
    that SageMaker's models take, which is not below what their hardware needs for a token, or for the answer that the settings state."""
    for alarm in plan.all(METRIC_ALARM):
        why = next((said for law in (_amounts, _free_space, _latency) for said in law(plan, alarm)), None)
        if why:
            yield Violation(f"{alarm.name}: rings whatever happens: {why}", alarm, _setting(plan, alarm))


def _setting(plan: Plan, alarm: PlannedResource) -> Source | None:
    """The line of the settings from which an endpoint's limit comes."""
    models = as_dict(plan.setting("serving").get("models"))
    for endpoint in _dimension(plan, alarm, "EndpointName", sagemaker.ENDPOINT):
        if name := model_of(endpoint, models):
            return plan.setting_source(f"serving.models.{name}.latency_ms")
    return None


def _amounts(_: Plan, alarm: PlannedResource) -> Iterator[str]:
    threshold, above = _threshold(alarm), str(alarm.inputs.get("comparisonOperator") or "")
    if threshold is None or not str(alarm.inputs.get("namespace") or "").startswith("AWS/"):
        return
    if (above == "GreaterThanOrEqualToThreshold" and threshold <= 0) or (
        above == "GreaterThanThreshold" and threshold < 0
    ):
        yield f"{_metric(alarm)} is never below 0, and the threshold is {threshold:g}"


def _free_space(plan: Plan, alarm: PlannedResource) -> Iterator[str]:
    threshold = _threshold(alarm)
    below = str(alarm.inputs.get("comparisonOperator") or "").startswith("LessThan")
    if threshold is None or not below or _metric(alarm) not in ("FreeDataStorageCapacity", "FreeStorageCapacity"):
        return
    for system in _dimension(plan, alarm, "FileSystemId", fsx.LUSTRE_FILE_SYSTEM):
        size = system.inputs.get("storageCapacity")
        if isinstance(size, (int, float)) and threshold > size * _GIB:
            yield f"{system.name} has {size:g} GiB, and less than {threshold / _GIB:,.0f} GiB free is asked for"


def _latency(plan: Plan, alarm: PlannedResource) -> Iterator[str]:
    threshold, metric = _threshold(alarm), _metric(alarm)
    rises = str(alarm.inputs.get("comparisonOperator") or "").startswith("GreaterThan")
    if threshold is None or not rises or metric not in (_WHOLE, *_BEGINNING):
        return
    if alarm.inputs.get("namespace") != "AWS/SageMaker":
        return
    if threshold < _LEAST_MICROSECONDS:
        yield (
            f"{metric} is in microseconds, and no container answers within {threshold:g}; "
            f"{threshold:g} ms are {threshold * 1000:,.0f}"
        )
        return
    for endpoint in _dimension(plan, alarm, "EndpointName", sagemaker.ENDPOINT):
        for type_ in _hardware(plan, endpoint):
            least, of = _least(plan, endpoint, type_, begun=metric in _BEGINNING)
            if least is not None and threshold < least * 1e6:
                yield (
                    f"{of} takes at least {least:.2g} s on ml.{type_.name}, and the limit is {threshold / 1e6:g} s "
                    "(the metric is in microseconds); raise it, or leave latency_ms out where the settings state the answer"
                )


def _least(plan: Plan, endpoint: PlannedResource, type_: InstanceType, *, begun: bool) -> tuple[float | None, str]:
    """Seconds of the answer that the settings state, or of a single token of the model that the container is told to load."""
    models = as_dict(plan.setting("serving").get("models"))
    model = as_dict(models.get(model_of(endpoint, models)))
    environment = [*_environment(plan, endpoint), *as_dict(model.get("environment"))]
    if any(_SPECULATES.search(word) for word in environment):
        return None, ""
    try:
        answer = _ANSWER.validate_python({**as_dict(model.get("answer")), "streamed": begun})
    except (ValidationError, ValueError):
        return _one_token(environment, type_)
    what = f"its first token after {answer.prompt_tokens}" if begun else f"an answer of {answer.tokens} tokens"
    return answer.seconds(type_), f"{what}, of {answer.billion_parameters:g} billion parameters,"


def _one_token(environment: Iterable[str], type_: InstanceType) -> tuple[float | None, str]:
    billions = [float(found[1]) for word in environment for found in _NAMED.finditer(word)]
    if not billions:
        return None, ""
    answer = Answer(billion_parameters=min(billions), bytes_per_parameter=_NARROWEST, prompt_tokens=1, tokens=1)
    return answer.seconds(type_), f"one token of {min(billions):g} billion parameters"


def _environment(plan: Plan, endpoint: PlannedResource) -> Iterator[str]:
    """Names and values of the variables of the models' containers."""
    for config in linked(plan, endpoint, "endpointConfigName", sagemaker.ENDPOINT_CONFIGURATION):
        for model in linked(plan, config, "productionVariants", sagemaker.MODEL):
            for container in (model.inputs.get("primaryContainer"), *as_list(model.inputs.get("containers"))):
                variables = as_dict(get_path(container, "environment"))
                yield from (*variables, *strings(variables))


def _hardware(plan: Plan, endpoint: PlannedResource) -> Iterator[InstanceType]:
    for config in linked(plan, endpoint, "endpointConfigName", sagemaker.ENDPOINT_CONFIGURATION):
        for variant in as_list(config.inputs.get("productionVariants")):
            try:
                yield instance(str(get_path(variant, "instanceType")).removeprefix("ml."))
            except UnknownInstanceType:
                continue


def _dimension(plan: Plan, alarm: PlannedResource, key: str, type_: str) -> list[PlannedResource]:
    """Resources of a type that a dimension names: by what was sent, or by what it came from."""
    sent = get_path(alarm.inputs, "dimensions", key)
    named = [
        r
        for r in plan.all(type_)
        if sent and sent in (r.inputs.get("name"), r.outputs.get("name"), r.outputs.get("id"))
    ]
    return named or linked(plan, alarm, "dimensions", type_)


def _metric(alarm: PlannedResource) -> str:
    return str(alarm.inputs.get("metricName") or "")


def _threshold(alarm: PlannedResource) -> float | None:
    value: Json = alarm.inputs.get("threshold")
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
