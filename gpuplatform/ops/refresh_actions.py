"""Writes `gpuplatform/catalog/data/actions.json`: the IAM actions of the services that the platform uses.

An action is mostly named after an API operation, so botocore's service models say nearly all of them; the few that are
no operation are listed here. Needs no credentials.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any, Final

import botocore
import botocore.session

DATA = Path(__file__).parent.parent / "catalog" / "data" / "actions.json"
COMMAND = "gpuplatform catalog refresh actions"

PREFIXES: Final = (
    *(
        "acm",
        "application-autoscaling",
        "aps",
        "autoscaling",
        "bcm-data-exports",
        "budgets",
        "ce",
        "cur",
        "cloudwatch",
        "ec2",
        "ecr",
        "eks",
    ),
    *("eks-auth", "elasticfilesystem", "elasticloadbalancing", "events", "fsx", "iam", "kinesis", "kms", "lambda"),
    *("logs", "pricing", "s3", "sagemaker", "scheduler", "secretsmanager", "servicequotas", "sns", "sqs", "ssm"),
    *("sts", "xray"),
)
"""Services by the prefix of their actions."""

# Actions that are no API operation (Service Authorization Reference, "Actions defined by …" of each service).
NO_OPERATION: Final = {
    "aps": ("GetLabels", "GetMetricMetadata", "GetSeries", "QueryMetrics", "RemoteWrite"),
    "eks": ("AccessKubernetesApi",),
    "iam": ("PassRole",),
    "kms": ("ReEncryptFrom", "ReEncryptTo"),
    "lambda": ("InvokeFunction",),
    "s3": (
        *("DeleteObjectVersion", "GetEncryptionConfiguration", "GetLifecycleConfiguration", "GetObjectVersion"),
        *("ListAllMyBuckets", "ListBucket", "ListBucketMultipartUploads", "ListBucketVersions"),
        *("ListMultipartUploadParts", "PutEncryptionConfiguration", "PutLifecycleConfiguration"),
    ),
    "sts": ("SetSourceIdentity", "TagSession"),
}


def document(today: datetime.date) -> dict[str, Any]:
    """The file's content from the installed botocore."""
    session: Any = botocore.session.get_session()
    actions: dict[str, set[str]] = {prefix: set(NO_OPERATION.get(prefix, ())) for prefix in PREFIXES}
    for service in session.get_available_services():
        model = session.get_service_model(service)
        # IAM's prefix is one of the three names that botocore has for a service.
        for prefix in {service, model.signing_name, model.endpoint_prefix} & actions.keys():
            actions[prefix].update(model.operation_names)
    return {
        "about": {
            "command": COMMAND,
            "source": f"service models of botocore {botocore.__version__}, and the Service Authorization Reference",
            "as_of": today.isoformat(),
        },
        "actions": {prefix: sorted(names) for prefix, names in sorted(actions.items())},
    }


def main() -> None:
    """Refreshes the file and says what it holds."""
    made = document(datetime.datetime.now(datetime.UTC).date())
    about = json.dumps(made["about"])
    rows = ",\n".join(f"  {json.dumps(prefix)}: {json.dumps(names)}" for prefix, names in made["actions"].items())
    DATA.write_text(f'{{\n"about": {about},\n"actions": {{\n{rows}\n}}\n}}\n', encoding="utf-8")
    print(f"{sum(map(len, made['actions'].values()))} actions of {len(made['actions'])} services")
