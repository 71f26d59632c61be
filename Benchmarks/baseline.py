#!/usr/bin/env python3
"""Compare this build with an earlier one, in turn, on SQLite and on PostgreSQL.

Each build has its own data directory and its own database, which it created itself. In every round each load runs on both
builds, one directly after the other, and the round's ratio is new ÷ before. Prints the median of the ratios and their
spread, and exits with status 1 if a whole spread lies below the bar.

Usage: baseline.py LINES --baseline PROGRAM [--rounds N] [--seconds N] [--bar RATIO], with UNDERSTUDY and
DEV_DATABASE_URL set; scripts/bench.sh does it.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import servers
from measuring import CONNECTIONS, CROWD, PROGRAM, SID, create_account, etag, fetch, load, machine, run, sessions_of

WRITERS = 64
IMPORTED = 50_000
LONG, LENGTH = "long", 2_000
MESSAGE = json.dumps({"role": "user", "content": {"content": "What a user says in about fifty letters, or more."}})
TURN = json.dumps({"identity": "user_id:bench", "body": "What a user says in about fifty letters, or more."})
DATABASES = os.environ["DEV_DATABASE_URL"]


@dataclasses.dataclass
class Build:
    """A build and what it serves from."""

    program: str
    directory: Path
    # The URL of its database.
    database: str

    def environment(self):
        """For commands on the database."""
        return {
            **os.environ,
            "UNDERSTUDY_DATABASE_URL": self.database,
            "UNDERSTUDY_DATA_DIRECTORY": f"{self.directory}-postgres",
        }

    def fill(self, lines):
        """Create the data directory and the database, and import the lines into both."""
        create_account("--data-directory", self.directory, program=self.program)
        run(self.program, "import", "--data-directory", self.directory, "--account", SID, lines)
        run(self.program, "database", "migrate", env=self.environment())
        create_account(program=self.program, env=self.environment())
        run(self.program, "import", "--account", SID, lines, env=self.environment())


@dataclasses.dataclass
class Running:
    """A build's servers, by address."""

    build: Build
    cached: str
    uncached: str
    postgres: str
    # An assistant's id, of the server with the cache and of the one on PostgreSQL.
    assistant: str
    postgres_assistant: str


def import_rate(build, lines, count):
    """Import lines into a new data directory, and return how many a second that were."""
    with tempfile.TemporaryDirectory() as name:
        create_account("--data-directory", name, program=build.program)
        arguments = ["--data-directory", name, "--account", SID, "--format", "json", lines]
        return count / json.loads(run(build.program, "import", *arguments))["seconds"]


def create_assistant(address):
    return json.loads(fetch(address, "/v1/Assistants", body={"name": "Bench"}))["id"]


def contents(address, path):
    """What a page's messages say; their ids differ from import to import."""
    return [message["content"] for message in json.loads(fetch(address, path))["messages"]]


@contextlib.contextmanager
def running(build, path):
    # One server per directory.
    twin = shutil.copytree(build.directory, f"{build.directory}-twin")
    with contextlib.ExitStack() as stack:
        def start(directory, *arguments, **options):
            arguments = ["--model", "echo", *arguments]
            return stack.enter_context(servers.understudy(directory, path, *arguments, program=build.program, **options))[0]

        cached, uncached = start(build.directory), start(twin, "--page-cache", 0)
        postgres = start(f"{build.directory}-postgres", "--page-cache", 0, env=build.environment())
        yield Running(build, cached, uncached, postgres, create_assistant(cached), create_assistant(postgres))


