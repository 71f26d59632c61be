"""Beyond what the server can do, it does as much as before, and tells the rest at once to come again."""

import re
import sqlite3
import subprocess
import threading
import time
from contextlib import closing

import pytest
import requests
from support.assistants import make_assistant, send
from support.paths import SUPPORT
from support.receivers import ScriptedModel, complete, http_server
from support.reliability import IS_SOAK, amount, record
from support.understudy import AUTH, AUTHORIZATION, Server, create_account, wait_until
from support.writers import append, messages_url

pytestmark = pytest.mark.promise

LIMIT = 64


def load(server, connections, seconds):
    """Append over so many connections that never wait, and return how many a second were taken, and how many refused."""
    output = subprocess.run(
        [
            "wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
            "--script", SUPPORT / "overload.lua", server.url, "--", AUTHORIZATION,
        ],
        check=True, capture_output=True, text=True,
    ).stdout
    taken, refused, odd, microseconds = map(int, re.search(r"RESULT (.*)", output)[1].split())
    assert odd == 0
    return taken * 1e6 / microseconds, refused * 1e6 / microseconds


def test_four_times_the_load_is_answered_as_fast_as_one(tmp_path):
    create_account(tmp_path)
    rounds, seconds = amount(3, 8), amount(2, 5)
    with Server(tmp_path, "--max-requests", str(LIMIT)) as server:
        load(server, LIMIT, 1)
        taken = {LIMIT: 0, 4 * LIMIT: 0}
        refused = 0
        for _ in range(rounds):
            # In this order, for the machine changes while they run.
            for connections in (LIMIT, 4 * LIMIT, 4 * LIMIT, LIMIT):
                rates = load(server, connections, seconds)
                taken[connections] += rates[0]
                refused += rates[1] * seconds if connections > LIMIT else 0
        log = server.stop()
    goodput = taken[4 * LIMIT] / taken[LIMIT]
    assert refused > 100
    # One line for many.
    assert 0 < log.count("Refusing requests") < 2 * rounds * seconds
    assert goodput > (0.9 if IS_SOAK else 0.75)
    record(
        "Overload degrades, does not collapse",
        f"4 × the load: {goodput:.2f} of the appends a second, {refused:,.0f} refused with 429 and Retry-After",
    )


def test_writes_beyond_the_limit_are_refused_and_their_connections_wait(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path, "--max-requests", "2") as server:
        assert append(server, ["one"]).status_code == 201
        with closing(sqlite3.connect(tmp_path / "understudy.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writers = [threading.Thread(target=append, args=[server, ["two"]]) for _ in range(2)]
            for writer in writers:
                writer.start()
            time.sleep(0.5)
            times = []
            with requests.Session() as session:
                for _ in range(4):
                    start = time.monotonic()
                    refused = session.get(messages_url(server), auth=AUTH)
                    times.append(time.monotonic() - start)
                    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (429, 20429, "1")
            # A client that retries at once waits half a second.
            assert times[0] < 0.2
            assert all(0.4 < seconds < 1 for seconds in times[1:])
            for path in ("health", "ready"):
                assert requests.get(f"{server.url}/{path}").status_code == 200
            other.execute("ROLLBACK")
        for writer in writers:
            writer.join()
        assert requests.get(messages_url(server), auth=AUTH).status_code == 200


def test_callers_beyond_the_limit_are_refused_at_once(tmp_path):
    create_account(tmp_path)
    release = threading.Event()
    with http_server(ScriptedModel(lambda handler: release.wait(20) and complete(handler, "late"))) as model:
        arguments = ["--max-requests", "2", "--model", "m", "--model-url", f"{model}/v1"]
        with Server(tmp_path, *arguments) as server:
            assistant = make_assistant(server)
            answers = []
            callers = [
                threading.Thread(target=lambda name=name: answers.append(send(server, assistant, "Hello", name)))
                for name in ("a", "b")
            ]
            for caller in callers:
                caller.start()
            wait_until(lambda: all(requests.get(messages_url(server, name), auth=AUTH).ok for name in ("a", "b")))
            start = time.monotonic()
            refused = send(server, assistant, "Hello", "c")
            assert time.monotonic() - start < 1
            assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (429, 20429, "1")
            # Who waits for nobody is taken.
            webhook = {"webhook": "https://example.com/"}
            assert send(server, assistant, "Hello", "d", **webhook).status_code == 202
            # Nothing of the other was kept.
            assert requests.get(messages_url(server, "c"), auth=AUTH).status_code == 404
            assert requests.get(f"{server.url}/ready").status_code == 200
            release.set()
            for caller in callers:
                caller.join()
            assert [answer.status_code for answer in answers] == [200, 200]
            assert send(server, assistant, "Hello", "c").status_code == 200
