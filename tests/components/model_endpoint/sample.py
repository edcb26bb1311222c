"""One endpoint of each kind, as the tests here use them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from components.iam import Account
from components.model_endpoint import Artifact, Latency, Mode, ModelEndpointArgs, Placement, Results, Variant
from components.tags import CostTags

KEY = "arn:aws:kms:us-east-1:111122223333:key/0f0e0d0c-0b0a-4908-8706-050403020100"
TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"
REALTIME = Variant(
    mode=Mode.REALTIME, instance="ml.g5.xlarge", min=2, max=6, requests_per_minute=300, latency=Latency(limit_ms=1500)
)
ASYNC = replace(REALTIME, mode=Mode.ASYNC, min=0)
SERVERLESS = replace(REALTIME, mode=Mode.SERVERLESS, instance=None, memory_mib=4096, min=0, max=5, latency=None)


def args(variant: Variant = REALTIME, **changes: Any) -> ModelEndpointArgs:
    given: dict[str, Any] = {
        "account": Account(id="111122223333", region="us-east-1"),
        "tags": CostTags(
            team="search", project="gpuplatform", environment="test", component="serving", contact="search@example.com"
        ),
        "variant": variant,
        "artifact": Artifact(
            image="111122223333.dkr.ecr.us-east-1.amazonaws.com/embed:1.4.0",
            bucket_name="models",
            bucket_arn="arn:aws:s3:::models",
            key="embed/model.tar.gz",
            kms_key_arn=KEY,
        ),
        "results": Results(bucket_name="logs", bucket_arn="arn:aws:s3:::logs", prefix="sagemaker/embed/"),
        "placement": None
        if variant.serverless
        else Placement(subnet_ids=["subnet-1", "subnet-2"], security_group_ids=["sg-1"]),
        "alert_topic_arn": TOPIC,
    }
    return ModelEndpointArgs(**(given | changes))
