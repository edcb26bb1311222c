"""A model, its endpoint configuration and its endpoint, such that an update never collides and never leaves the endpoint without a model.

Model and configuration cannot be changed, only replaced: their names are generated, so the new ones exist before the endpoint is
moved to them and the old ones go last. What people get wrong: a fixed name there, or deleting them before replacing them.
The endpoint is updated in place. Clients call it by name, so the name is fixed; only another name would replace it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam import Account
from components.model_endpoint.alarms import EndpointAlarms, EndpointAlarmsArgs
from components.model_endpoint.role import EndpointRole, EndpointRoleArgs
from components.model_endpoint.scaling import EndpointScaling, EndpointScalingArgs, scales
from components.model_endpoint.variant import NAME, Artifact, Mode, Placement, Results, Variant, endpoint_name
from components.tags import CostTags

CAPTURE_PERCENT = 10
"""Share of a real-time endpoint's requests that is kept, for drift analysis."""

LOG_DAYS = 30

START_SECONDS = 900
"""How long weights may take to arrive, and then the container to answer its first health check."""

UPDATE_SECONDS = 3300
"""When SageMaker gives up an update: five minutes before the provider stops waiting (60 minutes, terraform-provider-aws)."""

WATCH_SECONDS = 600
"""How long an update is watched at each step: twice the five minutes in which an alarm makes up its mind."""


@dataclass(frozen=True, kw_only=True)
class ModelEndpointArgs:
    account: Account
    tags: CostTags
    variant: Variant
    artifact: Artifact
    results: Results
    placement: Placement | None = None
    """Needed but for serverless, which cannot enter a VPC (SageMaker guide, "Serverless Inference: feature exclusions")."""
    alert_topic_arn: pulumi.Input[str] | None = None

    def __post_init__(self) -> None:
        if self.variant.serverless and self.placement is not None:
            raise ValueError("placement: a serverless endpoint cannot enter a VPC; leave it out")
        if not self.variant.serverless and self.placement is None:
            raise ValueError(f"placement: a {self.variant.mode} endpoint needs subnets and security groups")
        if self.variant.serverless and not self.artifact.archive:
            raise ValueError(f"key: {self.artifact.key}; a serverless endpoint loads one .tar.gz")


