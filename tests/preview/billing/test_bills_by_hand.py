"""Eight bills by hand, one a kind of resource and one of a whole environment (dev, in test_bill_dev.py).

Prices are written here as AWS lists them for us-east-1; the sources are those of the rows in
gpuplatform/catalog/data/prices/us-east-1.csv. A month has 730 hours.
"""

from __future__ import annotations

import datetime
from typing import Any

from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import Bill, bill
from tests.preview.billing import billing_plans as by_hand
from tests.preview.billing.billing_plans import made, node_group, plan_of, template
from tests.preview.billing.bills_by_hand import Rows, agree, by_use, d, hourly, monthly

DAY = datetime.date(2026, 11, 22)


def billed(plan: Plan) -> Bill:
    found = bill(plan, DAY)
    assert not found.unpriced, found.unpriced
    return found


# --- 1. compute ------------------------------------------------------------------------------------------------------


def test_1_compute_bought_in_every_way() -> None:
    """On demand, spot, a reservation, a capacity block; a machine alone and a group; a pool that keeps one stopped."""
    zone = made(by_hand.SUBNET, "private", {"availabilityZoneId": "use1-az6"}, outputs={"id": "subnet-1"})
    lone = made(
        "aws:ec2/instance:Instance",
        "bastion",
        {
            "instanceType": "t4g.medium",
            "associatePublicIpAddress": True,
            "rootBlockDevice": {"volumeSize": 30, "volumeType": "gp3"},
            "ebsBlockDevices": [{"deviceName": "/dev/sdf", "volumeSize": 100, "volumeType": "io2", "iops": 4000}],
        },
    )
    group_of = template("web", gib=50, instance="m7g.large")
    web = made(
        "aws:autoscaling/group:Group",
        "web",
        {"minSize": 1, "desiredCapacity": 2, "maxSize": 4},
        values={"launchTemplate": (group_of.urn,)},
    )
    of = {name: template(name, gib=100) for name in ("plain", "spot", "warm")}
    of["reserved"] = template("reserved", gib=100, reservation="cr-1")
    of["block"] = template("block", gib=100, reservation="cr-2", instance="p5.48xlarge")
    warm = node_group("warm", of["warm"], types=("g6.xlarge",), most=2)
    warm = made(
        warm.type,
        "warm",
        {**warm.inputs, "warmPoolConfig": {"minSize": 1, "poolState": "STOPPED", "maxGroupPreparedCapacity": 1}},
        values=warm.property_dependencies,
    )
    plan = plan_of(
        zone,
        lone,
        group_of,
        web,
        *of.values(),
        node_group("plain", of["plain"], types=("m7g.xlarge",), least=2, most=4),
        node_group("spot", of["spot"], types=("p4d.24xlarge",), bought="SPOT", most=2),
        node_group("reserved", of["reserved"], types=("p4d.24xlarge",), most=1),
        node_group("block", of["block"], bought="CAPACITY_BLOCK", most=2),
        warm,
    )
    gp3 = d("0.08")
    rows: Rows = {
        ("bastion", "t4g.medium on-demand, 1 to 1 nodes"): hourly(d("0.0336")),
        # It earns 24 credits an hour, minutes of a vCPU: 1.6 of its two are paid at full load.
        ("bastion", "CPU credits of t4g.medium beyond those it earns"): (d(0), d(0), d(0), d("1.6") * d("0.04")),
        ("bastion", "volume of the root, 30 GiB gp3"): monthly(30 * gp3),
        ("bastion", "volume at /dev/sdf, 100 GiB io2"): monthly(100 * d("0.125")),
        ("bastion", "volume at /dev/sdf, 4000 IOPS of io2"): monthly(4000 * d("0.065")),
        ("bastion", "public IPv4 address"): hourly(d("0.005")),
        # One at least, two as it starts, four at most.
        ("web", "m7g.large on-demand, 1 to 4 nodes"): (
            730 * d("0.0816"),
            730 * d("0.0816"),
            2 * 730 * d("0.0816"),
            4 * d("0.0816"),
        ),
        ("web", "volume of each node, 50 GiB gp3"): (50 * gp3, 50 * gp3, 2 * 50 * gp3, 4 * 50 * gp3 / 730),
        ("plain", "m7g.xlarge on-demand, 2 to 4 nodes"): (
            2 * 730 * d("0.1632"),
            2 * 730 * d("0.1632"),
            2 * 730 * d("0.1632"),
            4 * d("0.1632"),
        ),
        ("plain", "volume of each node, 100 GiB gp3"): (200 * gp3, 200 * gp3, 200 * gp3, 400 * gp3 / 730),
        # Nothing runs; at most two, at the on-demand price that spot never passes.
        ("spot", "p4d.24xlarge spot, 0 to 2 nodes"): (d(0), d(0), d(0), 2 * d("21.957642")),
        ("spot", "volume of each node, 100 GiB gp3"): (d(0), d(0), d(0), 2 * 100 * gp3 / 730),
        # Paid used or not.
        ("reserved", "p4d.24xlarge reservation cr-1, 1 nodes, paid used or not"): hourly(d("21.957642")),
        ("reserved", "volume of each node, 100 GiB gp3"): (d(0), d(0), d(0), 100 * gp3 / 730),
        ("block", "p5.48xlarge capacity block cr-2, 2 nodes, paid used or not"): hourly(2 * d("47.76")),
        ("block", "volume of each node, 100 GiB gp3"): (d(0), d(0), d(0), 2 * 100 * gp3 / 730),
        ("warm", "g6.xlarge on-demand, 0 to 2 nodes"): (d(0), d(0), d(0), 2 * d("0.8048")),
        # The stopped machine's volume is paid all the time, those of the two that may run as well.
        ("warm", "volume of each node, 100 GiB gp3"): (100 * gp3, 100 * gp3, 100 * gp3, 300 * gp3 / 730),
    }
    agree(billed(plan), rows, ("86387.60", "86387.60", "86451.16", "164.61"))


