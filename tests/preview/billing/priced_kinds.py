"""An example of every kind of resource that the bill prices, as a plan from elsewhere would hold it, with what it needs beside it."""

from __future__ import annotations

from gpuplatform.plan.model import Json, Plan, PlannedResource
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, plan_of, template

CACHES = "aws:elasticache/replicationGroup:ReplicationGroup"
WEB = {"minSize": 1, "desiredCapacity": 2, "maxSize": 4}
POOL: Json = {
    "spec": {
        "limits": {"nvidia.com/gpu": "8"},
        "template": {
            "spec": {
                "requirements": [
                    {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge", "g5.xlarge"]},
                    {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot", "on-demand"]},
                ],
                "nodeClassRef": {"name": "gpu"},
            }
        },
    }
}
DISK: Json = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": "100Gi", "volumeType": "gp3"}}
CLASS: Json = {"metadata": {"name": "gpu"}, "spec": {"blockDeviceMappings": [DISK]}}
CLAIM: Json = {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}
LUSTRE: Json = {"storageCapacity": 2400, "deploymentType": "PERSISTENT_2", "perUnitStorageThroughput": 125}
TRAIN: Json = {
    "resourceConfig": {"instanceType": "ml.g5.xlarge", "instanceCount": 1},
    "stoppingCondition": {"maxRuntimeInSeconds": 3600},
}
VARIANT: Json = {"variantName": "a", "instanceType": "ml.g6.2xlarge", "initialInstanceCount": 1}
NODES: Json = {"instanceTypes": ["g6.xlarge"], "scalingConfig": {"minSize": 1, "desiredSize": 2, "maxSize": 4}}
EXPECTED: Json = {"between_zones_gb": 10, "internet_gb": 10}

EXAMPLES: dict[str, Json] = {
    by_hand.NAT: {},
    by_hand.ADDRESS: {},
    by_hand.VPC: {},
    by_hand.VPC_ENDPOINT: {"vpcEndpointType": "Interface", "serviceName": "ecr.api", "subnetIds": ["a", "b"]},
    "aws:lb/loadBalancer:LoadBalancer": {"subnets": ["a", "b"]},
    "aws:alb/loadBalancer:LoadBalancer": {"subnets": ["a", "b"]},
    "aws:elasticloadbalancingv2/loadBalancer:LoadBalancer": {"loadBalancerType": "network"},
    "aws:applicationloadbalancing/loadBalancer:LoadBalancer": {"internal": True},
    "aws:elb/loadBalancer:LoadBalancer": {"availabilityZones": ["us-east-1a"]},
    "aws:elasticloadbalancing/loadBalancer:LoadBalancer": {"subnets": ["a"]},
    "kubernetes:core/v1:Service": {"spec": {"type": "LoadBalancer"}},
    "kubernetes:networking.k8s.io/v1:Ingress": {"spec": {"ingressClassName": "alb"}},
    by_hand.CLUSTER: {"version": "1.35", "enabledClusterLogTypes": ["audit"], "skipDefaultNodeGroup": True},
    "eks:index:NodeGroup": {"instanceType": "m6i.large"},
    "eks:index:NodeGroupV2": {"instanceType": "g6.xlarge", "nodeRootVolumeSize": 100, "nodeRootVolumeType": "gp3"},
    "aws:eks/cluster:Cluster": {"version": "1.35", "controlPlaneScalingConfig": {"tier": "tier-xl"}},
    by_hand.NODE_GROUP: {**NODES, "warmPoolConfig": {"minSize": 1}},
    "aws:ec2/instance:Instance": {
        "instanceType": "g6.xlarge",
        "monitoring": True,
        "rootBlockDevice": {"volumeSize": 30, "volumeType": "gp3", "iops": 4000},
        "ebsBlockDevices": [{"deviceName": "/dev/sdf", "volumeSize": 10, "volumeType": "io1", "iops": 500}],
    },
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": {
        "instanceType": "g6.xlarge",
        "rootBlockDevice": {"volumeSize": 30, "volumeType": "gp3"},
    },
    "aws:autoscaling/group:Group": {**WEB, "warmPool": {"minSize": 1, "poolState": "Running"}},
    "aws:ec2/capacityReservation:CapacityReservation": {"instanceType": "p4d.24xlarge", "instanceCount": 2},
    "aws:ebs/volume:Volume": {"size": 100, "type": "gp3", "throughput": 500},
    by_hand.NODE_POOL: POOL,
    by_hand.BUCKET: {},
    "aws:s3/bucketV2:BucketV2": {},
    "aws:fsx/lustreFileSystem:LustreFileSystem": LUSTRE,
    "kubernetes:core/v1:PersistentVolumeClaim": CLAIM,
    "kubernetes:apps/v1:StatefulSet": {"spec": {"replicas": 2, "volumeClaimTemplates": [CLAIM]}},
    by_hand.RELEASE: {"values": {"persistence": {"enabled": True, "size": "10Gi"}}},
    "aws:kms/key:Key": {"enableKeyRotation": True},
    "aws:kms/externalKey:ExternalKey": {},
    "aws:kms/replicaKey:ReplicaKey": {},
    "aws:secretsmanager/secret:Secret": {},
    "aws:ecr/repository:Repository": {},
    "aws:route53/zone:Zone": {},
    "aws:ssm/parameter:Parameter": {"tier": "Advanced"},
    by_hand.ENDPOINT: {"name": "chat", "endpointConfigName": "chat"},
    "aws:sagemaker/trainingJob:TrainingJob": TRAIN,
    "aws:sagemaker/notebookInstance:NotebookInstance": {"instanceType": "ml.t3.medium", "volumeSize": 50},
    "aws:sagemaker/app:App": {"resourceSpec": {"instanceType": "ml.t3.medium"}},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"metricQueries": [{"metric": {"period": 60}}]},
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": {},
    "aws:appautoscaling/policy:Policy": {"policyType": "TargetTrackingScaling"},
    "aws:autoscaling/policy:Policy": {"policyType": "TargetTrackingScaling"},
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": 30},
    "aws:ec2/flowLog:FlowLog": {},
    "aws:cloudwatch/dashboard:Dashboard": {},
    "aws:amp/workspace:Workspace": {},
    "aws:amp/scraper:Scraper": {},
    "aws:elasticache/cluster:Cluster": {"engine": "redis", "nodeType": "cache.t4g.micro", "numCacheNodes": 1},
    CACHES: {"engine": "valkey", "nodeType": "cache.r7g.large", "numNodeGroups": 2, "replicasPerNodeGroup": 1},
    "aws:kinesis/stream:Stream": {"shardCount": 2, "streamModeDetails": {"streamMode": "PROVISIONED"}},
    "aws:dynamodb/table:Table": {"readCapacity": 5, "writeCapacity": 5},
    "aws:sns/topic:Topic": {},
    "aws:sqs/queue:Queue": {},
    "aws:cloudwatch/eventBus:EventBus": {},
}
"""Kinds that are priced whole."""

