"""Writes `docs/checks.md`, a page of every check: `python -m gpuplatform.preview.judgement.checks_page`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from gpuplatform.files import write_whole
from gpuplatform.preview.checking.check import Check
from gpuplatform.preview.judgement.run import all_checks

PAGE: Final = Path("docs/checks.md")
COMMAND: Final = "python -m gpuplatform.preview.judgement.checks_page"

_HEAD: Final = f"""\
# What the preview checks

Written by `{COMMAND}`; `gpuplatform checks` lists the same in a terminal. An error makes `gpuplatform preview` end with status 1.

A finding is allowed by a comment on the line that it names, or above it, in the program or in `Pulumi.<environment>.yaml`:

```python
# preview: allow open-load-balancer until 2027-01-31: the demo is public until the fair
# preview: allow over-budget in prod until 2027-01-31: agreed with finance for the launch
```

It says which check, the last day, and why; `in prod` limits it to one environment. Allowed findings stay in the JSON, with
`"suppressed": true`. A comment that is over, or that allows nothing, is a finding.
"""


def page() -> str:
    """The page's text: a table a theme, in the order of the files of `checks/`."""
    return "\n".join([_HEAD, *(line for theme in _themes() for line in theme)])


def _themes() -> Iterator[list[str]]:
    ordered = sorted(all_checks(), key=lambda c: (c.module, c.rule))
    for module, group in groupby(ordered, key=lambda c: c.module):
        summary, _, more = (inspect.getdoc(sys.modules[module]) or "").partition("\n\n")
        yield [
            f"## {summary.replace(chr(10), ' ').rstrip('.')}",
            "",
            *([" ".join(more.split()), ""] if more else ()),
            "| check | | what holds |",
            "|---|---|---|",
            *(f"| `{one.rule}` | {one.severity.value} | {_cell(one)} |" for one in group),
            "",
        ]


def _cell(one: Check) -> str:
    needs = f" Needs {', '.join(sorted(feature.value for feature in one.needs))}." if one.needs else ""
    return f"{one.explained}{needs}".replace("|", "\\|")


def main() -> None:
    """Write the page in the working directory."""
    write_whole(PAGE, page())


if __name__ == "__main__":
    main()