class ModelEndpoint(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """What clients pass to InvokeEndpoint, or to InvokeEndpointAsync."""
    arn: pulumi.Output[str]
    """For policies of those who may call it."""
    config_name: pulumi.Output[str]
    """The configuration it should run; another one in DescribeEndpoint means that an update was rolled back."""

    def __init__(self, name: str, args: ModelEndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:ModelEndpoint", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        unmoved = pulumi.ResourceOptions(parent=self, ignore_changes=["productionVariants[0].initialInstanceCount"])
        physical = endpoint_name(args.tags, name)
        tags = args.tags.aws(Name=physical)

        # SageMaker would create it under this very name, untagged and kept for ever.
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/sagemaker/Endpoints/{physical}",
            retention_in_days=LOG_DAYS,
            tags=tags,
            opts=child,
        )
        role = EndpointRole(
            f"{name}-role",
            EndpointRoleArgs(
                account=args.account,
                tags=args.tags,
                variant=args.variant,
                artifact=args.artifact,
                results=args.results,
                placement=args.placement,
                log_group_arn=logs.arn,
                alert_topic_arn=args.alert_topic_arn,
            ),
            child,
        )
        model = aws.sagemaker.Model(
            f"{name}-model",
            execution_role_arn=role.arn,
            primary_container=container(args.artifact),
            # No way out but the VPC's, and none for the container: SageMaker itself carries weights and captures.
            enable_network_isolation=args.placement is not None,
            vpc_config=vpc(args.placement),
            tags=tags,
            opts=child,
        )
        config = aws.sagemaker.EndpointConfiguration(
            f"{name}-config",
            production_variants=[production_variant(args.variant, model.name)],
            data_capture_config=capture(args.variant.mode, args.results),
            async_inference_config=answers(args.variant.mode, args.results, args.alert_topic_arn),
            kms_key_arn=args.artifact.kms_key_arn if args.variant.takes_volume_key else None,
            tags=tags,
            # How many instances run is the autoscaler's business: another minimum or maximum alone must not replace the fleet.
            opts=child if args.variant.start is not None else unmoved,
        )
        alarms = EndpointAlarms(
            f"{name}-alarms",
            EndpointAlarmsArgs(tags=args.tags, endpoint=physical, variant=args.variant, topic_arn=args.alert_topic_arn),
            child,
        )
        endpoint = aws.sagemaker.Endpoint(
            f"{name}-endpoint",
            name=physical,
            endpoint_config_name=config.name,
            deployment_config=deployment(args.variant, alarms.names),
            tags=tags,
            opts=child,
        )
        if scales(args.variant):
            EndpointScaling(
                f"{name}-scaling",
                EndpointScalingArgs(tags=args.tags, variant=args.variant, endpoint_name=endpoint.name),
                child,
            )
        self.name = endpoint.name
        self.arn = endpoint.arn
        self.config_name = config.name
        self.register_outputs({"name": self.name, "arn": self.arn, "config_name": self.config_name})


def container(artifact: Artifact) -> aws.sagemaker.ModelPrimaryContainerArgsDict:
    weights = pulumi.Output.concat("s3://", artifact.bucket_name, "/", artifact.key)
    if artifact.archive:
        return {"image": artifact.image, "environment": artifact.environment, "model_data_url": weights}
    return {
        "image": artifact.image,
        "environment": artifact.environment,
        "model_data_source": {
            "s3_data_sources": [{"s3_uri": weights, "s3_data_type": "S3Prefix", "compression_type": "None"}]
        },
    }


def vpc(placement: Placement | None) -> aws.sagemaker.ModelVpcConfigArgsDict | None:
    if placement is None:
        return None
    return {"subnets": placement.subnet_ids, "security_group_ids": placement.security_group_ids}


def production_variant(
    variant: Variant, model_name: pulumi.Input[str]
) -> aws.sagemaker.EndpointConfigurationProductionVariantArgsDict:
    if variant.memory_mib is not None:
        shape: aws.sagemaker.EndpointConfigurationProductionVariantServerlessConfigArgsDict = {
            "memory_size_in_mb": variant.memory_mib,
            "max_concurrency": variant.max,
        }
        if variant.min:
            shape["provisioned_concurrency"] = variant.min
        return {"variant_name": NAME, "model_name": model_name, "serverless_config": shape}
    return {
        "variant_name": NAME,
        "model_name": model_name,
        "instance_type": variant.instance,
        "initial_instance_count": variant.first,
        "initial_variant_weight": 1,
        # Tens of gigabytes of weights take longer than SageMaker's defaults; both starts must fit into an update.
        "model_data_download_timeout_in_seconds": START_SECONDS,
        "container_startup_health_check_timeout_in_seconds": START_SECONDS,
    }


def capture(mode: Mode, results: Results) -> aws.sagemaker.EndpointConfigurationDataCaptureConfigArgsDict | None:
    """Serverless cannot; asynchronous requests and answers lie in S3 anyway."""
    if mode is not Mode.REALTIME:
        return None
    return {
        "enable_capture": True,
        "initial_sampling_percentage": CAPTURE_PERCENT,
        "destination_s3_uri": results.uri("captures"),
        "capture_options": [{"capture_mode": "Input"}, {"capture_mode": "Output"}],
    }


def answers(
    mode: Mode, results: Results, topic_arn: pulumi.Input[str] | None
) -> aws.sagemaker.EndpointConfigurationAsyncInferenceConfigArgsDict | None:
    if mode is not Mode.ASYNC:
        return None
    output: aws.sagemaker.EndpointConfigurationAsyncInferenceConfigOutputConfigArgsDict = {
        "s3_output_path": results.uri("answers"),
        "s3_failure_path": results.uri("failures"),
    }
    if topic_arn is not None:
        output["notification_config"] = {"error_topic": topic_arn}
    return {"output_config": output}


def deployment(
    variant: Variant, alarm_names: list[pulumi.Output[str]]
) -> aws.sagemaker.EndpointDeploymentConfigArgsDict | None:
    """How an update reaches clients. Guardrails are for real-time and asynchronous endpoints alone (SageMaker guide, read 2026-11).

    A canary is at most half of the instances, so it takes two; with fewer all traffic moves at once and the old fleet stays
    for as long, ready to take it back.
    """
    if variant.serverless:
        return None
    return {
        "blue_green_update_policy": {
            "traffic_routing_configuration": {
                "type": "CANARY",
                "wait_interval_in_seconds": WATCH_SECONDS,
                "canary_size": {"type": "INSTANCE_COUNT", "value": 1},
            }
            if variant.first >= 2
            else {"type": "ALL_AT_ONCE", "wait_interval_in_seconds": 0},
            "termination_wait_in_seconds": WATCH_SECONDS,
            "maximum_execution_timeout_in_seconds": UPDATE_SECONDS,
        },
        "auto_rollback_configuration": {"alarms": [{"alarm_name": n} for n in alarm_names]},
    }
