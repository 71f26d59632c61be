#!/usr/bin/env python3
"""Compare pages of messages with nginx, the framework alone, and what a user would write instead.

All are measured in one run on one machine, in turn, over several rounds; the medians go into docs/performance.md.
Usage: compare.py LINES OUTPUT [--rounds N] [--seconds N], with UNDERSTUDY, CONSTANT_SERVER and COMMITS set; scripts/bench.sh does it.
"""

import argparse
import contextlib
import importlib.metadata
import json
import platform
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

import figures
import servers
from measuring import CONNECTIONS, PROGRAM, fetch, in_turn, load, machine, median, run, sessions_of

STRETCHED = 1_500


def stretched(line):
    """The same message with as much text as models write: 1.5 kB, whether in one text or in two."""
    message = json.loads(line)
    for key, text in message["content"].items():
        length = STRETCHED // len(message["content"])
        message["content"][key] = (f"{text or '-'} " * (length // (len(text) + 1) + 1))[:length]
    return json.dumps(message, ensure_ascii=False) + "\n"


def compare(directory, lines, options):
    """The table of all servers: by name, the loads over one connection and over many."""
    sessions = sessions_of(lines)
    paths = [f"/v1/Sessions/{session}/Messages?PageSize=50" for session in sessions]
    # A directory has one server.
    twin = shutil.copytree(directory, directory.with_name(f"{directory.name}-twin"))
    with contextlib.ExitStack() as stack:
        address, _, _ = stack.enter_context(servers.understudy(directory, paths[0]))
        pages = {path.partition("?")[0]: fetch(address, path) for path in paths}
        assert all(len(json.loads(body)["messages"]) == 50 for body in pages.values())
        size = statistics.mean(map(len, pages.values()))
        body = directory / "constant.json"
        body.write_bytes(min(pages.values(), key=lambda page: abs(len(page) - size)))
        addresses = {
            "nginx, static files, 1 worker": stack.enter_context(servers.nginx(directory / "nginx", pages, paths[0]))[0],
            "Hummingbird, one constant body": stack.enter_context(servers.constant(paths[0], body))[0],
            "**Understudy**": address,
            "**Understudy**, no page kept": stack.enter_context(
                servers.understudy(twin, paths[0], "--page-cache", 0)
            )[0],
            "FastAPI, uvicorn, 2 workers": stack.enter_context(servers.fastapi(directory, paths[0]))[0],
        }
        same = [addresses[name] for name in addresses if "Hummingbird" not in name]
        assert all(servers.same_messages(same, path) for path in paths[:50])
        for each in addresses.values():
            load(each, paths, connections=CONNECTIONS, seconds=1)
        measures = {
            name: lambda connections, each=each: load(each, paths, connections=connections, seconds=options.seconds)
            for name, each in addresses.items()
        }
        return size, in_turn(measures, options.rounds)


def table(size, loads):
    nginx, fastapi = (next(value for name, value in loads.items() if word in name) for word in ("nginx", "FastAPI"))
    lines = [
        f"A page has {size / 1000:.1f} kB.",
        "",
        f"| | requests/s, {CONNECTIONS} connections | ÷ nginx | ÷ FastAPI | p99 ÷ p50 | p50, 1 connection | ÷ nginx |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (one, many) in loads.items():
        rate, p50 = median(many, "requests"), median(one, "p50")
        lines.append(
            f"| {name} | {rate:,.0f} | {rate / median(nginx[1], 'requests'):.2f} | "
            f"{rate / median(fastapi[1], 'requests'):.1f} | {median(many, 'p99') / median(many, 'p50'):.1f} | "
            f"{p50:,.0f} µs | {p50 / median(nginx[0], 'p50'):.1f} |"
        )
    return lines


def versions():
    swift = re.search(r"Swift version \S+", run("swift", "--version"))[0]
    nginx = subprocess.run([servers.NGINX, "-v"], capture_output=True, text=True, check=True).stderr.split("/")[-1].strip()
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("fastapi", "uvicorn", "orjson"))
    return f"{swift}, nginx {nginx}, Python {platform.python_version()}, {packages}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines")
    parser.add_argument("output")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    options = parser.parse_args()
    with open(options.lines, encoding="utf-8") as file:
        lines = list(file)
    full = sessions_of(lines)
    kept = set(full)
    chosen = [line for line in lines if json.loads(line)["session_id"] in kept]
    text = [
        "# Performance",
        "",
        "Written by `make bench`, from one run: nothing here is typed by hand. Each figure is a median of",
        f"{options.rounds} rounds of {options.seconds} s, all servers in turn, the load generator (wrk, 1 thread) beside them;",
        "an import is measured once.",
        "",
        f"- Machine: {machine()}",
        f"- Understudy {run(PROGRAM, '--version').strip()}; {versions()}",
        f"- Full pages of 50 of {len(full):,} real conversations, drawn uniformly, Basic authentication on (but for nginx)",
        "",
    ]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for title, kind, data in (
            ("Real texts", "real texts", chosen),
            ("Texts of 1.5 kB, as models write", "texts of 1.5 kB", map(stretched, chosen)),
        ):
            directory = root / title.split()[0]
            rows.append((f"import, {kind}, messages/s", figures.import_lines(directory, data)))
            size, loads = compare(directory, chosen, options)
            text += [f"## {title}", "", *table(size, loads), ""]
        rows += figures.appends(root, options)
        rows += figures.depth(root, chosen, options)
        rows += figures.size(root, chosen, options)
    text += ["## Single figures", "", "| | |", "|---|---|"]
    text += [f"| {label} | {value:,.0f} |" if value >= 20 else f"| {label} | {value:.2f} |" for label, value in rows]
    Path(options.output).write_text("\n".join(text) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
