"""(a) A whole preview against nothing but importing the SDK modules that it uses: limit 1.3."""

from __future__ import annotations

import json

from measure import command, in_turns, machine, median, process, spread, table, verdict

LIMIT = 1.3
SDKS = ("pulumi", "pulumi_aws", "pulumi_eks", "pulumi_kubernetes")

LOADED = f"""
import json, sys, types
from pathlib import Path
from gpuplatform.preview.record import environment
environment.preview(environment.load(Path.cwd(), sys.argv[1]))
sdk = [n for n, m in sys.modules.items() if n.split(".")[0] in {SDKS!r} and type(m) is types.ModuleType]
print(json.dumps(sdk))
"""
"""Prints the SDK modules that a preview loads. A module that waits for its first use is of another type."""

IMPORT = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    getattr(importlib.import_module(name), "__doc__")  # a module that loads at its first use loads now
"""


def main(environment: str = "prod") -> None:
    modules = process("-c", LOADED, environment).output.strip().splitlines()[-1]
    samples = in_turns(
        imports=lambda: process("-c", IMPORT, modules),
        preview=lambda: command("preview", environment),
    )
    floor = median(samples["imports"])
    print(machine())
    print(
        table(
            ("fresh process", "seconds: median (least–most)", "ratio"),
            [
                (f"import of the same {len(json.loads(modules))} SDK modules", spread(samples["imports"]), "1.00"),
                (
                    f"gpuplatform preview {environment}",
                    spread(samples["preview"]),
                    f"{median(samples['preview']) / floor:.2f}",
                ),
            ],
        )
    )
    print(verdict("preview / imports", median(samples["preview"]) / floor, LIMIT))


if __name__ == "__main__":
    main()
