"""Which shape of AWS's API takes the properties of which resource.

Pulumi's AWS provider keeps the API's names but for their case, and lifts a resource's own structure up to the top.
"""

from __future__ import annotations

from typing import Final

SHAPES: Final[dict[str, tuple[str, ...]]] = {
    # Sent through Cloud Control as JSON.
    "AWS::SageMaker::InferenceComponent": ("sagemaker.CreateInferenceComponentInput",),
    "aws:amp/workspace:Workspace": ("amp.CreateWorkspaceRequest",),
    "aws:appautoscaling/policy:Policy": ("application-autoscaling.PutScalingPolicyRequest",),
    "aws:appautoscaling/scheduledAction:ScheduledAction": ("application-autoscaling.PutScheduledActionRequest",),
    "aws:appautoscaling/target:Target": ("application-autoscaling.RegisterScalableTargetRequest",),
    "aws:autoscaling/group:Group": ("autoscaling.CreateAutoScalingGroupType",),
    "aws:autoscaling/schedule:Schedule": ("autoscaling.PutScheduledUpdateGroupActionType",),
    "aws:budgets/budget:Budget": ("budgets.Budget",),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": ("cloudwatch.PutCompositeAlarmInput",),
    "aws:cloudwatch/eventRule:EventRule": ("events.PutRuleRequest",),
    "aws:cloudwatch/eventTarget:EventTarget": ("events.Target",),
    "aws:cloudwatch/logGroup:LogGroup": ("logs.CreateLogGroupRequest",),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch.PutMetricAlarmInput",),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": ("ce.AnomalyMonitor",),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": ("ce.AnomalySubscription",),
    "aws:dynamodb/table:Table": ("dynamodb.CreateTableInput",),
    "aws:ec2/capacityReservation:CapacityReservation": ("ec2.CreateCapacityReservationRequest",),
    "aws:ec2/eip:Eip": ("ec2.AllocateAddressRequest",),
    "aws:ec2/flowLog:FlowLog": ("ec2.CreateFlowLogsRequest",),
    "aws:ec2/launchTemplate:LaunchTemplate": ("ec2.RequestLaunchTemplateData", "ec2.CreateLaunchTemplateRequest"),
    "aws:ec2/natGateway:NatGateway": ("ec2.CreateNatGatewayRequest",),
    "aws:ec2/placementGroup:PlacementGroup": ("ec2.CreatePlacementGroupRequest",),
    "aws:ec2/vpc:Vpc": ("ec2.CreateVpcRequest",),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("ec2.CreateVpcEndpointRequest",),
    "aws:ecr/repository:Repository": ("ecr.CreateRepositoryRequest",),
    "aws:efs/fileSystem:FileSystem": ("efs.CreateFileSystemRequest",),
    "aws:eks/accessEntry:AccessEntry": ("eks.CreateAccessEntryRequest",),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": ("eks.AssociateAccessPolicyRequest",),
    "aws:eks/addon:Addon": ("eks.CreateAddonRequest",),
    "aws:eks/cluster:Cluster": ("eks.CreateClusterRequest",),
    "aws:eks/nodeGroup:NodeGroup": ("eks.CreateNodegroupRequest",),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("elasticache.CreateReplicationGroupMessage",),
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": ("fsx.CreateDataRepositoryAssociationRequest",),
    "aws:fsx/lustreFileSystem:LustreFileSystem": (
        *("fsx.CreateFileSystemLustreConfiguration", "fsx.CreateFileSystemRequest"),
    ),
    "aws:iam/policy:Policy": ("iam.CreatePolicyRequest",),
    "aws:iam/role:Role": ("iam.CreateRoleRequest",),
    "aws:iam/rolePolicy:RolePolicy": ("iam.PutRolePolicyRequest",),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("iam.AttachRolePolicyRequest",),
    "aws:kinesis/stream:Stream": ("kinesis.CreateStreamInput",),
    "aws:kms/alias:Alias": ("kms.CreateAliasRequest",),
    "aws:kms/key:Key": ("kms.CreateKeyRequest", "kms.EnableKeyRotationRequest"),
    "aws:lambda/function:Function": ("lambda.CreateFunctionRequest",),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ("s3.BucketLifecycleConfiguration",),
    "aws:s3/bucketLogging:BucketLogging": ("s3.LoggingEnabled",),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "s3.ServerSideEncryptionConfiguration",
    ),
    "aws:sagemaker/endpoint:Endpoint": ("sagemaker.CreateEndpointInput",),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": ("sagemaker.CreateEndpointConfigInput",),
    "aws:sagemaker/featureGroup:FeatureGroup": ("sagemaker.CreateFeatureGroupRequest",),
    "aws:sagemaker/model:Model": ("sagemaker.CreateModelInput",),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": ("sagemaker.CreateModelPackageGroupInput",),
    "aws:sagemaker/notebookInstance:NotebookInstance": ("sagemaker.CreateNotebookInstanceInput",),
    "aws:scheduler/schedule:Schedule": ("scheduler.CreateScheduleInput",),
    "aws:scheduler/scheduleGroup:ScheduleGroup": ("scheduler.CreateScheduleGroupInput",),
    "aws:secretsmanager/secret:Secret": ("secretsmanager.CreateSecretRequest",),
    "aws:sns/topicSubscription:TopicSubscription": ("sns.SubscribeInput",),
    "eks:index:Cluster": ("eks.CreateClusterRequest",),
}

