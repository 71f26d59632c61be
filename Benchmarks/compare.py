#!/usr/bin/env python3
"""Compare pages of messages with nginx, SwiftNIO and a framework alone, and what a user would write instead.

All are measured in one run on one machine, in turn, over several rounds; the medians go into docs/performance.md.
Usage: compare.py LINES OUTPUT [--rounds N] [--seconds N], with UNDERSTUDY, CONSTANT_SERVERS and COMMITS set; scripts/bench.sh does it.
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
import searching
import servers
from measuring import CONNECTIONS, CROWD, PROGRAM, etag, fetch, in_turn, load, machine, median, run, sessions_of

STRETCHED = 1_500


def stretched(line):
    """The same message with as much text as models write: 1.5 kB, whether in one text or in two."""
    message = json.loads(line)
    for key, text in message["content"].items():
        length = STRETCHED // len(message["content"])
        message["content"][key] = (f"{text or '-'} " * (length // (len(text) + 1) + 1))[:length]
    return json.dumps(message, ensure_ascii=False) + "\n"


def compare(directory, lines, options):
    """The size of a page; by name, the loads over one connection, many, and very many; and those of requests answered by 304."""
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
            "SwiftNIO, one constant body": stack.enter_context(servers.constant("NIOConstant", paths[0], body))[0],
            "Hummingbird, one constant body": stack.enter_context(
                servers.constant("HummingbirdConstant", paths[0], body)
            )[0],
            "**Understudy**": address,
            "**Understudy**, no page kept": stack.enter_context(
                servers.understudy(twin, paths[0], "--page-cache", 0)
            )[0],
            "FastAPI, uvicorn, 2 workers": stack.enter_context(servers.fastapi(directory, paths[0]))[0],
        }
        same = [addresses[name] for name in addresses if "constant" not in name]
        assert all(servers.same_messages(same, path) for path in paths[:50])
        for each in addresses.values():
            load(each, paths, connections=CONNECTIONS, seconds=1)
        measures = {
            name: lambda connections, each=each: load(each, paths, connections=connections, seconds=options.seconds)
            for name, each in addresses.items()
        }
        loads = in_turn(measures, options.rounds, (1, CONNECTIONS, CROWD))
        unchanged = {
            name: unchanged_load(addresses[name], paths[0], options) for name in addresses if etag(addresses[name], paths[0])
        }
        return size, loads, in_turn(unchanged, options.rounds, (CONNECTIONS,))


def unchanged_load(address, path, options):
    """What asks for a page that has not changed since."""
    headers = [f"If-None-Match: {etag(address, path)}"]
    return lambda connections: load(address, [path], connections=connections, seconds=options.seconds, headers=headers)


def table(size, loads, unchanged):
    def find(word):
        return next(name for name in loads if word in name)

    nginx, bare, fastapi = find("nginx"), find("SwiftNIO"), find("FastAPI")

    def ratio(name, other, index, field):
        return median(loads[name][index], field) / median(loads[other][index], field)

    lines = [
        f"A page has {size / 1000:.1f} kB.",
        "",
        f"| | requests/s, {CONNECTIONS} connections | ÷ nginx | ÷ SwiftNIO | ÷ FastAPI | p99 ÷ p50 | p50, 1 connection | ÷ nginx "
        f"| ÷ SwiftNIO | requests/s, {CROWD:,} connections ÷ {CONNECTIONS} |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (one, many, crowd) in loads.items():
        rate = median(many, "requests")
        lines.append(
            f"| {name} | {rate:,.0f} | {ratio(name, nginx, 1, 'requests'):.2f} | {ratio(name, bare, 1, 'requests'):.2f} | "
            f"{ratio(name, fastapi, 1, 'requests'):.1f} | {median(many, 'p99') / median(many, 'p50'):.1f} | "
            f"{median(one, 'p50'):,.0f} µs | {ratio(name, nginx, 0, 'p50'):.1f} | {ratio(name, bare, 0, 'p50'):.1f} | "
            f"{median(crowd, 'requests') / rate:.2f} |"
        )
    lines += ["", f"| 304 Not Modified, {CONNECTIONS} connections | requests/s | ÷ nginx |", "|---|---|---|"]
    for name, (many,) in unchanged.items():
        rate = median(many, "requests")
        lines.append(f"| {name} | {rate:,.0f} | {rate / median(unchanged[nginx][0], 'requests'):.2f} |")
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
        "an import and an export are measured once.",
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
            data = list(data)
            imported = figures.import_lines(directory, data)
            plain = figures.import_lines(root / f"{directory.name}-without-search", data, is_indexed=False)
            exported = figures.export_lines(directory)
            rows.append((f"import, {kind}, messages/s", imported))
            rows.append((f"the same ÷ without a search index, {kind}", imported / plain))
            rows.append((f"export, {kind}, messages/s", exported))
            rows.append((f"export ÷ import, {kind}", exported / imported))
            text += [f"## {title}", "", *table(*compare(directory, chosen, options)), ""]
        text += [*searching.search(root, chosen, options), ""]
        rows += figures.appends(root, options)
        rows += figures.depth(root, chosen, options)
        rows += figures.size(root, chosen, options)
    text += ["## Single figures", "", "| | |", "|---|---|"]
    text += [f"| {label} | {value:,.0f} |" if value >= 20 else f"| {label} | {value:.2f} |" for label, value in rows]
    Path(options.output).write_text("\n".join(text) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
