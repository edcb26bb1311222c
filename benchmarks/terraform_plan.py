"""(e) Our preview of a stack against `terraform validate` and `terraform plan` of the same resources, in turns.

The stack is lake buckets, eight resources each. Terraform's JSON is written from our own plan: each resource with the values that we
would send, and a reference wherever one of them is another resource's. Neither has an account: Terraform neither refreshes nor checks
credentials. Both say what would be created; we check, price and time it as well, and Terraform's provider validates more of AWS's rules.

Terraform is taken from PATH, its AWS provider from `--plugins DIR`, from TF_PLUGIN_CACHE_DIR, or from where Terraform itself looks for
local mirrors; nothing is downloaded. Where either is missing, this says so and ends with status 0.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from measure import ROOT, Sample, in_turns, machine, median, process, run, spread, table

from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.record import environment

SIZES = (5, 50, 125)
"""Buckets: 40, 400 and 1,000 resources."""
RUNS = 5
PROVIDER = "registry.terraform.io/hashicorp/aws"
MIRRORS = ("~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")
"""Terraform's own list of local mirrors (developer.hashicorp.com/terraform/cli/config/config-file, read 2026-11)."""

PROGRAM = """
from components import iam
from components.lake_bucket import LakeBucket, LakeBucketArgs, Lifecycle
from components.tags import CostTags

tags = CostTags(team="t", project="p", environment="bench", component="data", contact="a@example.com")
account = iam.Account(id="111122223333", region="us-east-1")
life = Lifecycle(infrequent_after_days=30, expire_after_days=90)
for n in range({buckets}):
    args = LakeBucketArgs(lifecycle=life, account=account, tags=tags, key_arn=None, access_logs="logs", protect=False)
    LakeBucket(f"b{{n}}", args)
"""

BLOCKS = {
    "rules": "rule",
    "transitions": "transition",
    "noncurrent_version_transitions": "noncurrent_version_transition",
}
"""Pulumi's plurals that are repeated blocks to Terraform."""

SETTINGS = {
    "provider": {
        "aws": {
            "region": "us-east-1",
            "access_key": "none",
            "secret_key": "none",
            "skip_credentials_validation": True,
            "skip_metadata_api_check": True,
            "skip_requesting_account_id": True,
        }
    },
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
}


def write_project(folder: Path, buckets: int) -> None:
    """A Pulumi project of lake buckets and nothing else."""
    (folder / "Pulumi.yaml").write_text("name: gpuplatform\nruntime: python\n")
    (folder / "Pulumi.bench.yaml").write_text("config:\n  aws:region: us-east-1\n")
    (folder / "__main__.py").write_text(PROGRAM.format(buckets=buckets))


def terraform_json(plan: Plan) -> dict[str, Any]:
    """The plan's AWS resources as Terraform's JSON."""
    made = [r for r in plan.resources if r.type.startswith("aws:")]
    references = {
        str(value): f"${{{_type(r)}.{r.name}.{attribute}}}"
        for r in made
        for attribute in ("arn", "id")
        if (value := r.outputs.get(attribute)) and r.type == "aws:s3/bucket:Bucket"
    }
    resources: dict[str, dict[str, Any]] = {}
    for r in made:
        of_type = resources.setdefault(_type(r), {})
        of_type[r.name] = {_snake(k): _written(v, references, _snake(k)) for k, v in r.inputs.items()}
        of_type[r.name] = {BLOCKS.get(k, k): v for k, v in of_type[r.name].items()}
    return {**SETTINGS, "resource": resources}


def _type(resource: PlannedResource) -> str:
    """`aws:s3/bucketPolicy:BucketPolicy` → `aws_s3_bucket_policy`."""
    _, module, name = resource.type.split(":")
    return f"aws_{module.partition('/')[0]}_{_snake(name)}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _written(value: object, references: Mapping[str, str], key: str = "") -> Any:
    if isinstance(value, str):
        # A policy has the ARN within its text. A name is part of its ARN, which therefore goes first.
        for known in sorted((k for k in references if k in value), key=len, reverse=True):
            value = value.replace(known, references[known])
        return value
    if isinstance(value, list):
        return [_written(inner, references) for inner in cast("list[object]", value)]
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        if key == "tags":
            return entries
        named = {_snake(k): v for k, v in entries.items()}
        return {BLOCKS.get(k, k): _written(v, references, k) for k, v in named.items()}
    return value