# --- 2. storage ------------------------------------------------------------------------------------------------------


def test_2_storage_by_class_and_kind() -> None:
    lustre: dict[str, Any] = {
        "storageCapacity": 4800,
        "deploymentType": "PERSISTENT_2",
        "perUnitStorageThroughput": 250,
    }
    plan = plan_of(
        made(by_hand.BUCKET, "lake-raw-bucket", layer="data"),
        made(by_hand.BUCKET, "lake-models-bucket", layer="data"),
        made("aws:kms/key:Key", "lake-key", layer="data"),
        made("aws:fsx/lustreFileSystem:LustreFileSystem", "fast", lustre, layer="data"),
        made(
            "aws:fsx/lustreFileSystem:LustreFileSystem",
            "scratch",
            {"storageCapacity": 1200, "deploymentType": "SCRATCH_2"},
            layer="data",
        ),
        made("aws:ebs/volume:Volume", "old", {"size": 200}),
        made("aws:ebs/volume:Volume", "quick", {"size": 500, "type": "gp3", "iops": 16000, "throughput": 1000}),
        made("aws:ebs/volume:Volume", "slow", {"size": 1000, "type": "st1"}),
        made("aws:secretsmanager/secret:Secret", "token"),
        made("aws:ecr/repository:Repository", "images"),
        data={
            "expected_gib": {"raw": 60000, "models": 8000},
            "expected_infrequent_gib": {"raw": 6000},
            "expected_archive_gib": {"raw": 9000},
        },
        expected={
            "s3_writes": 1_000_000,
            "s3_reads": 10_000_000,
            "kms_requests": 500_000,
            "secret_reads": 40_000,
            "image_gb": 30,
        },
    )
    # Requests are shared by the two buckets: 500,000 at 0.005 a thousand, 5,000,000 at 0.0004 a thousand.
    write, read = by_use(500 * d("0.005")), by_use(5000 * d("0.0004"))
    rows: Rows = {
        ("lake-raw-bucket", "S3 bucket, 45000 GiB expected"): monthly(45000 * d("0.023")),
        ("lake-raw-bucket", "S3 bucket, 6000 GiB expected in standard-ia"): monthly(6000 * d("0.0125")),
        ("lake-raw-bucket", "S3 bucket, 9000 GiB expected in glacier-instant-retrieval"): monthly(9000 * d("0.004")),
        ("lake-raw-bucket", "requests that write or list objects"): write,
        ("lake-raw-bucket", "requests that read objects"): read,
        # The first 50 TB of all buckets are 51,200 GiB; what lies above is cheaper.
        ("lake-models-bucket", "S3 bucket, 6200 GiB expected"): monthly(6200 * d("0.023")),
        ("lake-models-bucket", "S3 bucket, 1800 GiB expected, above 50 TiB of all buckets"): monthly(1800 * d("0.022")),
        ("lake-models-bucket", "requests that write or list objects"): write,
        ("lake-models-bucket", "requests that read objects"): read,
        ("lake-key", "KMS key"): monthly(d(1)),
        ("lake-key", "requests to the key"): by_use(50 * d("0.03")),
        ("fast", "FSx for Lustre persistent-2, 4800 GiB at 250 MB/s/TiB"): monthly(4800 * d("0.21")),
        ("scratch", "FSx for Lustre scratch-2, 1200 GiB"): monthly(1200 * d("0.14")),
        # EC2 makes a volume whose type nobody states a gp2.
        ("old", "volume old, 200 GiB gp2"): monthly(200 * d("0.10")),
        ("quick", "volume quick, 500 GiB gp3"): monthly(500 * d("0.08")),
        ("quick", "volume quick, 16000 IOPS of gp3, 3000 included"): monthly(13000 * d("0.005")),
        ("quick", "volume quick, 1000 MiB/s of gp3, 125 included"): monthly(875 * d("0.04")),
        ("slow", "volume slow, 1000 GiB st1"): monthly(1000 * d("0.045")),
        ("token", "secret"): monthly(d("0.40")),
        ("token", "requests for the secret"): by_use(4 * d("0.05")),
        ("images", "images"): by_use(30 * d("0.10")),
    }
    agree(billed(plan), rows, ("2710.60", "2710.60", "2724.30", "3.73"))


