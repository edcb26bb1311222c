"""Resource types that cost nothing by themselves, each with the reason.

Each reason names the page on which AWS lists what the service charges for; none of these is among it.
"""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, SECURITY_GROUP, SUBNET

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
_ENDPOINT = "part of the endpoint, which is priced by its zones (aws.amazon.com/privatelink/pricing)"
_BALANCER = "part of the load balancer, which is priced by the hour (aws.amazon.com/elasticloadbalancing/pricing)"
_SECRET = "part of the secret, which is priced by the month (aws.amazon.com/secrets-manager/pricing)"
_ECR = "part of the repository, which is priced by its size (aws.amazon.com/ecr/pricing)"
_CACHE = "part of the cache, which is priced by its nodes (aws.amazon.com/elasticache/pricing)"
_PROMETHEUS = "part of the workspace, which is priced by its samples (aws.amazon.com/prometheus/pricing)"
_DNS = "part of the zone, which is priced by the month (aws.amazon.com/route53/pricing)"
_CERTIFICATE = "validation of a certificate (aws.amazon.com/certificate-manager/pricing)"

FREE: Final = {
    SUBNET: _VPC,
    "aws:ec2/internetGateway:InternetGateway": _VPC,
    "aws:ec2/route:Route": _VPC,
    "aws:ec2/routeTable:RouteTable": _VPC,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _VPC,
    "aws:ec2/defaultRouteTable:DefaultRouteTable": _VPC,
    "aws:ec2/tag:Tag": _VPC,
    SECURITY_GROUP: _RULES,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _RULES,
    "aws:ec2/securityGroupRule:SecurityGroupRule": _RULES,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULES,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULES,
    LAUNCH_TEMPLATE: _TEMPLATE,
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
    "aws:secretsmanager/secretVersion:SecretVersion": _SECRET,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _ECR,
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": _VPC,
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": _VPC,
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": _VPC,
    "aws:ec2/networkAcl:NetworkAcl": _VPC,
    "aws:ec2/networkAclRule:NetworkAclRule": _VPC,
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": _VPC,
    "aws:ec2/defaultVpc:DefaultVpc": _VPC,
    "aws:ec2/defaultSubnet:DefaultSubnet": _VPC,
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": _VPC,
    "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": _VPC,
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": _VPC,
    "aws:ec2/networkInterface:NetworkInterface": _VPC,
    "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment": _VPC,
    "aws:ec2/managedPrefixList:ManagedPrefixList": _VPC,
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": _VPC,
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": _VPC,
    "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation": _ENDPOINT,
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": _ENDPOINT,
    "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": _ENDPOINT,
    "aws:ec2/securityGroupAssociation:SecurityGroupAssociation": _ENDPOINT,
    "aws:ec2/keyPair:KeyPair": _TEMPLATE,
    "aws:ec2/eipAssociation:EipAssociation": _TEMPLATE,
    "aws:ec2/volumeAttachment:VolumeAttachment": _TEMPLATE,
    "aws:ec2/launchConfiguration:LaunchConfiguration": _TEMPLATE,
    "aws:autoscaling/lifecycleHook:LifecycleHook": _TEMPLATE,
    "aws:autoscaling/schedule:Schedule": _TEMPLATE,
    "aws:autoscaling/attachment:Attachment": _TEMPLATE,
    "aws:iam/user:User": _IAM,
    "aws:iam/group:Group": _IAM,
    "aws:iam/groupPolicy:GroupPolicy": _IAM,
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": _IAM,
    "aws:iam/userPolicy:UserPolicy": _IAM,
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": _IAM,
    "aws:iam/policyAttachment:PolicyAttachment": _IAM,
    "aws:iam/accessKey:AccessKey": _IAM,
    "aws:iam/userGroupMembership:UserGroupMembership": _IAM,
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": _IAM,
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": _IAM,
    "aws:iam/samlProvider:SamlProvider": _IAM,
    "aws:eks/identityProviderConfig:IdentityProviderConfig": _EKS,
    "aws:s3/bucketAcl:BucketAcl": _S3,
    "aws:s3/bucketAclV2:BucketAclV2": _S3,
    "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration": _S3,
    "aws:s3/bucketVersioningV2:BucketVersioningV2": _S3,
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": _S3,
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": _S3,
    "aws:s3/bucketLoggingV2:BucketLoggingV2": _S3,
    "aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2": _S3,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _S3,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _S3,
    "aws:s3/accessPoint:AccessPoint": _S3,
    "aws:sagemaker/domain:Domain": _SAGEMAKER,
    "aws:sagemaker/userProfile:UserProfile": _SAGEMAKER,
    "aws:sagemaker/space:Space": _SAGEMAKER,
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": _SAGEMAKER,
    "aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration": _SAGEMAKER,
    "aws:sagemaker/studioLifecycleConfig:StudioLifecycleConfig": _SAGEMAKER,
    "aws:sagemaker/appImageConfig:AppImageConfig": _SAGEMAKER,
    "aws:sagemaker/image:Image": _SAGEMAKER,
    "aws:sagemaker/imageVersion:ImageVersion": _SAGEMAKER,
    "aws:sagemaker/codeRepository:CodeRepository": _SAGEMAKER,
    "aws:sagemaker/pipeline:Pipeline": _SAGEMAKER,
    "aws:lb/listener:Listener": _BALANCER,
    "aws:lb/listenerRule:ListenerRule": _BALANCER,
    "aws:lb/listenerCertificate:ListenerCertificate": _BALANCER,
    "aws:lb/targetGroup:TargetGroup": _BALANCER,
    "aws:lb/targetGroupAttachment:TargetGroupAttachment": _BALANCER,
    "aws:alb/listener:Listener": _BALANCER,
    "aws:alb/listenerRule:ListenerRule": _BALANCER,
    "aws:alb/targetGroup:TargetGroup": _BALANCER,
    "aws:alb/targetGroupAttachment:TargetGroupAttachment": _BALANCER,
    "aws:elb/attachment:Attachment": _BALANCER,
    "aws:cloudwatch/logStream:LogStream": _LOGS,
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": _LOGS,
    "aws:cloudwatch/queryDefinition:QueryDefinition": _LOGS,
    "aws:sqs/redrivePolicy:RedrivePolicy": _SQS,
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _SQS,
    "aws:secretsmanager/secretPolicy:SecretPolicy": _SECRET,
    "aws:secretsmanager/secretRotation:SecretRotation": _SECRET,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _ECR,
    "aws:ecr/registryPolicy:RegistryPolicy": _ECR,
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": _ECR,
    "aws:elasticache/subnetGroup:SubnetGroup": _CACHE,
    "aws:elasticache/parameterGroup:ParameterGroup": _CACHE,
    "aws:elasticache/user:User": _CACHE,
    "aws:elasticache/userGroup:UserGroup": _CACHE,
    "aws:elasticache/userGroupAssociation:UserGroupAssociation": _CACHE,
    "aws:amp/ruleGroupNamespace:RuleGroupNamespace": _PROMETHEUS,
    "aws:amp/alertManagerDefinition:AlertManagerDefinition": _PROMETHEUS,
    "aws:amp/workspaceConfiguration:WorkspaceConfiguration": _PROMETHEUS,
    "aws:route53/record:Record": _DNS,
    "aws:acm/certificateValidation:CertificateValidation": _CERTIFICATE,
}
"""Type → why it is free."""