def known(document: dict[str, Any], schemas: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """A document less what this version of the provider does not know, and what that was."""
    unknown: set[str] = set()

    def less(body: Mapping[str, Any], block: Mapping[str, Any], place: str) -> dict[str, Any]:
        blocks, kept = block.get("block_types", {}), dict[str, Any]()
        for key, value in body.items():
            if key in blocks:
                inner = [less(one, blocks[key]["block"], f"{place}.{key}") for one in _listed(value)]
                kept[key] = inner
            elif key in block["attributes"]:
                kept[key] = value
            else:
                unknown.add(f"{place}.{key}")
        return kept

    resources = {
        type_: {name: less(body, schemas[type_]["block"], type_) for name, body in bodies.items()}
        for type_, bodies in document["resource"].items()
    }
    return {**document, "resource": resources}, unknown


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def plugins(asked: str | None) -> Path | None:
    """A folder in which the AWS provider lies as Terraform keeps it."""
    places = [asked] if asked else [os.environ.get("TF_PLUGIN_CACHE_DIR"), *MIRRORS]
    folders = (Path(place).expanduser() for place in places if place)
    return next((folder for folder in folders if (folder / PROVIDER).is_dir()), None)


def compared(buckets: int, terraform: str, provider: Path) -> tuple[int, set[str], dict[str, list[Sample]]]:
    """Resources, what the provider does not know of them, and samples of each contender."""
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        write_project(Path(ours), buckets)
        plan = environment.preview(environment.load(Path(ours), "bench"))
        stack = Path(theirs) / "main.tf.json"
        stack.write_text(json.dumps(SETTINGS))

        def asked(*arguments: str) -> Sample:
            return run((terraform, *arguments), Path(theirs))

        asked("init", "-input=false", "-no-color", f"-plugin-dir={provider.resolve()}")
        schemas = json.loads(asked("providers", "schema", "-json").output)["provider_schemas"][PROVIDER]
        document, unknown = known(terraform_json(plan), schemas["resource_schemas"])
        stack.write_text(json.dumps(document))
        planned = ("plan", "-refresh=false", "-lock=false", "-input=false", "-no-color")
        resources = sum(map(len, document["resource"].values()))
        said = asked(*planned).output
        if f"Plan: {resources} to add" not in said:
            raise RuntimeError(f"terraform plans something else than {resources} resources:\n{said[-2000:]}")
        return (
            resources,
            unknown,
            in_turns(
                RUNS,
                preview=lambda: process(
                    "-c", "from gpuplatform.cli import main; main()", "preview", "bench", folder=Path(ours)
                ),
                validate=lambda: asked("validate", "-no-color"),
                plan=lambda: asked(*planned),
            ),
        )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--plugins", metavar="DIR", help=f"where {PROVIDER} lies")
    terraform, provider = shutil.which("terraform"), plugins(parser.parse_args(arguments).plugins)
    if terraform is None:
        print("not measured: there is no terraform on PATH")
        return
    if provider is None:
        print(f"not measured: no local mirror of Terraform plugins has {PROVIDER}; name one with --plugins DIR")
        return
    rows: list[tuple[str, ...]] = []
    unknown: set[str] = set()
    for buckets in SIZES:
        resources, unknown, samples = compared(buckets, terraform, provider)
        for name, found in samples.items():
            ratio = median(found) / median(samples["preview"])
            rows.append(
                (
                    f"{resources} resources: {name}",
                    spread(found),
                    f"{ratio:.2f}",
                    f"{max(s.megabytes for s in found):.0f}",
                )
            )
    print(f"{machine()}, {run((terraform, 'version'), ROOT).output.splitlines()[0]}, {_version(provider)}")
    if unknown:
        print(f"unknown to this provider, and left out: {', '.join(sorted(unknown))}")
    print(table(("fresh process", "seconds: median (least–most)", "ratio", "MB"), rows))


def _version(provider: Path) -> str:
    return f"AWS provider {max(p.name for p in (provider / PROVIDER).iterdir())}"


if __name__ == "__main__":
    main()
