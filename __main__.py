"""The platform, top to bottom. Start reading here."""

import pulumi

import stacks.cluster
import stacks.data
import stacks.governance
import stacks.network
import stacks.platform
import stacks.serving
import stacks.settings.reader
import stacks.training

settings = stacks.settings.reader.load()
context = settings.context

alerts = stacks.governance.alerts(settings.governance, context)
network = stacks.network.build(settings.network, context)
data = stacks.data.build(
    settings.data, context, network, alerts=alerts.arn, cost_export=settings.governance.cost_export
)
cluster = stacks.cluster.build(settings.cluster, context, network)
platform = stacks.platform.build(
    settings.platform,
    context,
    cluster,
    network,
    data,
    alerts,
    version=settings.cluster.version,
    pools=settings.serving.pools,
)
training = stacks.training.build(settings.training, context, cluster, platform, data, pools=settings.cluster.pools)
serving = stacks.serving.build(settings.serving, context, network, data, cluster, platform, alerts=alerts.arn)
stacks.governance.build(
    settings.governance,
    context,
    cluster,
    alerts.arn,
    system_nodes=settings.cluster.system.min,
    queues=training.queues.local_queues,
    export_bucket=data.export_bucket,
)

pulumi.export("cluster_name", cluster.name)
pulumi.export("lake_buckets", {zone: bucket.name for zone, bucket in data.buckets.items()})
pulumi.export("endpoint_names", serving.endpoint_names)
pulumi.export("service_urls", serving.service_urls)
