"""The platform, top to bottom. Start reading here."""

import pulumi

from stacks import cluster, data, governance, network, platform, serving, settings, training

env = settings.load()

net = network.build(env.network, env.context)
lake = data.build(env.data, env.context, net)
gpu = cluster.build(env.cluster, env.context, net)
ops = platform.build(env.platform, env.context, gpu, net, pools=env.cluster.pools, serving_pools=env.serving.pools)
queues = training.build(env.training, env.context, gpu, ops, lake, pools=env.cluster.pools)
apis = serving.build(env.serving, env.context, net, lake, gpu, ops)
governance.build(env.governance, env.context, gpu, apis)

pulumi.export("cluster_name", gpu.name)
pulumi.export("lake_buckets", {zone: bucket.name for zone, bucket in lake.buckets.items()})
pulumi.export("endpoint_names", apis.endpoint_names)
pulumi.export("service_urls", apis.service_urls)