RENAMED: Final[dict[str, dict[str, str]]] = {
    "aws:autoscaling/tag:Tag": {"tag": "autoscaling.Tag"},
    "aws:budgets/budget:Budget": {"name": "budgets.BudgetName", "notifications": "budgets.Notification"},
    "aws:cloudwatch/eventTarget:EventTarget": {"targetId": "events.TargetId"},
    "aws:cloudwatch/logGroup:LogGroup": {"name": "logs.LogGroupName", "retentionInDays": "logs.Days"},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"name": "cloudwatch.AlarmName"},
    "aws:costexplorer/anomalySubscription:AnomalySubscription": {"monitorArnLists": "ce.MonitorArnList"},
    "aws:ebs/volume:Volume": {"type": "ec2.VolumeType"},
    "aws:ecr/repository:Repository": {"name": "ecr.RepositoryName"},
    "aws:eks/addon:Addon": {
        **dict.fromkeys(("resolveConflictsOnCreate", "resolveConflictsOnUpdate"), "eks.ResolveConflicts"),
    },
    "aws:eks/cluster:Cluster": {"enabledClusterLogTypes": "eks.LogTypes", "name": "eks.ClusterName"},
    "aws:iam/policy:Policy": {"name": "iam.policyNameType", "policy": "iam.policyDocumentType"},
    "aws:iam/role:Role": {"name": "iam.roleNameType", "assumeRolePolicy": "iam.policyDocumentType"},
    "aws:iam/rolePolicy:RolePolicy": {"name": "iam.policyNameType", "policy": "iam.policyDocumentType"},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"role": "iam.roleNameType"},
    "aws:kinesis/stream:Stream": {"name": "kinesis.StreamName"},
    "aws:kms/alias:Alias": {"name": "kms.AliasNameType"},
    "aws:kms/key:Key": {"deletionWindowInDays": "kms.PendingWindowInDaysType"},
    "aws:s3/bucketVersioning:BucketVersioning": {"versioningConfiguration": "s3.VersioningConfiguration"},
    "aws:sagemaker/endpoint:Endpoint": {"name": "sagemaker.EndpointName"},
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": {"name": "sagemaker.EndpointConfigName"},
    "aws:sagemaker/model:Model": {"name": "sagemaker.ModelName", "containers": "sagemaker.ContainerDefinitionList"},
    "aws:sagemaker/notebookInstance:NotebookInstance": {"name": "sagemaker.NotebookInstanceName"},
    "aws:sns/topic:Topic": {"name": "sns.topicName"},
    "eks:index:Cluster": {"enabledClusterLogTypes": "eks.LogTypes", "name": "eks.ClusterName"},
}
"""Properties that the provider calls something else, and the shape of each."""

