"""(b) Our components against plain SDK calls that make the same resources: limit 15 % more for each resource.

Both run in the same recorder, outputs simulated; each size in a process of its own. The plain calls are what the component makes, word
for word, without the component around it.
"""

from __future__ import annotations

import json
import statistics

from measure import machine, process, table, verdict

LIMIT = 1.15
SIZES = (200, 500, 1000, 2000)
RUNS = 5

CHILD = """
import gc, json, sys, time
from pathlib import Path
import pulumi
import pulumi_aws as aws
from components import iam
from components.lake_bucket import ACCESS_LOGS, LakeBucket, LakeBucketArgs, Lifecycle, encryption_rule, lifecycle_rule, tls_only
from components.tags import CostTags
from gpuplatform.preview.record.cloud import Cloud
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.recorder import record

TAGS = CostTags(team="t", project="p", environment="e", component="data", contact="a@example.com")
ACCOUNT = iam.Account(id="111122223333", region="us-east-1")
LIFE = Lifecycle(expire_after_days=90)


def ours(n):
    args = LakeBucketArgs(lifecycle=LIFE, account=ACCOUNT, tags=TAGS, key_arn=None, access_logs="logs", protect=False)
    LakeBucket(f"b{n}", args)


def plain(n):
    name = f"b{n}"
    bucket = aws.s3.Bucket(f"{name}-bucket", force_destroy=False, tags=TAGS.aws(Name=name))
    aws.s3.BucketPublicAccessBlock(
        f"{name}-private", bucket=bucket.id,
        block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True,
    )
    aws.s3.BucketOwnershipControls(f"{name}-owner", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"})
    aws.s3.BucketPolicy(f"{name}-policy", bucket=bucket.id, policy=iam.policy(*tls_only(bucket.arn)))
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption", bucket=bucket.id, rules=[encryption_rule(None, kms=True)]
    )
    versions = aws.s3.BucketVersioning(
        f"{name}-versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"}
    )
    aws.s3.BucketLifecycleConfiguration(f"{name}-lifecycle", bucket=versions.bucket, rules=[lifecycle_rule(LIFE)])
    aws.s3.BucketLogging(
        f"{name}-access-logs", bucket=bucket.id, target_bucket="logs", target_prefix=ACCESS_LOGS,
        target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
    )


def timed(make, count):
    def program():
        for n in range(count):
            make(n)

    here = Environment(project="p", name="e", root=Path.cwd(), config={"aws:region": "us-east-1"})
    begin = time.perf_counter()
    plan = record(here, program, Cloud("111122223333", "us-east-1"))
    return time.perf_counter() - begin, sum(r.custom for r in plan.resources)


make = {"ours": ours, "plain": plain}[sys.argv[1]]
gc.disable()
timed(make, 1)
seconds, made = timed(make, int(sys.argv[2]) // 8)
print(json.dumps([seconds, made]))
"""


def per_resource(kind: str, size: int) -> float:
    """Milliseconds."""
    seconds, made = json.loads(process("-c", CHILD, kind, str(size)).output.splitlines()[-1])
    return 1000 * float(seconds) / int(made)


def main() -> None:
    rows: list[tuple[str, ...]] = []
    ratios: list[float] = []
    for size in SIZES:
        pairs = [(per_resource("plain", size), per_resource("ours", size)) for _ in range(RUNS)]
        plain, ours = (statistics.median(p[n] for p in pairs) for n in (0, 1))
        ratios.append(statistics.median(b / a for a, b in pairs))
        rows.append((f"{size}", f"{plain:.2f}", f"{ours:.2f}", f"{ratios[-1]:.2f}"))
    print(machine())
    print(table(("resources", "plain SDK calls, ms each", "our component, ms each", "ratio"), rows))
    print(verdict("ours / plain, at worst", max(ratios), LIMIT))


if __name__ == "__main__":
    main()
