"""(d) Checks, bill, timeline and every report of prod, once its plan is there: limit 0.5 s together, the first time in a process."""

from __future__ import annotations

import json
import statistics

from measure import RUNS, machine, process, table, verdict

LIMIT = 0.5

CHILD = """
import datetime, gc, io, json, sys, tempfile, time
from pathlib import Path
from gpuplatform.preview.record import environment
gc.disable()
plan = environment.preview(environment.load(Path.cwd(), sys.argv[1]))
gc.freeze()
gc.enable()
taken = {}


def timed(name, work):
    begin = time.perf_counter()
    result = work()
    taken[name] = time.perf_counter() - begin
    return result


def judged():
    from gpuplatform.preview.judgement.suppression import judge
    return judge(plan, datetime.datetime.now(datetime.UTC).date())


def priced():
    from gpuplatform.preview.billing.bill import bill
    return bill(plan)


def ordered():
    from gpuplatform.preview.timeline import timeline
    return timeline(plan)


judgement, costs, path = timed("checks", judged), timed("bill", priced), timed("timeline", ordered)
from gpuplatform.preview.preview import Preview
preview = Preview(plan, judgement.findings, costs, path, judgement.suppressed)


def screen():
    from rich.console import Console
    from gpuplatform.preview.report import terminal
    terminal.first_screen(Console(file=io.StringIO(), width=120), preview)


def as_json():
    from gpuplatform.preview.report import json_document
    return json_document.text(json_document.document(preview))


def as_markdown():
    from gpuplatform.preview.report import markdown
    return markdown.comment(preview)


def as_sarif():
    from gpuplatform.preview.report import json_document
    from gpuplatform.preview.report import sarif
    return json_document.text(sarif.document(preview))


def as_html():
    from gpuplatform.preview.report.html import html
    return html(preview)


def as_manifests():
    from gpuplatform.preview.report import manifests
    with tempfile.TemporaryDirectory() as folder:
        manifests.write(plan, Path(folder))


for name, work in {
    "terminal": screen, "json": as_json, "markdown": as_markdown, "sarif": as_sarif, "html": as_html, "manifests": as_manifests
}.items():
    timed(name, work)
print(json.dumps(taken))
"""


def main(environment: str = "prod") -> None:
    runs = [json.loads(process("-c", CHILD, environment).output.splitlines()[-1]) for _ in range(RUNS)]
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    whole = statistics.median(sum(run.values()) for run in runs)
    print(machine())
    print(table(("first time in a process", "ms"), [(name, f"{s * 1000:.0f}") for name, s in medians.items()]))
    print(verdict("seconds", whole, LIMIT))


if __name__ == "__main__":
    main()
