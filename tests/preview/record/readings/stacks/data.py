import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as kubernetes


class Lake(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("toy:aws:Lake", name, {})
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(f"{name}-bucket", opts=pulumi.ResourceOptions(parent=self, protect=True))
        aws.sqs.Queue(f"{name}-queue", tags={"bucket": bucket.id}, opts=child)
        aws.ssm.Parameter(f"{name}-token", type="SecureString", value="hunter2", opts=child)
        self.bucket = bucket.bucket
        self.cluster = eks.Cluster(f"{name}-cluster", skip_default_node_group=True, opts=child)
        self.register_outputs({"bucket": self.bucket})


def build() -> Lake:
    lake = Lake("lake")
    provider = kubernetes.Provider("objects", kubeconfig=lake.cluster.kubeconfig_json)
    aws.eks.Addon(
        "dns",
        addon_name="coredns",
        cluster_name=lake.cluster.eks_cluster.name,
        opts=pulumi.ResourceOptions(
            custom_timeouts=pulumi.CustomTimeouts(create="30m"),
            ignore_changes=["tags"],
            replace_on_changes=["addonName"],
        ),
    )
    kubernetes.core.v1.Namespace("space", opts=pulumi.ResourceOptions(provider=provider, retain_on_delete=True))
    return lake
