"""What the tests of the promises share: how long they run, and the figures that they reach.

`make test` runs them for as long as a change can wait, `make soak` for as long as it takes; that writes docs/reliability.md.
Usage: reliability.py FIGURES OUTPUT; scripts/soak.sh does it.
"""

import json
import os
import platform
import re
import sys
from pathlib import Path

IS_SOAK = os.environ.get("DEV_SOAK") == "1"


def amount(quick, long):
    """How much a test does: `quick` of it in `make test`, `long` in `make soak`."""
    return long if IS_SOAK else quick


def record(promise, figure):
    """Keep a figure that a promise's test has reached, for the document."""
    if path := os.environ.get("DEV_FIGURES"):
        test = os.environ["PYTEST_CURRENT_TEST"].partition("::")[0].rpartition("/")[2]
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"promise": promise, "test": test, "figure": figure}) + "\n")


def document(figures, previous=""):
    """The text of docs/reliability.md, of what was recorded; rows of tests that did not run stay as they are in `previous`."""
    rows = {(row[1], row[3]): [row[2]] for row in re.finditer(r"^\| (.+) \| (.+) \| `(.+)` \|$", previous, re.MULTILINE)}
    recorded = {}
    for figure in map(json.loads, figures):
        # Cases of one test may record the same.
        recorded.setdefault((figure["promise"], figure["test"]), {})[figure["figure"]] = True
    rows.update(recorded)
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    lines = [
        "# Reliability",
        "",
        "Each promise has a test that anyone can run: `make test` runs its quick form, `make soak` its long one, which writes",
        "this page; nothing here is typed by hand. Each row is of the last long run of its test; one that fails leaves the page",
        "as it was.",
        "",
        f"Machine: {processor[1] if processor else platform.machine()}, {os.cpu_count()} processors.",
        "",
        "| promise | what the last long run reached | test |",
        "|---|---|---|",
    ]
    lines += [f"| {promise} | {'; '.join(reached)} | `{test}` |" for (promise, test), reached in rows.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        output = Path(sys.argv[2])
        previous = output.read_text(encoding="utf-8") if output.exists() else ""
        output.write_text(document(file, previous), encoding="utf-8")
