"""The platform layer of an environment, on the layers that it stands on."""

from __future__ import annotations

import json
from typing import Any

import yaml

from stacks import cluster, data, governance, network, platform
from stacks.settings import reader
from stacks.settings.reader import Settings
from tests.conftest import ROOT


def loaded(environment: str, **changed: dict[str, Any]) -> Settings:
    """An environment's own settings, with some keys of a section changed."""
    written = yaml.safe_load((ROOT / f"Pulumi.{environment}.yaml").read_text())["config"]
    written |= {f"gpuplatform:{name}": written[f"gpuplatform:{name}"] | keys for name, keys in changed.items()}
    config = {k: v if isinstance(v, str) else json.dumps(v) for k, v in written.items()}
    return reader.parse(environment, "gpuplatform", config)


def build(env: Settings) -> platform.PlatformLayer:
    alerts = governance.alerts(env.governance, env.context)
    net = network.build(env.network, env.context)
    lake = data.build(env.data, env.context, net)
    gpu = cluster.build(env.cluster, env.context, net)
    return platform.build(
        env.platform, env.context, gpu, net, lake, alerts, version=env.cluster.version, pools=env.serving.pools
    )
