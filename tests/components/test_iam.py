from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import iam
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]


def read_bucket(bucket: Any, key: Any) -> dict[str, Any]:
    return iam.allow("s3:GetObject", on=[bucket, f"{iam.Account(id='1', region='x').arn('s3', 'b')}/*", key])


def test_outputs_anywhere_in_a_policy_are_filled_in_their_order(record_plan: Record) -> None:
    def program() -> None:
        first, second = (pulumi.Output.from_input(text) for text in ("first", ["second", "third"]))
        pulumi.export(
            "policy",
            iam.policy(read_bucket(first, "plain"), iam.allow("a:B", on="*", when={"StringEquals": {"k": second}})),
        )

    document = json.loads(record_plan(program).outputs["policy"])
    assert document["Statement"][0]["Resource"] == ["first", "arn:aws:s3:x:1:b/*", "plain"]
    assert document["Statement"][1]["Condition"] == {"StringEquals": {"k": ["second", "third"]}}


def test_a_policy_is_what_pulumi_itself_would_write(record_plan: Record) -> None:
    def program() -> None:
        statement = read_bucket(pulumi.Output.from_input("b"), pulumi.Output.secret("k"))
        pulumi.export("ours", pulumi.Output.unsecret(iam.policy(statement)))
        document = {"Version": "2012-10-17", "Statement": [statement]}
        pulumi.export("theirs", pulumi.Output.unsecret(pulumi.Output.json_dumps(document)))

    outputs = record_plan(program).outputs
    assert outputs["ours"] == outputs["theirs"]


def test_a_policy_with_a_secret_in_it_is_secret(record_plan: Record) -> None:
    plan = record_plan(lambda: pulumi.export("policy", iam.policy(read_bucket("b", pulumi.Output.secret("k")))))
    assert plan.outputs["policy"] == "[secret]"


def test_a_policy_of_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError, match=r"\{'s3:GetObject'\} in a policy is neither JSON nor an Output"):
        iam.policy({"Action": {"s3:GetObject"}})
