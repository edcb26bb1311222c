"""SageMaker's endpoints, models and training jobs, and the scaling of endpoints."""

from __future__ import annotations

import re
from typing import Final

from gpuplatform.catalog import instances
from gpuplatform.kinds.combination import Combination, On, Term, absent, among, given, longer_than
from gpuplatform.plan.model import Json
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.values import as_list, get_path

_CONFIG: Final = "SageMaker API reference, CreateEndpointConfig (botocore 1.44.5)"
_SERVERLESS: Final = (
    'SageMaker developer guide, "Deploy models with Serverless Inference", feature exclusions, read 2026-12-01'
)
_MODEL: Final = "SageMaker API reference, CreateModel (botocore 1.44.5)"
_JOB: Final = "SageMaker API reference, ResourceConfig (botocore 1.44.5)"
_ENDPOINT: Final = "SageMaker API reference, DeploymentConfig (botocore 1.44.5)"
_SCALING: Final = "Application Auto Scaling API reference, PutScalingPolicy (botocore 1.44.5)"

_LOCAL_DISKS: Final = re.compile(
    r"(c|m|r|x)\d+[a-z]*d[a-z]*|i\d.*|d\d.*|g4dn|g4ad|g5|g6e?|gr6|g7e?|p4de?|p5[a-z]*|p6.*|trn\d.*"
)
"""Families with instance store (EC2 user guide, "Instance store volumes"), for types of which the catalogue has no hardware."""


def local_disks(type_: Json) -> bool:
    """Whether an instance of SageMaker's has disks of its own, which are encrypted by their hardware."""
    name = str(type_ or "").removeprefix("ml.")
    if name in instances.names():
        hardware = instances.instance(name)
        return hardware.nvme_disks > 0 and hardware.hypervisor == "nitro"
    return bool(_LOCAL_DISKS.fullmatch(name.partition(".")[0]))


def _any_local(variants: Json) -> bool:
    return any(local_disks(get_path(v, "instanceType")) for v in as_list(variants))


def _single(variants: Json) -> bool:
    return len(as_list(variants)) == 1


def _variants(property_: str) -> tuple[Combination, ...]:
    instead = (
        *("instanceType", "initialInstanceCount", "acceleratorType", "volumeSizeInGb", "coreDumpConfig"),
        *("inferenceAmiVersion", "managedInstanceScaling", "containerStartupHealthCheckTimeoutInSeconds"),
    )
    return (
        *(
            Combination(
                of=property_,
                when=(given("serverlessConfig"), given(key)),
                then=(absent(key),),
                says=f"serverlessConfig beside {key}: a variant is serverless or has instances; leave one of them out",
                source=_CONFIG,
            )
            for key in instead
        ),
        Combination(
            of=property_,
            when=(absent("serverlessConfig"),),
            then=(given("instanceType"),),
            says="instanceType: neither it nor serverlessConfig is given; nothing would serve the variant",
            source=_CONFIG,
        ),
        Combination(
            of=property_,
            when=(given("managedInstanceScaling.minInstanceCount"), given("managedInstanceScaling.maxInstanceCount")),
            then=(Term(path="managedInstanceScaling", holds=_ordered),),
            says="managedInstanceScaling: minInstanceCount is above maxInstanceCount",
            source=_CONFIG,
        ),
        Combination(
            of=property_,
            when=(given("serverlessConfig.provisionedConcurrency"),),
            then=(Term(path="serverlessConfig", holds=_provisioned),),
            says="serverlessConfig: provisionedConcurrency is above maxConcurrency",
            source=_CONFIG,
        ),
        Combination(
            of=property_,
            when=(given("serverlessConfig"),),
            then=(absent("dataCaptureConfig", On.WHOLE), absent("asyncInferenceConfig", On.WHOLE)),
            says="serverlessConfig: serverless endpoints capture no data and have no queue; leave dataCaptureConfig and "
            "asyncInferenceConfig out",
            source=_SERVERLESS,
        ),
        Combination(
            of=property_,
            when=(given("serverlessConfig"), longer_than(property_, 1, On.WHOLE)),
            then=(absent("serverlessConfig"),),
            says="serverlessConfig: a serverless endpoint has one variant",
            source=_SERVERLESS,
        ),
    )


def _ordered(scaling: Json) -> bool:
    return whole(get_path(scaling, "minInstanceCount")) <= whole(get_path(scaling, "maxInstanceCount"))


def _provisioned(config: Json) -> bool:
    most = whole(get_path(config, "maxConcurrency"))
    return not most or whole(get_path(config, "provisionedConcurrency")) <= most