LISTED: dict[str, Json] = {
    "eks:index:ManagedNodeGroup": {"instanceTypes": ["g5.2xlarge"]},
    "awsx:ec2:Vpc": {},
    "aws:eks/fargateProfile:FargateProfile": {},
    "aws:ec2/capacityBlockReservation:CapacityBlockReservation": {},
    "aws:kinesis/streamConsumer:StreamConsumer": {},
    "aws:acm/certificate:Certificate": {"certificateAuthorityArn": "arn:aws:acm-pca:us-east-1:111122223333:ca/1"},
    "aws:cloudcontrol/resource:Resource": {"typeName": "AWS::Redshift::Cluster"},
}
"""Kinds of which something is always listed as unpriced."""

FREE_AT_TIMES = "aws:budgets/budgetAction:BudgetAction"
"""The one kind whose first ones are free."""


def plan_with(type_: str, inputs: Json, name: str = "it") -> Plan:
    """A resource in a plan that has what it refers to."""
    of = template("it", gib=50, instance="g6.xlarge")
    config = made(by_hand.ENDPOINT_CONFIGURATION, "chat", {"productionVariants": [VARIANT]}, outputs={"name": "chat"})
    beside: list[PlannedResource] = [
        made(by_hand.SUBNET, "private", {"availabilityZoneId": "use1-az4"}, outputs={"id": "subnet-1"}),
        made("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "gpu", CLASS),
        of,
        config,
    ]
    flowing = {"launchTemplate": (of.urn,)} if type_ in (by_hand.NODE_GROUP, "aws:autoscaling/group:Group") else None
    return plan_of(*beside, made(type_, name, inputs, values=flowing), expected=EXPECTED)
