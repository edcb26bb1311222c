"""Roles and policy documents: what every component that acts in AWS needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_aws as aws

Statement = Mapping[str, Any]
"""One IAM statement; values may be Outputs."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where ARNs point: plain, so that no lookup needs credentials at preview."""

    id: str
    region: str
    partition: str = "aws"

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """`arn:aws:sqs:us-east-1:111122223333:<resource>`; global services such as IAM have no region."""
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.id}:{resource}"

    def managed_policy(self, name: str) -> str:
        """ARN of a policy that AWS keeps, for example `AmazonEKSWorkerNodePolicy`."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"


def policy(*statements: Statement) -> pulumi.Output[str]:
    """A policy document as JSON. Its values may be Outputs, its keys not.

    `pulumi.Output.json_dumps` would do, but makes an Output of every word: a quarter of all Outputs of a preview. This waits for those that
    there are: JSON's encoder asks about them in the order of writing, first to find them, then to fill them in.
    """
    document = {"Version": "2012-10-17", "Statement": statements}
    awaited: list[pulumi.Output[Any]] = []

    def find(value: object) -> None:
        if not isinstance(value, pulumi.Output):
            raise TypeError(f"{value!r} in a policy is neither JSON nor an Output")
        awaited.append(cast("pulumi.Output[Any]", value))

    def filled(known: Sequence[Any]) -> str:
        values = iter(known)
        return json.dumps(document, default=lambda _: next(values))

    json.dumps(document, default=find)
    return pulumi.Output.all(*awaited).apply(filled)


def allow(*actions: str, on: Any, when: Mapping[str, Any] | None = None, sid: str | None = None) -> dict[str, Any]:
    """A statement that allows actions on resources (one, or a list), under conditions."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    if sid:
        statement = {"Sid": sid, **statement}
    return {**statement, "Condition": when} if when else statement


def trusted_by(service: str, *, account: Account | None = None) -> str:
    """A trust policy for one AWS service; with an account, closed to other accounts' use of that service (confused deputy)."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if account is not None:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account.id}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trusted_by_pods() -> str:
    """The trust policy of EKS Pod Identity; the association names cluster, namespace and service account."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "pods.eks.amazonaws.com"},
                    "Action": ["sts:AssumeRole", "sts:TagSession"],
                }
            ],
        }
    )


def role(
    name: str,
    *,
    trust: str,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
    managed: Sequence[str] = (),
    statements: Sequence[Statement] = (),
) -> aws.iam.Role:
    """A role with AWS-managed policies attached (by ARN) and one inline policy of its own.

    Inline and attachments are resources of their own: on the role itself they would be exclusive, and AWS deprecates them there.
    """
    made = aws.iam.Role(name, assume_role_policy=trust, tags=dict(tags), opts=opts)
    child = pulumi.ResourceOptions(parent=opts.parent)
    for arn in managed:
        aws.iam.RolePolicyAttachment(f"{name}-{arn.rsplit('/', 1)[-1]}", role=made.name, policy_arn=arn, opts=child)
    if statements:
        aws.iam.RolePolicy(f"{name}-policy", role=made.id, policy=policy(*statements), opts=child)
    return made


def node_group_arn(account: Account, cluster: pulumi.Input[str], group: pulumi.Input[str]) -> pulumi.Output[str]:
    """EKS ends a node group's ARN with a UUID, which changes with each replacement."""
    return pulumi.Output.concat(account.arn("eks", "nodegroup/"), cluster, "/", group, "/*")
