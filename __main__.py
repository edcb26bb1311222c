"""The platform, top to bottom. Start reading here."""

import pulumi

from stacks import cluster, data, governance, network, platform, serving, settings, training

env = settings.load()
here = env.context

net = network.build(env.network, here)
lake = data.build(env.data, here, net)
gpu = cluster.build(env.cluster, here, net)
ops = platform.build(env.platform, here, gpu, net, lake, version=env.cluster.version, pools=env.serving.pools)
training.build(env.training, here, gpu, ops, lake, pools=env.cluster.pools)
told = governance.alerts(env.governance, here)
apis = serving.build(env.serving, here, net, lake, gpu, ops, alerts=told.arn)
governance.build(env.governance, here, gpu, told.arn, system_nodes=env.cluster.system.min)

pulumi.export("cluster_name", gpu.name)
pulumi.export("lake_buckets", {zone: bucket.name for zone, bucket in lake.buckets.items()})
pulumi.export("endpoint_names", apis.endpoint_names)
pulumi.export("service_urls", apis.service_urls)