CONFIGURATION_RULES: Final = (
    *_variants("productionVariants"),
    *_variants("shadowProductionVariants"),
    *(
        Combination(
            when=(given("kmsKeyArn"), Term(path=property_, holds=_any_local)),
            then=(absent("kmsKeyArn"),),
            says="kmsKeyArn: instances with local disks take no key: their hardware encrypts those, and the key would encrypt nothing; "
            "leave it out, or take a type without them",
            source=_CONFIG,
        )
        for property_ in ("productionVariants", "shadowProductionVariants")
    ),
    Combination(
        when=(given("shadowProductionVariants"),),
        then=(
            Term(path="productionVariants", holds=_single),
            Term(path="shadowProductionVariants", holds=_single),
        ),
        says="shadowProductionVariants: beside a shadow there is one variant, and one shadow",
        source=_CONFIG,
    ),
    Combination(
        when=(given("asyncInferenceConfig"),),
        then=(absent("shadowProductionVariants"),),
        says="asyncInferenceConfig: an asynchronous endpoint has no shadow variants",
        source=_CONFIG,
    ),
)

ENDPOINT_RULES: Final = (
    Combination(
        when=(given("deploymentConfig.blueGreenUpdatePolicy"),),
        then=(absent("deploymentConfig.rollingUpdatePolicy"),),
        says="deploymentConfig: a blue/green and a rolling policy are both given; leave one of them out",
        source=_ENDPOINT,
    ),
    *(
        Combination(
            when=(given(f"{_ROUTING}.{size}"),),
            then=(among(f"{_ROUTING}.type", kind),),
            says=f"{_ROUTING}.{size}: is for type {kind} alone",
            source=_ENDPOINT,
        )
        for _ROUTING in ("deploymentConfig.blueGreenUpdatePolicy.trafficRoutingConfiguration",)
        for size, kind in (("canarySize", "CANARY"), ("linearStepSize", "LINEAR"))
    ),
    *(
        Combination(
            when=(among(f"{_ROUTING}.type", kind),),
            then=(given(f"{_ROUTING}.{size}"),),
            says=f"{_ROUTING}: type {kind} needs {size}",
            source=_ENDPOINT,
        )
        for _ROUTING in ("deploymentConfig.blueGreenUpdatePolicy.trafficRoutingConfiguration",)
        for size, kind in (("canarySize", "CANARY"), ("linearStepSize", "LINEAR"))
    ),
)

MODEL_RULES: Final = (
    Combination(
        when=(given("containers"),),
        then=(absent("primaryContainer"),),
        says="containers and primaryContainer are both given; leave one of them out",
        source=_MODEL,
    ),
    Combination(
        when=(given("primaryContainer.modelDataSource"),),
        then=(absent("primaryContainer.modelDataUrl"),),
        says="primaryContainer: modelDataSource and modelDataUrl are both given; leave one of them out",
        source=_MODEL,
    ),
)

TRAINING_RULES: Final = (
    Combination(
        when=(given("resourceConfig.volumeKmsKeyId"), Term(path="resourceConfig.instanceType", holds=local_disks)),
        then=(absent("resourceConfig.volumeKmsKeyId"),),
        says="resourceConfig.volumeKmsKeyId: an instance with local disks takes none; leave it out",
        source=_JOB,
    ),
    Combination(
        when=(given("enableManagedSpotTraining"),),
        then=(given("stoppingCondition.maxWaitTimeInSeconds"),),
        says="enableManagedSpotTraining: needs stoppingCondition.maxWaitTimeInSeconds, no shorter than maxRuntimeInSeconds",
        source="SageMaker API reference, CreateTrainingJob (botocore 1.44.5)",
    ),
)

_TRACKING: Final = "targetTrackingScalingPolicyConfiguration"
_STEPS: Final = "stepScalingPolicyConfiguration"

POLICY_RULES: Final = (
    Combination(
        when=(among("policyType", "TargetTrackingScaling"),),
        then=(given(_TRACKING), absent(_STEPS)),
        says=f"policyType: TargetTrackingScaling takes {_TRACKING}, and no steps",
        source=_SCALING,
    ),
    Combination(
        when=(among("policyType", "StepScaling", None),),
        then=(absent(_TRACKING), given(_STEPS)),
        says=f"policyType: StepScaling, which is the default, takes {_STEPS} alone",
        source=_SCALING,
    ),
    Combination(
        when=(given(f"{_TRACKING}.predefinedMetricSpecification"),),
        then=(absent(f"{_TRACKING}.customizedMetricSpecification"),),
        says=f"{_TRACKING}: a predefined and a customized metric are both given; leave one of them out",
        source=_SCALING,
    ),
)