# --- 3. network ------------------------------------------------------------------------------------------------------


def test_3_network_ways_in_and_out() -> None:
    endpoint = {"serviceName": "com.amazonaws.us-east-1.ecr.api", "subnetIds": ["a", "b", "c"]}
    plan = plan_of(
        made(by_hand.VPC, "vpc"),
        made(by_hand.ADDRESS, "address-a"),
        made(by_hand.NAT, "nat-a"),
        made(by_hand.ADDRESS, "address-b"),
        made(by_hand.NAT, "nat-b"),
        made(by_hand.VPC_ENDPOINT, "s3", {"vpcEndpointType": "Gateway"}),
        made(by_hand.VPC_ENDPOINT, "ecr", {"vpcEndpointType": "Interface", **endpoint}),
        made("aws:lb/loadBalancer:LoadBalancer", "front", {"subnets": ["a", "b"]}),
        made("aws:lb/loadBalancer:LoadBalancer", "inside", {"loadBalancerType": "network", "internal": True}),
        made("aws:elb/loadBalancer:LoadBalancer", "old", {"internal": True, "subnets": ["a"]}),
        made("aws:route53/zone:Zone", "zone"),
        expected={
            "nat_gb": 500,
            "endpoint_gb": 200,
            "balancer_gb": 900,
            "between_zones_gb": 300,
            # 10 TB are 10,240 GB at 0.09; the next 40 TB cost 0.085.
            "internet_gb": 12_240,
        },
    )
    rows: Rows = {
        **{(f"nat-{x}", "NAT gateway"): hourly(d("0.045")) for x in "ab"},
        **{(f"nat-{x}", "data through a NAT gateway"): by_use(250 * d("0.045")) for x in "ab"},
        **{(f"address-{x}", "public IPv4 address"): hourly(d("0.005")) for x in "ab"},
        ("ecr", "interface endpoint of ecr.api in 3 zones"): hourly(3 * d("0.01")),
        ("ecr", "data through the interface endpoint of ecr.api"): by_use(200 * d("0.01")),
        # 900 GB through three balancers: 300 capacity units and hours each, or 300 GB of a classic one.
        ("front", "application load balancer"): hourly(d("0.0225")),
        ("front", "capacity units of the application load balancer"): by_use(300 * d("0.008")),
        ("front", "2 public IPv4 addresses"): hourly(2 * d("0.005")),
        ("inside", "network load balancer"): hourly(d("0.0225")),
        ("inside", "capacity units of the network load balancer"): by_use(300 * d("0.006")),
        ("old", "classic load balancer"): hourly(d("0.025")),
        ("old", "data through the classic load balancer"): by_use(300 * d("0.008")),
        ("zone", "hosted zone"): monthly(d("0.50")),
        # A cent a GB out of one zone, and another into the other.
        ("vpc", "data between zones, out of one and into the other"): by_use(2 * 300 * d("0.01")),
        ("vpc", "data to the internet"): by_use(10_240 * d("0.09")),
        ("vpc", "data to the internet, above 10 TB"): by_use(2000 * d("0.085")),
    }
    agree(billed(plan), rows, ("153.80", "153.80", "1282.50", "1.76"))


