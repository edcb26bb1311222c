"""The configuration of the gateway's Envoy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

PORT, METRICS_PORT = 8080, 9090
METRICS_PATH, READY_PATH = "/stats/prometheus", "/ready"
MODEL_PORT = 8000
"""Of every model's Service."""

ADMIN_PORT = 9901

MAX_CONNECTIONS = 5000
"""Open at a time; beyond, Envoy refuses rather than runs out of memory."""

NEVER_FULL = {"ignore_global_conn_limit": True}
"""Of listeners that the limit must not close: the kubelet's probe is refused at the limit like any caller, and a gateway that is merely
busy would be killed with all its streams."""


def bootstrap(models: Mapping[str, str], namespace: str) -> str:
    """`/<model><api path>/…` goes to the Service `<model>` of the namespace, without its first part; as the file that Envoy reads.

    `models`: model → where its API begins. Nothing else of an engine is reached: vLLM checks the API key below its API alone, and answers
    `/invocations` and `/metrics` to anybody.
    """
    return yaml.safe_dump(configuration(models, namespace), sort_keys=False)


def configuration(models: Mapping[str, str], namespace: str) -> dict[str, Any]:
    """Envoy's bootstrap: a listener for callers, a listener for metrics, and a cluster for each model."""
    return {
        # Its pages can stop Envoy: they listen on the pod's own address only, and the listener of metrics passes two of them on.
        "admin": {"address": _address("127.0.0.1", ADMIN_PORT), **NEVER_FULL},
        "static_resources": {
            "listeners": [
                _listener("inference", PORT, [_route(model, api_path) for model, api_path in models.items()]),
                _listener(
                    "metrics",
                    METRICS_PORT,
                    [{"match": {"path": page}, "route": {"cluster": "admin"}} for page in (METRICS_PATH, READY_PATH)],
                )
                | NEVER_FULL,
            ],
            "clusters": [
                *(_cluster(m, f"{m}.{namespace}.svc.cluster.local.", MODEL_PORT, "STRICT_DNS") for m in models),
                _cluster("admin", "127.0.0.1", ADMIN_PORT, "STATIC"),
            ],
        },
        "overload_manager": {
            "resource_monitors": [
                {
                    "name": "envoy.resource_monitors.global_downstream_max_connections",
                    "typed_config": {
                        "@type": _type(
                            "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
                        ),
                        "max_active_downstream_connections": MAX_CONNECTIONS,
                    },
                }
            ]
        },
    }


def _route(model: str, api_path: str) -> dict[str, Any]:
    below = f"{api_path.rstrip('/')}/"
    return {
        "match": {"prefix": f"/{model}{below}"},
        # Long answers are no failures: nothing ends them but five minutes without a byte.
        "route": {"cluster": model, "prefix_rewrite": below, "timeout": "0s", "idle_timeout": "300s"},
    }


def _listener(name: str, port: int, routes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    manager = {
        "@type": _type("extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": name,
        "use_remote_address": True,
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "request_headers_timeout": "10s",
        "route_config": {"name": name, "virtual_hosts": [{"name": name, "domains": ["*"], "routes": list(routes)}]},
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": _type("extensions.filters.http.router.v3.Router")},
            }
        ],
    }
    return {
        "name": name,
        "address": _address("0.0.0.0", port),
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }


def _cluster(name: str, host: str, port: int, kind: str) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": _address(host, port)}}
    return {
        "name": name,
        "type": kind,
        "connect_timeout": "2s",
        # Envoy's own are 1,024 each: it would answer 503 long before its connections are used up.
        "circuit_breakers": {
            "thresholds": [
                {
                    "max_connections": MAX_CONNECTIONS,
                    "max_pending_requests": MAX_CONNECTIONS,
                    "max_requests": MAX_CONNECTIONS,
                }
            ]
        },
        "dns_lookup_family": "V4_ONLY",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": _type("extensions.upstreams.http.v3.HttpProtocolOptions"),
                # The Service picks a copy for each connection. A new one for each request lets new copies have their share.
                "common_http_protocol_options": {"max_requests_per_connection": 1},
                "explicit_http_config": {"http_protocol_options": {}},
            }
        },
    }


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _type(name: str) -> str:
    return f"type.googleapis.com/envoy.{name}"
