"""A small model of AWS: the outputs a resource would have, in the formats that AWS's own validators accept.

What each type returns is in its row of `kinds`. Everything is derived from the URN by hashing, so two runs give the same plan.
`Cloud.create` is the only entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from gpuplatform.kinds import eks_cluster, helm, kubernetes, pulumi
from gpuplatform.kinds.budgets import BUDGET
from gpuplatform.kinds.formats import digest, uuid
from gpuplatform.kinds.iam import ROLE
from gpuplatform.kinds.kind import Created
from gpuplatform.kinds.registry import kind_of
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, RELEASE, STASH
from gpuplatform.plan.model import Json

Inputs = Mapping[str, Json]
Outputs = dict[str, Json]

_WITHOUT_REGION: Final = (ROLE.split(":")[1], BUDGET.split(":")[1])


@dataclass(frozen=True)
class Cloud:
    """One account in one region."""

    account: str
    region: str
    partition: str = "aws"

    def create(self, type_: str, name: str, urn: str, inputs: Inputs) -> tuple[str, Outputs]:
        """The identifier and the outputs (inputs not repeated) that creating this resource would return."""
        asked = Created(
            name=name, id="", urn=urn, inputs=inputs, account=self.account, region=self.region, partition=self.partition
        )
        if type_ == RELEASE:
            return helm.deployed(asked)
        if type_.startswith("kubernetes:"):
            return kubernetes.created(asked)
        if type_ == CLUSTER_COMPONENT:
            return "", eks_cluster.component(asked)
        if type_.startswith(CLUSTER_COMPONENT.rpartition(":")[0]):
            row = kind_of(type_)
            return "", row.outputs(asked) if row and row.outputs else {}
        if type_ == STASH:
            return "", pulumi.kept(asked)
        if not type_.startswith("aws:"):
            return "", {}
        return self._created(type_, replace(asked, name=_physical_name(type_, asked)))

    def _created(self, type_: str, named: Created) -> tuple[str, Outputs]:
        row = kind_of(type_)
        identifier = (
            row.identifier(named) if row and row.identifier else str(named.inputs.get("resourceId") or named.name)
        )
        made = replace(named, id=identifier)
        outputs: Outputs = {"region": self.region} if type_.split(":")[1] not in _WITHOUT_REGION else {}
        if row and row.arn:
            outputs["arn"] = row.arn.format(
                p=self.partition,
                a=self.account,
                r=self.region,
                n=made.name,
                i=made.id,
                u=uuid(made.urn),
                s=digest(made.urn, 6),
            )
        outputs |= {"id": made.id, "name": made.name}
        return made.id, outputs | (row.outputs(made) if row and row.outputs else {})


def _physical_name(type_: str, asked: Created) -> str:
    """As the program gives it, or as the provider would make it up."""
    for key in ("name", "bucket", "nodeGroupName", "policyName", "addonName", "family"):
        if isinstance(asked.inputs.get(key), str):
            return str(asked.inputs[key])
    for key in ("namePrefix", "bucketPrefix"):
        if isinstance(asked.inputs.get(key), str):
            return f"{asked.inputs[key]}{digest(asked.urn, 26)}"
    suffixed = f"{asked.name}-{digest(asked.urn, 7)}"
    return suffixed.lower() if type_.endswith(":Bucket") else suffixed
