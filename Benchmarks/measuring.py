"""What the benchmarks share: the account, the sessions, and a load whose answers are counted."""

import base64
import collections
import dataclasses
import json
import os
import platform
import re
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

SID, TOKEN = "AC0123456789abcdef0123456789abcdef", "correct horse battery staple"
AUTHORIZATION = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
PROGRAM = os.environ["UNDERSTUDY"]
# Of a load by many, and by very many.
CONNECTIONS = 32
CROWD = 1_000


def run(*arguments, **options):
    return subprocess.run([*map(str, arguments)], check=True, capture_output=True, text=True, **options).stdout


def create_account(*arguments, program=PROGRAM, **options):
    run(program, "account", "create", "--sid", SID, "--auth-token-file", "-", *arguments, input=TOKEN, **options)


def sessions_of(lines, least=50):
    """The sessions that have so many lines and more, in their order."""
    counts = collections.Counter(json.loads(line)["session_id"] for line in lines)
    return [session for session, count in counts.items() if count >= least]


def fetch(address, path, authorization=AUTHORIZATION, *, method=None, body=None):
    """Ask for a path, or send it a body, which is a JSON value."""
    headers = {"Content-Type": "application/json"}
    if authorization:
        headers["Authorization"] = authorization
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def etag(address, path):
    request = urllib.request.Request(address + path, headers={"Authorization": AUTHORIZATION})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.headers["ETag"]


def wait_for(address, path):
    """Wait until a server answers, and return how long that took, in seconds."""
    start = time.monotonic()
    while True:
        try:
            fetch(address, path)
            return time.monotonic() - start
        except OSError:
            assert time.monotonic() - start < 60, f"{address} does not answer"
            time.sleep(0.002)


@dataclasses.dataclass
class Load:
    """What a load came to: per second, and in microseconds."""

    requests: float
    bytes: float
    p50: float
    p99: float


def load(address, paths, *, connections, seconds, body="", headers=(), authorization=AUTHORIZATION):
    """Ask for paths drawn at random, over so many connections, or post the body to them.

    headers: further ones, each as "Name: value".
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths))
        file.flush()
        output = run(
            "wrk", "--threads", 1, "--connections", connections, "--duration", f"{seconds}s", "--script",
            Path(__file__).with_name("load.lua"), address, "--", authorization, file.name, body, *headers,
        )
    requests, size, duration, failed, p50, p99 = map(int, re.search(r"RESULT (.*)", output)[1].split())
    assert failed == 0, f"{failed} answers were wrong"
    return Load(requests * 1e6 / duration, size * 1e6 / duration, p50, p99)


def in_turn(measures, rounds, connections=(1, CONNECTIONS)):
    """Measure all over each number of connections, in turn.

    measures: by name, what takes a number of connections and gives a Load. Returns, by name, the rounds' loads for each number.
    """
    loads = {name: tuple([] for _ in connections) for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            for rounds_loads, count in zip(loads[name], connections):
                rounds_loads.append(measure(count))
    return loads


def median(loads, field):
    return statistics.median(getattr(item, field) for item in loads)


def machine():
    """The machine, in words."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} processors, {memory:.0f} GiB"
