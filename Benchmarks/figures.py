"""Single figures: how pages are where there is much, and what writing comes to."""

import contextlib
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import servers
from measuring import PROGRAM, SID, create_account, fetch, load, run, sessions_of

LONG, LENGTH = "long", 1_000_000
SMALL, LARGE = 100_000, 10_000_000
WRITERS = 64
BODY = json.dumps({"role": "user", "content": {"content": "What a user says in about fifty letters, or more."}})


def import_lines(directory, lines, *, is_indexed=True):
    """Make a data directory of lines, and return how many a second that were.

    is_indexed: whether it has a search index.
    """
    directory.mkdir()
    create_account("--data-directory", directory)
    if not is_indexed:
        run(PROGRAM, "database", "search", "off", "--data-directory", directory)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        count = sum(1 for line in lines if file.write(line))
        file.flush()
        arguments = ["--data-directory", directory, "--account", SID, "--format", "json", file.name]
        summary = json.loads(run(PROGRAM, "import", *arguments))
    assert summary["stored"] == count
    return count / summary["seconds"]


def export_lines(directory):
    """Messages per second of an export of a data directory to a file."""
    with tempfile.TemporaryDirectory() as name:
        arguments = ["--data-directory", directory, "--account", SID, "--format", "json", Path(name) / "all.jsonl"]
        summary = json.loads(run(PROGRAM, "export", *arguments))
    return summary["messages"] / summary["seconds"]


def wait_until(condition, *, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it takes more than {seconds} s"
        time.sleep(1)


def ratio(loads, name):
    """Of the medians of two lists of loads."""
    above, below = (statistics.median(getattr(item, name) for item in part) for part in loads)
    return above / below


def in_turn(options, *parts):
    """The loads of several (address, paths, connections), measured in turn."""
    loads = [[] for _ in parts]
    for _ in range(options.rounds):
        for part, (address, paths, connections) in zip(loads, parts):
            part.append(load(address, paths, connections=connections, seconds=options.seconds))
    return loads


def depth(root, lines, options):
    """Of a long session: how long its last page takes beside its first, and how fast large pages flow. None is kept."""
    texts = [json.loads(line)["content"]["content"] for line in lines[:10_000]]
    directory = root / "long"
    messages = (
        {"session_id": LONG, "role": "user", "content": {"content": texts[number % len(texts)]}} for number in range(LENGTH)
    )
    import_lines(directory, (json.dumps(message) + "\n" for message in messages), is_indexed=False)
    first = f"/v1/Sessions/{LONG}/Messages?PageSize=50"
    large = f"/v1/Sessions/{LONG}/Messages?PageSize=1000"
    with servers.understudy(directory, first, "--page-cache", 0) as (address, _, _):
        path, last = large, None
        while path:
            following = json.loads(fetch(address, path))["meta"]["next_page_url"]
            last, path = path, following and following.removeprefix(address)
        deepest = last.replace("PageSize=1000", "PageSize=50")
        depths = in_turn(options, (address, [deepest], 1), (address, [first], 1))
        sizes = in_turn(options, (address, [large], 32), (address, [first], 32))
    return [
        (f"deepest page of a session of {LENGTH:,} ÷ its first, p50, none kept", ratio(depths, "p50")),
        ("page of 1000, bytes/s ÷ page of 50, none kept", ratio(sizes, "bytes")),
    ]


def many(lines, count):
    """So many lines: those given, again and again, in sessions of other names."""
    for number in range(count):
        line = lines[number % len(lines)]
        session = json.loads(line)["session_id"]
        yield line.replace(session, f"{number // len(lines)}-{session}", 1)


def size(root, lines, options):
    """How much longer a page takes among many messages than among few, and what a server needs there."""
    paths = {}
    for count in (SMALL, LARGE):
        import_lines(root / str(count), many(lines, count), is_indexed=False)
        # Of the last copy there is only a part.
        whole, part = divmod(count, len(lines))
        names = [f"{copy}-{session}" for copy in range(whole) for session in sessions_of(lines)]
        names += [f"{whole}-{session}" for session in sessions_of(lines[:part])]
        paths[count] = [f"/v1/Sessions/{name}/Messages?PageSize=50" for name in names]
    with contextlib.ExitStack() as stack:
        small, large = (
            (stack.enter_context(servers.understudy(root / str(count), paths[count][0], "--page-cache", 0))[0], paths[count])
            for count in (SMALL, LARGE)
        )
        for part in (small, large):
            load(*part, connections=32, seconds=options.seconds)
        sizes = in_turn(options, (*large, 1), (*small, 1))
    starts, residents = [], []
    for _ in range(options.rounds):
        with servers.understudy(root / str(LARGE), paths[LARGE][0]) as (address, server, start):
            starts.append(start)
            load(address, paths[LARGE], connections=32, seconds=2 * options.seconds)
            load(address, paths[LARGE][:500], connections=32, seconds=2 * options.seconds)
            status = Path(f"/proc/{server.pid}/status").read_text()
            residents.append(int(re.search(r"RssAnon:\s*(\d+)", status)[1]) / 1000)
    return [
        (f"a page among {LARGE:,} messages ÷ among {SMALL:,}, p50, none kept", ratio(sizes, "p50")),
        (f"anonymous memory under load, {LARGE:,} messages, MB", statistics.median(residents)),
        (f"start to first answer, {LARGE:,} messages, ms", statistics.median(starts) * 1000),
    ]


def appends(root, options):
    """Single appends that are acknowledged, and so on the disk, beside SQLite's own commits of one row."""
    directory = root / "appends"
    twin = root / "appends-without-search"
    for each in (directory, twin):
        create_account("--data-directory", each)
    run(PROGRAM, "database", "search", "off", "--data-directory", twin)
    paths = [f"/v1/Sessions/{number}/Messages" for number in range(1_000)]
    rates, plain, commits = [], [], []
    with contextlib.ExitStack() as stack:
        indexed, other = (stack.enter_context(servers.understudy(each, "/health"))[0] for each in (directory, twin))
        for number in range(options.rounds):
            for address, found in ((indexed, rates), (other, plain)):
                found.append(load(address, paths, connections=WRITERS, seconds=options.seconds, body=BODY).requests)
            arguments = [os.environ["COMMITS"], root / f"commits-{number}.sqlite", options.seconds]
            commits.append(float(subprocess.run([*map(str, arguments)], check=True, capture_output=True, text=True).stdout))
    return [
        (f"single appends, {WRITERS} connections, a second", statistics.median(rates)),
        ("the same ÷ without a search index", statistics.median(rates) / statistics.median(plain)),
        ("the same ÷ SQLite's own commits of one row", statistics.median(rates) / statistics.median(commits)),
    ]
