"""Amazon SageMaker."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import BOTOCORE, Api, Duration, Free, Kind, force_new, immutable, right

APP: Final = "aws:sagemaker/app:App"
ENDPOINT: Final = "aws:sagemaker/endpoint:Endpoint"
ENDPOINT_CONFIGURATION: Final = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
MODEL: Final = "aws:sagemaker/model:Model"
NOTEBOOK_INSTANCE: Final = "aws:sagemaker/notebookInstance:NotebookInstance"
TRAINING_JOB: Final = "aws:sagemaker/trainingJob:TrainingJob"

_FREE: Final = Free("a definition; the endpoint that uses it is priced (aws.amazon.com/sagemaker/pricing)")

KINDS: Final = (
    # Sent through Cloud Control as JSON.
    Kind("AWS::SageMaker::InferenceComponent", api=Api(shapes=("sagemaker.CreateInferenceComponentInput",))),
    Kind(
        APP,
    ),
    Kind(
        ENDPOINT,
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
        api=Api(shapes=("sagemaker.CreateNotebookInstanceInput",), renamed={"name": "sagemaker.NotebookInstanceName"}),
    ),
    Kind(
        TRAINING_JOB,
    ),
    Kind("aws:sagemaker/appImageConfig:AppImageConfig", price=_FREE),
    Kind("aws:sagemaker/codeRepository:CodeRepository", price=_FREE),
    Kind("aws:sagemaker/domain:Domain", price=_FREE),
    Kind(
        ENDPOINT_CONFIGURATION,
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
