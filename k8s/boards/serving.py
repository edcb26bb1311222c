"""Models on the cluster: traffic, answers, copies."""

from __future__ import annotations

from k8s.boards.board import Board, Panel

_OF = '{model_name=~"$model"}'
_BY = '{envoy_cluster_name=~"$model"}'


def _percentile(share: float, metric: str) -> str:
    return f"histogram_quantile({share}, sum by (model_name, le) (rate(vllm:{metric}_bucket{_OF}[5m])))"


BOARD = Board(
    uid="serving",
    title="Serving",
    variables={
        "model": 'label_values(envoy_cluster_upstream_rq_completed{envoy_cluster_name!="admin"}, envoy_cluster_name)'
    },
    rows={
        "Traffic": (
            Panel(
                title="Requests a second",
                queries={
                    "{{envoy_cluster_name}} {{envoy_response_code_class}}xx": "sum by (envoy_cluster_name, envoy_response_code_class) "
                    f"(rate(envoy_cluster_upstream_rq_xx{_BY}[5m]))"
                },
                unit="reqps",
            ),
            Panel(
                title="Tokens a second",
                queries={
                    "{{model_name}} prompt": f"sum by (model_name) (rate(vllm:prompt_tokens_total{_OF}[5m]))",
                    "{{model_name}} answer": f"sum by (model_name) (rate(vllm:generation_tokens_total{_OF}[5m]))",
                },
            ),
            Panel(
                title="Open connections",
                queries={"{{pod}}": 'envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix="inference"}'},
            ),
        ),
        "Answers": (
            Panel(
                title="Time to the first token",
                queries={
                    "{{model_name}} half": _percentile(0.5, "time_to_first_token_seconds"),
                    "{{model_name}} 95 %": _percentile(0.95, "time_to_first_token_seconds"),
                },
                unit="s",
            ),
            Panel(
                title="Time between tokens",
                queries={
                    "{{model_name}} half": _percentile(0.5, "inter_token_latency_seconds"),
                    "{{model_name}} 95 %": _percentile(0.95, "inter_token_latency_seconds"),
                },
                unit="s",
            ),
            Panel(
                title="Whole answer",
                queries={"{{model_name}} 95 %": _percentile(0.95, "e2e_request_latency_seconds")},
                unit="s",
            ),
        ),
        "Load": (
            Panel(
                title="Requests that run and wait",
                queries={
                    "{{model_name}} run": f"sum by (model_name) (vllm:num_requests_running{_OF})",
                    "{{model_name}} wait": f"sum by (model_name) (vllm:num_requests_waiting{_OF})",
                },
            ),
            Panel(
                title="KV cache in use",
                queries={"{{model_name}}": f"avg by (model_name) (vllm:kv_cache_usage_perc{_OF})"},
                unit="percentunit",
            ),
            Panel(
                title="Copies",
                queries={
                    "{{deployment}} wanted": "max by (deployment) "
                    '(kube_deployment_spec_replicas{namespace="serving",deployment=~"$model"})',
                    "{{deployment}} ready": "max by (deployment) "
                    '(kube_deployment_status_replicas_available{namespace="serving",deployment=~"$model"})',
                },
            ),
        ),
    },
)
