"""What creating a resource of each type calls in the name of whoever runs `pulumi up`.

Creation and the tags given with it, no more: what reading, changing and deleting need is not listed. Every action is named, with
the form of its ARN, on its service's page of the Service Authorization Reference; see PAGES. Which calls a type makes is the
operation that creates it in the service's API, and what that page lists as dependent actions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_REFERENCE: Final = "https://docs.aws.amazon.com/service-authorization/latest/reference"

PAGES: Final = {
    prefix: f"{_REFERENCE}/{page}.html"
    for prefix, page in {
        "application-autoscaling": "list_awsapplicationautoscaling",
        "autoscaling": "list_amazonec2autoscaling",
        "budgets": "list_awsbudgetservice",
        "ce": "list_awscostexplorerservice",
        "cloudformation": "list_awscloudcontrolapi",
        "cloudwatch": "list_amazoncloudwatch",
        "ec2": "list_amazonec2",
        "eks": "list_amazonelastickubernetesservice",
        "events": "list_amazoneventbridge",
        "fsx": "list_amazonfsx",
        "iam": "list_awsidentityandaccessmanagementiam",
        "kms": "list_awskeymanagementservice",
        "logs": "list_amazoncloudwatchlogs",
        "s3": "list_amazons3",
        "sagemaker": "list_amazonsagemaker",
        "scheduler": "list_amazoneventbridgescheduler",
        "sns": "list_amazonsns",
        "sqs": "list_amazonsqs",
    }.items()
}
"""By prefix, the source of its actions. Read 2026-11-22."""


@dataclass(frozen=True, slots=True)
class Right:
    actions: tuple[str, ...]
    path: str
    """The last part of the ARN of what is created; `{name}` stands for its name, or for that of NAMED_AFTER."""


def _ec2(path: str, *operations: str) -> Right:
    return Right(tuple(f"ec2:{operation}" for operation in operations), f"{path}-00000000000000000")


def _s3(*operations: str) -> Right:
    return Right(tuple(f"s3:{operation}" for operation in operations), "{name}")


def _role(*operations: str) -> Right:
    return Right(tuple(f"iam:{operation}" for operation in operations), "role/{name}")


NAMED_AFTER: Final = {
    "eks": "eks:index:Cluster",
    "events": "aws:cloudwatch/eventRule:EventRule",
    "iam": "aws:iam/role:Role",
    "s3": "aws:s3/bucket:Bucket",
    "sns": "aws:sns/topic:Topic",
    "sqs": "aws:sqs/queue:Queue",
}
"""Services whose actions name another resource than the one created: a bucket policy is put on the bucket."""

RIGHTS: Final[dict[str, tuple[Right, ...]]] = {
    "aws:appautoscaling/policy:Policy": (
        Right(("application-autoscaling:PutScalingPolicy",), "scalable-target/{name}"),
    ),
    "aws:appautoscaling/target:Target": (
        Right(
            ("application-autoscaling:RegisterScalableTarget", "application-autoscaling:TagResource"),
            "scalable-target/{name}",
        ),
    ),
    "aws:autoscaling/schedule:Schedule": (
        Right(("autoscaling:PutScheduledUpdateGroupAction",), "autoScalingGroup:*:autoScalingGroupName/eks-{name}"),
    ),
    "aws:autoscaling/tag:Tag": (
        Right(("autoscaling:CreateOrUpdateTags",), "autoScalingGroup:*:autoScalingGroupName/eks-{name}"),
    ),
    "aws:budgets/budget:Budget": (Right(("budgets:ModifyBudget", "budgets:TagResource"), "budget/{name}"),),
    "aws:cloudcontrol/resource:Resource": (Right(("cloudformation:CreateResource",), "resource/*"),),
    "aws:cloudwatch/eventRule:EventRule": (Right(("events:PutRule", "events:TagResource"), "rule/{name}"),),
    "aws:cloudwatch/eventTarget:EventTarget": (Right(("events:PutTargets",), "rule/{name}"),),
    "aws:cloudwatch/logGroup:LogGroup": (
        Right(("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"), "log-group:{name}"),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        Right(("cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"), "alarm:{name}"),
    ),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": (
        Right(("ce:CreateAnomalyMonitor", "ce:TagResource"), "anomalymonitor/{name}"),
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": (
        Right(("ce:CreateAnomalySubscription", "ce:TagResource"), "anomalysubscription/{name}"),
    ),
    "aws:ec2/capacityBlockReservation:CapacityBlockReservation": (
        _ec2("capacity-reservation/cr", "PurchaseCapacityBlock", "CreateTags"),
    ),
    "aws:ec2/capacityReservation:CapacityReservation": (
        _ec2("capacity-reservation/cr", "CreateCapacityReservation", "CreateTags"),
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (
        _ec2("security-group/sg", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "CreateTags"),
    ),
    "aws:ec2/eip:Eip": (_ec2("elastic-ip/eipalloc", "AllocateAddress", "CreateTags"),),
    "aws:ec2/flowLog:FlowLog": (_ec2("vpc-flow-log/fl", "CreateFlowLogs", "CreateTags"), _role("PassRole")),
    "aws:ec2/internetGateway:InternetGateway": (
        _ec2("internet-gateway/igw", "CreateInternetGateway", "AttachInternetGateway", "CreateTags"),
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": (_ec2("launch-template/lt", "CreateLaunchTemplate", "CreateTags"),),
    "aws:ec2/natGateway:NatGateway": (_ec2("natgateway/nat", "CreateNatGateway", "CreateTags"),),
    "aws:ec2/placementGroup:PlacementGroup": (
        Right(("ec2:CreatePlacementGroup", "ec2:CreateTags"), "placement-group/{name}"),
    ),
    "aws:ec2/route:Route": (_ec2("route-table/rtb", "CreateRoute"),),
    "aws:ec2/routeTable:RouteTable": (_ec2("route-table/rtb", "CreateRouteTable", "CreateTags"),),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (_ec2("route-table/rtb", "AssociateRouteTable"),),
    "aws:ec2/securityGroup:SecurityGroup": (_ec2("security-group/sg", "CreateSecurityGroup", "CreateTags"),),
    "aws:ec2/subnet:Subnet": (_ec2("subnet/subnet", "CreateSubnet", "CreateTags"),),
    "aws:ec2/vpc:Vpc": (_ec2("vpc/vpc", "CreateVpc", "ModifyVpcAttribute", "CreateTags"),),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (_ec2("vpc-endpoint/vpce", "CreateVpcEndpoint", "CreateTags"),),
    "aws:eks/accessEntry:AccessEntry": (Right(("eks:CreateAccessEntry", "eks:TagResource"), "cluster/{name}"),),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (
        Right(("eks:AssociateAccessPolicy",), "access-entry/{name}/role/*"),
    ),
    "aws:eks/addon:Addon": (Right(("eks:CreateAddon", "eks:TagResource"), "cluster/{name}"),),
    "aws:eks/nodeGroup:NodeGroup": (
        Right(("eks:CreateNodegroup", "eks:TagResource"), "cluster/{name}"),
        _role("PassRole"),
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (
        Right(("eks:CreatePodIdentityAssociation", "eks:TagResource"), "cluster/{name}"),
        _role("PassRole"),
    ),
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": (
        Right(("fsx:CreateDataRepositoryAssociation", "fsx:TagResource"), "association/*"),
    ),
    "aws:fsx/lustreFileSystem:LustreFileSystem": (Right(("fsx:CreateFileSystem", "fsx:TagResource"), "file-system/*"),),
    "aws:iam/role:Role": (_role("CreateRole", "TagRole"),),
    "aws:iam/rolePolicy:RolePolicy": (_role("PutRolePolicy"),),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (_role("AttachRolePolicy"),),
    "aws:kms/alias:Alias": (Right(("kms:CreateAlias",), "alias/{name}"),),
    "aws:kms/key:Key": (Right(("kms:CreateKey", "kms:EnableKeyRotation", "kms:TagResource"), "key/*"),),
    "aws:s3/bucket:Bucket": (_s3("CreateBucket", "PutBucketTagging"),),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (_s3("PutLifecycleConfiguration"),),
    "aws:s3/bucketLogging:BucketLogging": (_s3("PutBucketLogging"),),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (_s3("PutBucketOwnershipControls"),),
    "aws:s3/bucketPolicy:BucketPolicy": (_s3("PutBucketPolicy"),),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (_s3("PutBucketPublicAccessBlock"),),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        _s3("PutEncryptionConfiguration"),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": (_s3("PutBucketVersioning"),),
    "aws:sagemaker/endpoint:Endpoint": (Right(("sagemaker:CreateEndpoint", "sagemaker:AddTags"), "endpoint/{name}"),),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": (
        Right(("sagemaker:CreateEndpointConfig", "sagemaker:AddTags"), "endpoint-config/{name}"),
    ),
    "aws:sagemaker/model:Model": (
        Right(("sagemaker:CreateModel", "sagemaker:AddTags"), "model/{name}"),
        _role("PassRole"),
    ),
    "aws:scheduler/schedule:Schedule": (Right(("scheduler:CreateSchedule",), "schedule/*/{name}"), _role("PassRole")),
    "aws:scheduler/scheduleGroup:ScheduleGroup": (
        Right(("scheduler:CreateScheduleGroup", "scheduler:TagResource"), "schedule-group/{name}"),
    ),
    "aws:sns/topic:Topic": (Right(("sns:CreateTopic", "sns:TagResource"), "{name}"),),
    "aws:sns/topicPolicy:TopicPolicy": (Right(("sns:SetTopicAttributes",), "{name}"),),
    "aws:sns/topicSubscription:TopicSubscription": (Right(("sns:Subscribe",), "{name}"),),
    "aws:sqs/queue:Queue": (Right(("sqs:CreateQueue", "sqs:TagQueue"), "{name}"),),
    "aws:sqs/queuePolicy:QueuePolicy": (Right(("sqs:SetQueueAttributes",), "{name}"),),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        _ec2("security-group/sg", "AuthorizeSecurityGroupEgress", "CreateTags"),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        _ec2("security-group/sg", "AuthorizeSecurityGroupIngress", "CreateTags"),
    ),
    # A component of pulumi-eks: the control plane and its role. The plan cannot see into it.
    "eks:index:Cluster": (
        Right(("eks:CreateCluster", "eks:DescribeCluster", "eks:TagResource"), "cluster/{name}"),
        _role("CreateRole", "AttachRolePolicy", "PassRole"),
    ),
}
"""Pulumi's type → what creating one calls."""
