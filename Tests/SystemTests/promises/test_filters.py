"""A list with a filter is bounded work: it loses nothing in a long session, and does not hold up other requests."""

import http.client
import json
import statistics
import threading
import time
import traceback
from urllib.parse import urlsplit

import pytest
from support.messages import message
from support.reliability import record
from support.understudy import AUTHORIZATION, SID, Server, create_account, json_of, prepare_postgres, using

pytestmark = pytest.mark.promise

PROMISE = "Lists with a filter lose nothing and hold nobody up"
COUNT = 100_000
# Far from each other, with nothing that matches in between.
MATCHES = [1, COUNT - 1]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def server(request, tmp_path):
    """A server with a session of many messages, and one of few."""
    if request.param == "PostgreSQL":
        env = prepare_postgres(request.getfixturevalue("empty_url"), tmp_path)
    else:
        env = {}
        create_account(tmp_path)
    at, environment = using(tmp_path, env)
    roles = {number: "tool" for number in MATCHES}
    long = (message("long", number, role=roles.get(number, "user")) for number in range(COUNT))
    lines = "".join(json.dumps(line) + "\n" for line in [*long, message("short", 1)])
    json_of("import", *at, "--account", SID, "-", input=lines, env=environment)
    with Server(tmp_path, env=env) as server:
        server.kind = request.param
        yield server


class Client:
    """A connection that is kept."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def page(self, target):
        self.connection.request("GET", target, headers={"Authorization": AUTHORIZATION})
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return json.loads(text)

    def walk(self, target):
        """All messages of a list, as the official SDKs go through it."""
        while target:
            page = self.page(target)
            yield from page["messages"]
            following = page["meta"]["next_page_url"]
            target = following and urlsplit(following)._replace(scheme="", netloc="").geturl()


def texts(messages):
    return [message["content"]["content"] for message in messages]


def test_a_walk_past_many_messages_without_a_match_loses_nothing(server):
    client = Client(server)
    for order in (1, -1):
        target = f"/v1/Sessions/long/Messages?Role=tool&Order={'asc' if order == 1 else 'desc'}"
        for size in (1, 50):
            found = texts(client.walk(f"{target}&PageSize={size}"))
            assert found == [f"text {number}" for number in MATCHES][::order]
    assert texts(client.walk("/v1/Sessions/long/Messages?Role=knowledge")) == []


def test_other_pages_do_not_wait_for_lists_with_a_filter(server):
    client, stop = Client(server), threading.Event()

    def worst_of(count=400):
        """The 99th percentile of the time that a page takes, in milliseconds."""
        times = []
        for number in range(count):
            start = time.monotonic()
            # Not one that is cached.
            client.page(f"/v1/Sessions/short/Messages?number={number}-{start}")
            times.append((time.monotonic() - start) * 1_000)
            time.sleep(0.002)
        return statistics.quantiles(times, n=100)[98]

    scans, faults = [], []

    def scan():
        try:
            own = Client(server)
            while not stop.is_set():
                scans.append(len(list(own.walk(f"/v1/Sessions/long/Messages?Role=knowledge&number={len(scans)}"))))
        except Exception:
            faults.append(traceback.format_exc())

    alone = worst_of()
    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        beside = worst_of()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert scans and not any(scans)
    # Read on an event loop, slices of four walks would hold it for longer.
    assert beside < max(10 * alone, 50), (alone, beside)
    record(PROMISE, f"{server.kind}: 99 % of other pages take {beside:.1f} ms beside 4 walks over 100,000 messages, and {alone:.1f} ms without")