# --- 4. a cluster ----------------------------------------------------------------------------------------------------


def test_4_a_cluster_and_what_its_controllers_make() -> None:
    """A provisioned control plane past its standard support, and three load balancers that no AWS resource names."""
    lists = {"enabledClusterLogTypes": ["audit"], "version": "1.33", "controlPlaneScalingConfig": {"tier": "tier-2xl"}}
    service: dict[str, Any] = {"metadata": {"name": "api"}, "spec": {"type": "LoadBalancer"}}
    alb = {"alb.ingress.kubernetes.io/group.name": "shared", "alb.ingress.kubernetes.io/scheme": "internet-facing"}
    plan = plan_of(
        *(
            made(
                by_hand.SUBNET, f"public-{zone}", {"availabilityZoneId": zone, "tags": {"kubernetes.io/role/elb": "1"}}
            )
            for zone in ("use1-az4", "use1-az6")
        ),
        made("aws:eks/cluster:Cluster", "cluster", lists),
        made(by_hand.RELEASE, "balancers", {"chart": "aws-load-balancer-controller"}),
        made("kubernetes:core/v1:Service", "api", service),
        made("kubernetes:core/v1:Service", "inside", {"spec": {"type": "ClusterIP"}}),
        *(
            made(
                "kubernetes:networking.k8s.io/v1:Ingress",
                name,
                {"metadata": {"annotations": alb}, "spec": {"ingressClassName": "alb"}},
            )
            for name in ("one", "two")
        ),
        made("kubernetes:networking.k8s.io/v1:Ingress", "other", {"spec": {"ingressClassName": "nginx"}}),
        made(
            "kubernetes:core/v1:PersistentVolumeClaim",
            "scratch",
            {"spec": {"storageClassName": "gp3", "resources": {"requests": {"storage": "1Ti"}}}},
        ),
        expected={"control_plane_log_gb": 20, "balancer_gb": 100},
    )
    rows: Rows = {
        ("cluster", "EKS control plane 1.33, extended support"): hourly(d("0.60")),
        ("cluster", "provisioned control plane 2XL"): hourly(d("3.40")),
        ("cluster", "control-plane logs (audit), taken in"): by_use(20 * d("0.50")),
        ("cluster", "control-plane logs (audit), kept"): by_use(20 * d("0.03")),
        # The controller's Network Load Balancers are internal unless they say otherwise.
        ("api", "network load balancer"): hourly(d("0.0225")),
        ("api", "capacity units of the network load balancer"): by_use(50 * d("0.006")),
        # Two Ingresses of a group are one Application Load Balancer, with an address in each public zone.
        ("one", "application load balancer"): hourly(d("0.0225")),
        ("one", "capacity units of the application load balancer"): by_use(50 * d("0.008")),
        ("one", "2 public IPv4 addresses"): hourly(2 * d("0.005")),
        ("scratch", "volume of scratch, 1024 GiB gp3"): monthly(1024 * d("0.08")),
    }
    agree(billed(plan), rows, ("3042.07", "3042.07", "3053.37", "4.18"))


