"""Resource types that cost nothing by themselves, each with the reason.

Each reason names the page on which AWS lists what the service charges for; none of these is among it.
"""

from __future__ import annotations

from typing import Final

_VPC = "VPC, subnets, routes and gateways are free (aws.amazon.com/vpc/pricing)"
_RULES = "security groups and their rules are free (aws.amazon.com/vpc/pricing)"
_IAM = "IAM is free (aws.amazon.com/iam)"
_S3 = "configuration of a bucket that is priced itself (aws.amazon.com/s3/pricing)"
_EKS = "part of the cluster, which is priced by the hour (aws.amazon.com/eks/pricing)"
_TEMPLATE = "nothing runs before a node group uses it (aws.amazon.com/ec2/pricing)"
_SAGEMAKER = "a definition; the endpoint that uses it is priced (aws.amazon.com/sagemaker/pricing)"
_SCALING = (
    "Application Auto Scaling is free; the alarms of its policies are priced (aws.amazon.com/autoscaling/pricing)"
)
_SNS = "configuration of a topic that is priced by the message (aws.amazon.com/sns/pricing)"
_SQS = "configuration of a queue that is priced by the request (aws.amazon.com/sqs/pricing)"
_LOGS = "configuration of logs that are priced by volume (aws.amazon.com/cloudwatch/pricing)"
_COST = "Cost Explorer's tags, categories and anomaly detection are free (aws.amazon.com/aws-cost-management/pricing)"
_KMS = "configuration of a key that is priced by the month (aws.amazon.com/kms/pricing)"

FREE: Final = {
    "aws:ec2/subnet:Subnet": _VPC,
    "aws:ec2/internetGateway:InternetGateway": _VPC,
    "aws:ec2/route:Route": _VPC,
    "aws:ec2/routeTable:RouteTable": _VPC,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _VPC,
    "aws:ec2/defaultRouteTable:DefaultRouteTable": _VPC,
    "aws:ec2/tag:Tag": _VPC,
    "aws:ec2/securityGroup:SecurityGroup": _RULES,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _RULES,
    "aws:ec2/securityGroupRule:SecurityGroupRule": _RULES,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULES,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULES,
    "aws:ec2/launchTemplate:LaunchTemplate": _TEMPLATE,
    "aws:ec2/placementGroup:PlacementGroup": _TEMPLATE,
    "aws:iam/role:Role": _IAM,
    "aws:iam/policy:Policy": _IAM,
    "aws:iam/rolePolicy:RolePolicy": _IAM,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _IAM,
    "aws:iam/instanceProfile:InstanceProfile": _IAM,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _IAM,
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": _IAM,
    "aws:eks/addon:Addon": _EKS,
    "aws:eks/accessEntry:AccessEntry": _EKS,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _EKS,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _EKS,
    "aws:autoscaling/tag:Tag": _TEMPLATE,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _S3,
    "aws:s3/bucketPolicy:BucketPolicy": _S3,
    "aws:s3/bucketVersioning:BucketVersioning": _S3,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _S3,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _S3,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _S3,
    "aws:s3/bucketLogging:BucketLogging": _S3,
    "aws:s3/bucketMetric:BucketMetric": _S3,
    "aws:s3/bucketNotification:BucketNotification": _S3,
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _S3,
    "aws:kms/alias:Alias": _KMS,
    "aws:kms/keyPolicy:KeyPolicy": _KMS,
    "aws:kms/grant:Grant": _KMS,
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": "part of the file system, which is priced by its size "
    "(aws.amazon.com/fsx/lustre/pricing)",
    "aws:sagemaker/model:Model": _SAGEMAKER,
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _SAGEMAKER,
    "aws:appautoscaling/target:Target": _SCALING,
    "aws:appautoscaling/scheduledAction:ScheduledAction": _SCALING,
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _LOGS,
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": _LOGS,
    "aws:cloudwatch/eventRule:EventRule": "events of AWS's own services are free (aws.amazon.com/eventbridge/pricing)",
    "aws:cloudwatch/eventTarget:EventTarget": "events of AWS's own services are free (aws.amazon.com/eventbridge/pricing)",
    "aws:scheduler/schedule:Schedule": "14 million invocations a month are free, and a schedule here has a few hundred "
    "(aws.amazon.com/eventbridge/pricing)",
    "aws:scheduler/scheduleGroup:ScheduleGroup": "a folder of schedules (aws.amazon.com/eventbridge/pricing)",
    "aws:sns/topicPolicy:TopicPolicy": _SNS,
    "aws:sns/topicSubscription:TopicSubscription": _SNS,
    "aws:sqs/queuePolicy:QueuePolicy": _SQS,
    "aws:budgets/budget:Budget": "budgets and their notifications are free (aws.amazon.com/aws-cost-management/aws-budgets/pricing)",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": _COST,
    "aws:costexplorer/anomalySubscription:AnomalySubscription": _COST,
    "aws:costexplorer/costAllocationTag:CostAllocationTag": _COST,
    "aws:costexplorer/costCategory:CostCategory": _COST,
    "aws:secretsmanager/secretVersion:SecretVersion": "part of the secret, which is priced by the month "
    "(aws.amazon.com/secrets-manager/pricing)",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "part of the repository, which is priced by its size (aws.amazon.com/ecr/pricing)",
}
"""Type → why it is free."""
