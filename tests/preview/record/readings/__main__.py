"""A program small enough to keep what Pulumi writes of it: see test_readers.py."""

import runpy
from pathlib import Path

import pulumi

# By path, for tests of this toy run where the platform's own `stacks` is imported already.
lake = runpy.run_path(str(Path("stacks/data.py").resolve()))["build"]()
pulumi.export("bucket", lake.bucket)
pulumi.export("password", pulumi.Output.secret("hunter2"))