NOT_THE_SAME: Final[dict[str, tuple[str, ...]]] = {
    # A list of subjects, where Pulumi has a text of its own form.
    "cloudwatch.PutMetricAlarmInput": ("EvaluationCriteria",),
    # The provider takes the tags as a map, and a base64 text where the API takes bytes.
    "ec2.RequestLaunchTemplateData": ("UserData",),
    # Hardware is the business of the catalogue's own checks, which know more than a name.
    "ec2.CreateCapacityReservationRequest": ("InstanceType",),
}
"""Members whose Pulumi namesake means something else."""

STATED: Final[dict[str, dict[str, object]]] = {
    "cloudwatch.PutMetricAlarmInput.TreatMissingData": {"enum": ["breaching", "notBreaching", "ignore", "missing"]},
    "ec2.CreateFlowLogsRequest.MaxAggregationInterval": {"enum": [60, 600]},
    "ec2.LaunchTemplateEbsBlockDeviceRequest.Iops": {"minimum": 100, "maximum": 256_000},
    "ec2.LaunchTemplateEbsBlockDeviceRequest.Throughput": {"minimum": 125, "maximum": 2000},
    "ec2.LaunchTemplateEbsBlockDeviceRequest.VolumeSize": {"minimum": 1, "maximum": 65_536},
    "ec2.LaunchTemplateInstanceMetadataOptionsRequest.HttpPutResponseHopLimit": {"minimum": 1, "maximum": 64},
    "ec2.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest.InterfaceType": {
        "enum": ["interface", "efa", "efa-only"]
    },
    "eks.CreateAccessEntryRequest.type": {
        "enum": [
            *("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "EC2", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX"),
        ]
    },
    "kms.PendingWindowInDaysType": {"minimum": 7, "maximum": 30},
    # 0 is the provider's word for never.
    "logs.Days": {
        "enum": [
            *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
            *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
        ]
    },
    "sns.SubscribeInput.Protocol": {
        "enum": ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"]
    },
    "sns.topicName": {"maxLength": 256, "pattern": "[A-Za-z0-9_-]+(\\.fifo)?"},
}
"""Limits of shapes, or of a shape's member, that are sentences in the documentation of botocore's models and nothing more."""

STATED_OF: Final[dict[str, dict[str, dict[str, object]]]] = {
    "aws:budgets/budget:Budget": {"limitAmount": {"pattern": "\\d+(\\.\\d+)?"}},
    "aws:eks/nodeGroup:NodeGroup": {"nodeGroupName": {"maxLength": 63, "pattern": "[A-Za-z0-9][A-Za-z0-9_-]*"}},
    # SSD, HDD and SCRATCH_2; what goes with what is not said here (FSx API reference, PerUnitStorageThroughput).
    "aws:fsx/lustreFileSystem:LustreFileSystem": {
        "perUnitStorageThroughput": {"enum": [12, 40, 50, 100, 125, 200, 250, 500, 1000]},
        "storageCapacity": {"minimum": 1200},
    },
    # Amazon S3 user guide, "General purpose bucket naming rules".
    "aws:s3/bucket:Bucket": {
        "bucket": {"minLength": 3, "maxLength": 63, "pattern": "[a-z0-9][a-z0-9.-]*[a-z0-9]"},
    },
    # SQS takes its attributes as a map of texts; the ranges are in the documentation of CreateQueue.
    "aws:sqs/queue:Queue": {
        "delaySeconds": {"minimum": 0, "maximum": 900},
        "kmsDataKeyReusePeriodSeconds": {"minimum": 60, "maximum": 86_400},
        "maxMessageSize": {"minimum": 1024, "maximum": 1_048_576},
        "messageRetentionSeconds": {"minimum": 60, "maximum": 1_209_600},
        "name": {"maxLength": 80, "pattern": "[A-Za-z0-9_-]+(\\.fifo)?"},
        "receiveWaitTimeSeconds": {"minimum": 0, "maximum": 20},
        "visibilityTimeoutSeconds": {"minimum": 0, "maximum": 43_200},
    },
}
"""Limits of properties that have no shape of their own."""
