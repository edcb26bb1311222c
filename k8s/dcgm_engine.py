"""Who may speak to the DCGM engine of a GPU node: the exporter alone.

EKS's node monitoring agent opens the engine at port 5555 of every GPU node (aws/eks-node-monitoring-agent, dcgm-daemonset.yaml),
without asking who calls: any pod could stop the counters, change the GPU's settings, or run a diagnostic into another team's job. The
engine is a pod with an address of its own, so a policy holds for it; what comes from the node itself, such as the agent, is always let
in.
"""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes

from components.tags import CostTags
from k8s.monitoring import NAMESPACE

ENGINE = {"k8s-app": "dcgm-server"}
EXPORTER = {"app.kubernetes.io/name": "dcgm-exporter"}
"""Of its chart's pods."""
PORT = 5555


def policy(name: str, tags: CostTags, opts: pulumi.ResourceOptions) -> kubernetes.networking.v1.NetworkPolicy:
    return kubernetes.networking.v1.NetworkPolicy(
        name,
        metadata={"name": name, "namespace": "kube-system", "labels": tags.labels()},
        spec={
            "pod_selector": {"match_labels": ENGINE},
            "policy_types": ["Ingress"],
            "ingress": [
                {
                    "from_": [
                        {
                            "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": NAMESPACE}},
                            "pod_selector": {"match_labels": EXPORTER},
                        }
                    ],
                    "ports": [{"port": PORT}],
                }
            ],
        },
        opts=opts,
    )