def loads(paths, options, lines, count):
    """What is measured: by name, a function that gives a rate for a running build."""

    def pages(server, connections, requested=paths, headers=()):
        return lambda it: load(
            getattr(it, server), requested, connections=connections, seconds=options.seconds, headers=headers
        ).requests

    def posts(server, connections, body, path):
        return lambda it: load(
            getattr(it, server), path(it), connections=connections, seconds=options.seconds, body=body
        ).requests

    def unchanged(it):
        headers = [f"If-None-Match: {etag(it.cached, paths[0])}"]
        return load(it.cached, paths[:1], connections=CONNECTIONS, seconds=options.seconds, headers=headers).requests

    def append_paths(_):
        return [f"/v1/Sessions/appends-{number}/Messages" for number in range(1_000)]

    many, gzip = CONNECTIONS, ["Accept-Encoding: gzip"]
    long = [f"/v1/Sessions/{LONG}/Messages?PageSize=1000"]
    return {
        f"page of 50, cached, {many} connections": pages("cached", many),
        "page of 50, cached, 1 connection": pages("cached", 1),
        f"page of 50, cached, {CROWD:,} connections": pages("cached", CROWD),
        f"page of 50, cached, gzip, {many} connections": pages("cached", many, headers=gzip),
        f"page of 50, 304 Not Modified, {many} connections": unchanged,
        f"page of 50, not cached, {many} connections": pages("uncached", many),
        "page of 50, not cached, 1 connection": pages("uncached", 1),
        f"page of 50, not cached, gzip, {many} connections": pages("uncached", many, headers=gzip),
        f"page of 1,000, not cached, {many} connections": pages("uncached", many, long),
        f"list of 50 sessions, {many} connections": pages("cached", many, ["/v1/Sessions"]),
        f"append, {WRITERS} connections": posts("cached", WRITERS, MESSAGE, append_paths),
        f"reply of the echo model, {many} connections": posts(
            "cached", many, TURN, lambda it: [f"/v1/Assistants/{it.assistant}/Messages"]
        ),
        "import": lambda it: import_rate(it.build, lines, count),
        f"PostgreSQL: page of 50, not cached, {many} connections": pages("postgres", many),
        "PostgreSQL: page of 50, not cached, 1 connection": pages("postgres", 1),
        f"PostgreSQL: append, {WRITERS} connections": posts("postgres", WRITERS, MESSAGE, append_paths),
        f"PostgreSQL: reply of the echo model, {many} connections": posts(
            "postgres", many, TURN, lambda it: [f"/v1/Assistants/{it.postgres_assistant}/Messages"]
        ),
    }


def measure(measures, new, before, rounds):
    """By name, the rounds' pairs of rates, new and before."""
    pairs = {name: [] for name in measures}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for name, rate in measures.items():
            # Whichever goes first has the warmer or the cooler machine.
            if number % 2:
                pairs[name].append((rate(new), rate(before)))
            else:
                earlier = rate(before)
                pairs[name].append((rate(new), earlier))
    return pairs


def table(pairs, bar):
    """The rows of the result, and whether every bar was met."""
    rows = [f"| | before, a second | new, a second | new ÷ before | spread | ≥ {bar} |", "|---|---|---|---|---|---|"]
    is_met = True
    for name, rates in pairs.items():
        ratios = [new / before for new, before in rates]
        verdict = "missed" if max(ratios) < bar else "yes" if statistics.median(ratios) >= bar else "within the spread"
        is_met = is_met and verdict != "missed"
        new, before = (statistics.median(column) for column in zip(*rates))
        rows.append(
            f"| {name} | {before:,.0f} | {new:,.0f} | {statistics.median(ratios):.3f} | "
            f"{min(ratios):.2f}–{max(ratios):.2f} | {verdict} |"
        )
    return rows, is_met


def create_database(name):
    """Create a database on the test server, and return its URL."""
    run("psql", "--no-psqlrc", "--quiet", "--command", f"CREATE DATABASE {name}", DATABASES)
    return urlunsplit(urlsplit(DATABASES)._replace(path=f"/{name}"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines")
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--bar", type=float, default=0.97)
    options = parser.parse_args()
    with open(options.lines, encoding="utf-8") as file:
        lines = list(file)[:IMPORTED]
    paths = [f"/v1/Sessions/{session}/Messages?PageSize=50" for session in sessions_of(lines)]
    long = [json.dumps({**json.loads(line), "session_id": LONG}) + "\n" for line in lines[:LENGTH]]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        imported = root / "lines.jsonl"
        imported.write_text("".join(lines + long), encoding="utf-8")
        builds = []
        for kind, program in (("new", PROGRAM), ("before", str(Path(options.baseline).resolve()))):
            builds.append(Build(program, root / kind, create_database(f"bench_{kind}")))
            builds[-1].fill(imported)
        subprocess.run(["psql", "--no-psqlrc", "--quiet", "--command", "CHECKPOINT", DATABASES], check=True)
        with contextlib.ExitStack() as stack:
            new, before = (stack.enter_context(running(build, paths[0])) for build in builds)
            addresses = [address for each in (new, before) for address in (each.cached, each.uncached, each.postgres)]
            for path in paths[:20]:
                assert all(contents(address, path) == contents(addresses[0], path) for address in addresses)
            measures = loads(paths, options, imported, len(lines + long))
            for each in (new, before):
                load(each.cached, paths, connections=CONNECTIONS, seconds=2)
            pairs = measure(measures, new, before, options.rounds)
    rows, is_met = table(pairs, options.bar)
    programs = [f"{kind}: {run(build.program, '--version').strip()}" for kind, build in zip(("new", "before"), builds)]
    print(f"{machine()}. {options.rounds} rounds of {options.seconds} s, in turn; {'; '.join(programs)}.")
    print(f"A ratio is missed only where its whole spread lies below {options.bar}.\n")
    print("\n".join(rows))
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