# --- 5. SageMaker ----------------------------------------------------------------------------------------------------


def test_5_sagemaker_in_every_mode() -> None:
    def endpoint(name: str, variant: dict[str, Any], **more: Any) -> list[Any]:
        config = made(by_hand.ENDPOINT_CONFIGURATION, f"{name}-config", {"productionVariants": [variant], **more})
        here = {"endpointConfigName": (config.urn,)}
        return [config, made(by_hand.ENDPOINT, f"{name}-endpoint", {"name": name}, outputs={"name": name}, values=here)]

    scaled = {"resourceId": "endpoint/chat/variant/primary", "minCapacity": 2, "maxCapacity": 6}
    train = {
        "resourceConfig": {"instanceType": "ml.g5.xlarge", "instanceCount": 4},
        "stoppingCondition": {"maxRuntimeInSeconds": 36000},
    }
    managed = {"status": "ENABLED", "minInstanceCount": 0, "maxInstanceCount": 3}
    plan = plan_of(
        *endpoint("chat", {"variantName": "primary", "instanceType": "ml.g6.2xlarge", "initialInstanceCount": 2}),
        made(by_hand.SCALABLE_TARGET, "chat-scale", scaled),
        *endpoint(
            "speech",
            {"variantName": "primary", "instanceType": "ml.g5.2xlarge", "initialInstanceCount": 1},
            asyncInferenceConfig={"outputConfig": {"s3OutputPath": "s3://out/"}},
        ),
        made(
            by_hand.SCALABLE_TARGET,
            "speech-scale",
            {"resourceId": "endpoint/speech/variant/primary", "minCapacity": 0, "maxCapacity": 4},
        ),
        *endpoint("embed", {"serverlessConfig": {"memorySizeInMb": 3072, "maxConcurrency": 5}}),
        *endpoint("parts", {"instanceType": "ml.g6.12xlarge", "managedInstanceScaling": managed}),
        made("aws:cloudcontrol/resource:Resource", "part", {"typeName": "AWS::SageMaker::InferenceComponent"}),
        made("aws:sagemaker/trainingJob:TrainingJob", "train", train),
        made(
            "aws:sagemaker/notebookInstance:NotebookInstance",
            "notes",
            {"instanceType": "ml.m5.xlarge", "volumeSize": 50},
        ),
        made("aws:sagemaker/app:App", "lab", {"resourceSpec": {"instanceType": "ml.t3.medium"}}),
        serving={
            "models": {
                "chat": {"expected": {"running": 3, "hours": 400}},
                "speech": {"expected": {"running": 1, "hours": 60}},
                "embed": {"expected": {"running": 1, "hours": 5}},
                "parts": {"expected": {"running": 1, "hours": 100}},
            }
        },
    )
    rows: Rows = {
        # Two always, 400 hours more, six at most, and as many again while an update runs both fleets.
        ("chat-endpoint", "real-time endpoint, 2 to 6 ml.g6.2xlarge"): (
            2 * 730 * d("1.222"),
            2 * 730 * d("1.222"),
            (2 * 730 + 400) * d("1.222"),
            2 * 6 * d("1.222"),
        ),
        # None at rest, 60 hours, four at most.
        ("speech-endpoint", "asynchronous endpoint, 0 to 4 ml.g5.2xlarge"): (
            d(0),
            d(0),
            60 * d("1.515"),
            2 * 4 * d("1.515"),
        ),
        # 5 h of 3 GB at 0.00002 a GB-second; at most five requests at once.
        ("embed-endpoint", "serverless endpoint, 3 GB, 5 requests at once at most"): (
            d(0),
            d(0),
            5 * 3600 * 3 * d("0.00002"),
            5 * 3600 * 3 * d("0.00002"),
        ),
        # Inference components run on the endpoint's own instances: none at rest, 100 hours, three at most.
        ("parts-endpoint", "real-time endpoint, 0 to 3 ml.g6.12xlarge"): (
            d(0),
            d(0),
            100 * d("5.752"),
            2 * 3 * d("5.752"),
        ),
        # Four for ten hours, once.
        ("train", "training job on 4 ml.g5.xlarge, at most 10.00 h"): (d(0), d(0), 4 * 10 * d("1.408"), 4 * d("1.408")),
        ("notes", "notebook ml.m5.xlarge"): hourly(d("0.23")),
        ("notes", "volume of the notebook, 50 GiB"): monthly(50 * d("0.14")),
        ("lab", "Studio app on ml.t3.medium"): hourly(d("0.05")),
    }
    agree(billed(plan), rows, ("1995.52", "1995.52", "3207.82", "68.30"))


