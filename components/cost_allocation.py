"""Makes our tags appear in bills, budgets and anomaly monitors. The second phase of a deployment.

A tag can be activated only after it was seen in billing data, about a day after the first resource carried it: earlier the
creation fails (hashicorp/terraform-provider-aws#29068). A member account of an organisation may not activate tags at all; there
the management account does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import COST_KEYS


@dataclass(frozen=True, kw_only=True)
class CostAllocationArgs:
    pod_labels: Sequence[str] = ()
    """Labels of pods that cost is divided by: split cost allocation makes tags of them, which are activated like others."""


class CostAllocation(pulumi.ComponentResource):
    keys: list[str]
    """Tags activated."""

    def __init__(self, name: str, args: CostAllocationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:CostAllocation", name, {}, opts)
        self.keys = [*(key for key in COST_KEYS if key != "managed-by"), *args.pod_labels]
        for key in self.keys:
            aws.costexplorer.CostAllocationTag(
                f"{name}-{key.replace('/', '-')}",
                tag_key=key,
                status="Active",
                # Activation is the account's: destroying one environment must not blind another.
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
        self.register_outputs({"keys": self.keys})
