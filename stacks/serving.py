"""Serving: the models, each on the cluster or behind a SageMaker endpoint, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components import encryption_key
from components.iam import Statement, allow
from components.lake_bucket import read_prefix
from components.model_endpoint import Artifact, Mode, ModelEndpoint, ModelEndpointArgs, Placement, Results, Variant
from components.pod_identity import PodIdentity, PodIdentityArgs
from gpuplatform.catalog.instances import instance
from gpuplatform.pools.elastic import ElasticPool
from gpuplatform.sizing.fit import hosts
from k8s.engines import ENGINES
from k8s.engines.engine import Hardware, Place, ServedModel
from k8s.inference_gateway import InferenceGateway, InferenceGatewayArgs
from k8s.inference_service import InferenceService, InferenceServiceArgs, Operators, Scaling
from k8s.monitoring import PROMETHEUS_URL
from k8s.namespace import namespace, service_account
from stacks.cluster import ClusterLayer
from stacks.data import DataLayer
from stacks.network import NetworkLayer
from stacks.platform import PlatformLayer
from stacks.settings.context import Context
from stacks.settings.serving import EksModel, SageMakerModel, ServingSettings

NAMESPACE = "serving"


@dataclass(frozen=True, kw_only=True)
class ServingLayer:
    endpoint_names: Mapping[str, pulumi.Output[str]]
    """Model on SageMaker → name for InvokeEndpoint."""
    service_urls: Mapping[str, str]
    """Model on the cluster → base URL of its API, reached from inside the cluster."""


def build(
    settings: ServingSettings,
    context: Context,
    network: NetworkLayer,
    data: DataLayer,
    cluster: ClusterLayer,
    platform: PlatformLayer,
    *,
    alerts: pulumi.Input[str] | None = None,
) -> ServingLayer:
    """`alerts`: ARN of the topic that hears of ill endpoints."""
    on_eks = {name: model for name, model in settings.models.items() if isinstance(model, EksModel)}
    on_sagemaker = {name: model for name, model in settings.models.items() if isinstance(model, SageMakerModel)}
    return ServingLayer(
        endpoint_names={
            name: _endpoint(name, model, context, network, data, alerts).name for name, model in on_sagemaker.items()
        },
        service_urls=_services(on_eks, settings.pools, context, data, cluster, platform) if on_eks else {},
    )


def _services(
    models: Mapping[str, EksModel],
    pools: Mapping[str, ElasticPool],
    context: Context,
    data: DataLayer,
    cluster: ClusterLayer,
    platform: PlatformLayer,
) -> Mapping[str, str]:
    tags = context.tags.of(component="serving")
    serving_namespace = namespace(
        NAMESPACE,
        enforce="restricted",
        warn="restricted",
        labels=tags.labels(),
        opts=pulumi.ResourceOptions(provider=cluster.provider, depends_on=[cluster.after]),
    )
    on_cluster = pulumi.ResourceOptions(providers=[cluster.provider])
    for name, model in models.items():
        owner = tags.of(team=model.team)
        identity = PodIdentity(
            f"model-{name}",
            PodIdentityArgs(
                namespace=NAMESPACE,
                service_account=name,
                tags=owner.aws(Name=f"model-{name}"),
                cluster_name=cluster.name,
                statements=_rights(model, context, data),
            ),
        )
        account = service_account(
            f"model-{name}",
            namespace=serving_namespace.metadata.name,
            account=name,
            labels=owner.labels(),
            opts=pulumi.ResourceOptions(provider=cluster.provider, depends_on=[identity]),
        )
        InferenceService(
            name,
            InferenceServiceArgs(
                engine=ENGINES[model.engine],
                model=ServedModel(
                    weights=pulumi.Output.concat("s3://", data.buckets["models"].name, "/", model.weights),
                    context=model.context,
                    tensor_parallel=model.tensor_parallel,
                    api_key_secret=model.api_key_secret,
                ),
                hardware=_hardware(model, pools[model.pool]),
                scaling=Scaling(
                    min=model.replicas.min, max=model.replicas.max, waiting_requests=model.waiting_requests
                ),
                operators=Operators(
                    nodes=platform.serving_pools[model.pool].node_pool,
                    keda=platform.keda,
                    monitoring=platform.monitoring_crds,
                    prometheus=PROMETHEUS_URL,
                ),
                place=Place(
                    region=context.account.region,
                    namespace=serving_namespace.metadata.name,
                    service_account=account.metadata.name,
                ),
                tags=owner,
            ),
            on_cluster,
        )
    gateway = InferenceGateway(
        "inference",
        InferenceGatewayArgs(
            models={name: ENGINES[model.engine].api_path for name, model in models.items()},
            replicas=2,
            tags=tags,
            namespace=serving_namespace.metadata.name,
            namespace_name=NAMESPACE,
            monitoring=platform.monitoring_crds,
        ),
        on_cluster,
    )
    return gateway.urls


def _hardware(model: EksModel, pool: ElasticPool) -> Hardware:
    types = [instance(name) for name in pool.instances]
    utilisation = ENGINES[model.engine].memory_utilisation
    able = hosts(types, model.parameters, model.bytes_per_parameter, model.tensor_parallel, utilisation)
    return Hardware(pool=model.pool, instances=able)


def _rights(model: EksModel, context: Context, data: DataLayer) -> list[Statement]:
    """The model's weights and, where it has one, its API key: nothing of any other model."""
    rights: list[Statement] = [*read_prefix(data.buckets["models"].arn, model.weights)]
    if data.key_arn is not None:
        rights.append(encryption_key.decrypt(data.key_arn))
    if model.api_key_secret is not None:
        # Secrets Manager adds six characters of its own to every secret's ARN.
        secret = context.account.arn("secretsmanager", f"secret:{model.api_key_secret}-??????")
        rights.append(allow("secretsmanager:GetSecretValue", on=secret))
    return rights


def _endpoint(
    name: str,
    model: SageMakerModel,
    context: Context,
    network: NetworkLayer,
    data: DataLayer,
    alerts: pulumi.Input[str] | None,
) -> ModelEndpoint:
    weights, results = data.buckets["models"], data.buckets["logs"]
    mode = model.mode
    return ModelEndpoint(
        name,
        ModelEndpointArgs(
            account=context.account,
            tags=context.tags.of(component="serving", team=model.team),
            variant=Variant(
                mode=mode,
                instance=model.instance,
                memory_mib=model.memory_mib,
                min=model.replicas.min,
                max=model.replicas.max,
                requests_per_minute=model.requests_per_minute,
                latency=model.latency,
                start=model.replicas.start,
            ),
            artifact=Artifact(
                image=model.image,
                environment=model.environment,
                bucket_name=weights.name,
                bucket_arn=weights.arn,
                key=model.weights,
                kms_key_arn=data.key_arn,
            ),
            # The bucket of logs encrypts with S3's own key, as access logs need it to.
            results=Results(bucket_name=results.name, bucket_arn=results.arn, prefix=f"sagemaker/{name}/"),
            placement=None
            if mode is Mode.SERVERLESS
            else Placement(
                subnet_ids=list(network.private_subnet_ids.values()),
                security_group_ids=[network.endpoint_security_group_id],
            ),
            alert_topic_arn=alerts,
        ),
    )