# --- 6. watching and telling -----------------------------------------------------------------------------------------


def test_6_observability_and_messages() -> None:
    alarm = "aws:cloudwatch/metricAlarm:MetricAlarm"
    band = [{"metric": {"period": 300}}, {"expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]
    group = made("aws:cloudwatch/logGroup:LogGroup", "flows", {"retentionInDays": 90}, outputs={"arn": "arn:flows"})
    plan = plan_of(
        made(alarm, "slow", {"period": 300}),
        made(alarm, "fast", {"period": 10}),
        made(alarm, "ratio", {"metricQueries": [{"metric": {"period": 60}}, {"metric": {"period": 60}}, {}]}),
        made(alarm, "odd", {"metricQueries": band}),
        made("aws:cloudwatch/compositeAlarm:CompositeAlarm", "any"),
        made("aws:appautoscaling/policy:Policy", "track", {"policyType": "TargetTrackingScaling"}),
        made("aws:cloudwatch/logMetricFilter:LogMetricFilter", "errors"),
        made("aws:cloudwatch/dashboard:Dashboard", "board"),
        made("aws:cloudwatch/logGroup:LogGroup", "logs", {"retentionInDays": 365}),
        made("aws:cloudwatch/logGroup:LogGroup", "cold", {"logGroupClass": "INFREQUENT_ACCESS", "retentionInDays": 73}),
        group,
        made(
            "aws:ec2/flowLog:FlowLog", "flow", {"logDestination": "arn:flows"}, values={"logDestination": (group.urn,)}
        ),
        made("aws:amp/workspace:Workspace", "metrics"),
        made("aws:amp/scraper:Scraper", "scraper"),
        made("aws:sns/topic:Topic", "alerts"),
        made("aws:sqs/queue:Queue", "failed"),
        made("aws:sqs/queue:Queue", "ordered", {"fifoQueue": True}),
        made("aws:cloudwatch/eventBus:EventBus", "bus"),
        *(made("aws:budgets/budgetAction:BudgetAction", f"stop-{n}") for n in range(3)),
        made("aws:costexplorer/anomalyMonitor:AnomalyMonitor", "odd-spend"),
        expected={
            "log_gb": 100,
            "flow_log_gb": 40,
            "metric_samples": 500_000_000,
            "metric_gb": 20,
            "metric_query_samples": 3_000_000_000,
            "messages": 2_000_000,
            "queue_requests": 10_000_000,
            "events": 3_000_000,
        },
    )
    rows: Rows = {
        ("slow", "alarm on 1 metric"): monthly(d("0.10")),
        ("fast", "alarm on 1 metric"): monthly(d("0.30")),
        ("ratio", "alarm on 2 metrics"): monthly(2 * d("0.10")),
        # A band of expected values is two metrics more.
        ("odd", "alarm on 3 metrics, two of them a band"): monthly(3 * d("0.10")),
        ("any", "composite alarm"): monthly(d("0.50")),
        ("track", "two alarms that target tracking creates"): monthly(2 * d("0.10")),
        ("errors", "metric made of logs"): monthly(d("0.30")),
        ("board", "dashboard"): monthly(d(3)),
        # 100 GB by two groups. 365 days are 12 months, 73 days are 2.4.
        ("logs", "logs, taken in"): by_use(50 * d("0.50")),
        ("logs", "logs, kept 365 days"): by_use(50 * 12 * d("0.03")),
        ("cold", "logs, taken in"): by_use(50 * d("0.25")),
        ("cold", "logs, kept 73 days"): by_use(50 * d("2.4") * d("0.018")),
        # 90 × 24 / 730 = 2.9589 months
        ("flow", "VPC flow logs, taken in"): by_use(40 * d("0.50")),
        ("flow", "VPC flow logs, kept 90 days"): by_use(40 * d(90) * 24 / 730 * d("0.03")),
        ("metrics", "samples taken in"): by_use(50 * d("0.90")),
        ("metrics", "metrics kept"): by_use(20 * d("0.03")),
        ("metrics", "samples queried"): by_use(3 * d("0.10")),
        ("scraper", "collector"): hourly(d("0.04")),
        ("scraper", "samples collected"): by_use(50 * d("0.03")),
        ("alerts", "messages to the topic"): by_use(2 * d("0.50")),
        ("failed", "requests to the queue"): by_use(5 * d("0.40")),
        ("ordered", "requests to the queue"): by_use(5 * d("0.50")),
        ("bus", "events of our own"): by_use(3 * d(1)),
        # The third: 0.10 a day, 730 / 24 days a month.
        ("stop-2", "budget action beyond the two that are free"): monthly(d("0.10") * 730 / 24),
    }
    agree(billed(plan), rows, ("37.14", "37.14", "174.25", "0.24"))


# --- 7. caches, streams, tables --------------------------------------------------------------------------------------


def test_7_caches_streams_and_tables() -> None:
    table = "aws:dynamodb/table:Table"
    index = {"readCapacity": 10, "writeCapacity": 5}
    cluster = {"engine": "valkey", "nodeType": "cache.r7g.large", "numNodeGroups": 3, "replicasPerNodeGroup": 1}
    plan = plan_of(
        made("aws:elasticache/replicationGroup:ReplicationGroup", "features", {**cluster, "snapshotRetentionLimit": 7}),
        made("aws:elasticache/cluster:Cluster", "sessions", {"engine": "redis", "nodeType": "cache.t4g.micro"}),
        made("aws:elasticache/cluster:Cluster", "member", {"replicationGroupId": "features"}),
        made("aws:kinesis/stream:Stream", "clicks", {"shardCount": 4}),
        made("aws:kinesis/stream:Stream", "events", {"streamModeDetails": {"streamMode": "ON_DEMAND"}}),
        made(table, "fixed", {"readCapacity": 30, "writeCapacity": 20, "globalSecondaryIndexes": [index]}),
        made(table, "free", {"billingMode": "PAY_PER_REQUEST", "pointInTimeRecovery": {"enabled": True}}),
        expected={
            "stream_gb": 1000,
            "table_writes": 40_000_000,
            "table_reads": 100_000_000,
            "table_gb": 60,
            "cache_backup_gb": 90,
        },
    )
    rows: Rows = {
        # Three shards of a primary and a replica.
        ("features", "6 valkey nodes cache.r7g.large"): hourly(6 * d("0.1752")),
        ("features", "backups of the cache"): by_use(90 * d("0.085")),
        ("sessions", "1 redis nodes cache.t4g.micro"): hourly(d("0.016")),
        ("clicks", "stream of 4 shards"): hourly(4 * d("0.015")),
        # 500 GB in units of 25 KB are 20 million, at 0.014 a million.
        ("clicks", "put payload units of 25 KB"): by_use(20 * d("0.014")),
        ("events", "stream, on demand"): hourly(d("0.04")),
        ("events", "data into the stream"): by_use(500 * d("0.08")),
        ("events", "data out of the stream"): by_use(500 * d("0.04")),
        ("fixed", "25 write capacity units"): hourly(25 * d("0.00065")),
        ("fixed", "40 read capacity units"): hourly(40 * d("0.00013")),
        ("fixed", "stored in the table"): by_use(30 * d("0.25")),
        ("free", "write request units"): by_use(40 * d("0.625")),
        ("free", "read request units"): by_use(100 * d("0.125")),
        ("free", "stored in the table"): by_use(30 * d("0.25")),
        ("free", "continuous backup of the table"): by_use(30 * d("0.20")),
    }
    agree(billed(plan), rows, ("867.71", "867.71", "994.14", "1.36"))
