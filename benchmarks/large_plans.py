"""(f) Plans as large as several environments: what each step takes, and whether it grows with the resources or faster.

Prod is recorded under as many names as needed and joined into one plan, so every resource has neighbours, names and identifiers of
its own. Limit: from a thousand to four thousand resources nothing takes more than 1.5 times its share.
"""

from __future__ import annotations

import json
import statistics

from measure import machine, process, table, verdict

LIMIT = 1.5
COPIES = (1, 3, 5, 11)
RUNS = 3

CHILD = """
import datetime, gc, io, json, runpy, sys, tempfile, time
from dataclasses import replace
from pathlib import Path
from rich.console import Console
from gpuplatform.preview.record import environment
from gpuplatform.preview.report import json_document
from gpuplatform.preview.report import manifests
from gpuplatform.preview.report import markdown
from gpuplatform.preview.report import terminal
from gpuplatform.preview.report import sarif
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.record.cloud import Cloud
from gpuplatform.preview.report.html import html
from gpuplatform.plan.model import STACK
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record.recorder import record
from gpuplatform.preview.judgement.suppression import judge
from gpuplatform.preview.timeline import timeline

gc.disable()
taken = {}


def timed(name, work):
    begin = time.perf_counter()
    result = work()
    taken[name] = time.perf_counter() - begin
    return result


def joined(base, cloud):
    # The copies' stacks give way to the first one's.
    stack = base.one(STACK).urn
    made = list(base.resources)
    for n in range(1, int(sys.argv[1])):
        other = replace(found, name=f"prod{n}")
        copy = record(other, lambda: runpy.run_path("__main__.py", run_name="__main__"), cloud)
        own = copy.one(STACK).urn
        made += [replace(r, parent=stack if r.parent == own else r.parent) for r in copy.resources if r.type != STACK]
    return replace(base, resources=tuple(made))


found = environment.load(Path.cwd(), "prod")
once = environment.preview(found)
sys.path.insert(0, str(found.root))
plan = replace(joined(once, Cloud(found.account, found.region)), first=joined(once.first, None))
judge(once, datetime.date.today())  # what is loaded at the first use is loaded now
gc.freeze()
gc.enable()
judged = timed("checks", lambda: judge(plan, datetime.date.today()))
costs = timed("bill", lambda: bill(plan))
path = timed("timeline", lambda: timeline(plan))
preview = Preview(plan, judged.findings, costs, path, judged.suppressed)
quiet = Console(file=io.StringIO(), width=120)
timed("terminal", lambda: terminal.first_screen(quiet, preview))
timed("tree", lambda: terminal.full_tree(quiet, plan))
timed("json", lambda: json_document.text(json_document.document(preview)))
timed("markdown", lambda: markdown.comment(preview))
timed("sarif", lambda: json_document.text(sarif.document(preview)))
timed("html", lambda: html(preview))
with tempfile.TemporaryDirectory() as folder:
    timed("manifests", lambda: manifests.write(plan, Path(folder)))
older = replace(plan)
timed("against itself", lambda: judge(replace(plan, against=older), datetime.date.today()))
print(json.dumps([len(plan.resources), taken]))
"""


def main() -> None:
    sizes: list[int] = []
    columns: list[dict[str, float]] = []
    for copies in COPIES:
        runs = [json.loads(process("-c", CHILD, str(copies)).output.splitlines()[-1]) for _ in range(RUNS)]
        sizes.append(runs[0][0])
        columns.append({step: statistics.median(taken[step] for _, taken in runs) for step in runs[0][1]})
    shares = {step: columns[-1][step] / sizes[-1] * sizes[1] / seconds for step, seconds in columns[1].items()}
    rows = [(step, *(f"{column[step]:.2f}" for column in columns), f"{share:.1f}") for step, share in shares.items()]
    rows.append(("together", *(f"{sum(column.values()):.2f}" for column in columns), ""))
    print(machine())
    print(table(("seconds for a plan of", *(f"{size:,}" for size in sizes), "growth"), rows))
    # What takes a few milliseconds is measured too badly to say how it grows.
    lasting = [share for step, share in shares.items() if columns[-1][step] > 0.1]
    print(verdict("growth at worst, as a multiple of the resources'", max(lasting), LIMIT))


if __name__ == "__main__":
    main()
