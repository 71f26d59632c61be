"""The server does not leak: neither memory nor descriptors nor threads, at most of the load that it can do."""

import random
import re
import socket
import statistics
import struct
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest
import requests
from support.assistants import make_assistant, send
from support.paths import SUPPORT
from support.processes import anonymous, count
from support.receivers import close_at_once, http_server, respond
from support.reliability import IS_SOAK, amount, record
from support.understudy import AUTH, AUTHORIZATION, Server, create_account, wait_until

pytestmark = pytest.mark.promise

# Of the long form, in seconds.
DURATION = 30 * 60
CONNECTIONS = 64
SHARE = 0.8


def load(server, assistant, name, seconds, pause=0):
    """Put a mixed load on the server, and return how many requests a second it answered.

    name: begins those of the sessions.
    pause: how long each connection waits before a request, in milliseconds.
    """
    output = subprocess.run(
        [
            "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s",
            "--script", SUPPORT / "leaks.lua", server.url,
            "--", AUTHORIZATION, assistant, name, str(pause),
        ],
        check=True, capture_output=True, text=True,
    ).stdout
    answered, odd, microseconds = map(int, re.search(r"RESULT (.*)", output)[1].split())
    assert odd == 0
    return answered * 1e6 / microseconds


def delete_sessions(server):
    """Delete all sessions, as who keeps transcripts for some time does."""
    with requests.Session() as session:
        session.auth = AUTH
        while found := session.get(f"{server.url}/v1/Sessions?PageSize=1000").json()["sessions"]:
            for item in found:
                assert session.delete(f"{server.url}/v1/Sessions/{item['id']}").status_code in (204, 404)


@contextmanager
def repeating(seconds, *bodies):
    """Run each of some functions every so many seconds, beside what is done meanwhile."""
    stopped, faults = threading.Event(), []

    def run(body):
        try:
            while not stopped.wait(seconds):
                body()
        except Exception as error:
            faults.append(repr(error))

    threads = [threading.Thread(target=run, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join(60)
    assert faults == []


def go_away(server, assistant):
    """Be a client that goes away in the middle of a head, a body, an answer or a reply."""
    fields = f"Host: a\r\nAuthorization: {AUTHORIZATION}\r\n"
    body = '{"identity":"user_id:a","body":"Hello","session_id":"left"}'
    text = random.choice(
        [
            "", "GET /v1/Sess", f"GET /v1/Sessions HTTP/1.1\r\n{fields}", "\x16\x03\x01 hello\r\n\r\n",
            f"GET /v1/Sessions/once/Messages?PageSize=1000 HTTP/1.1\r\n{fields}\r\n" * 3,
            f"POST /v1/Sessions/once/Messages HTTP/1.1\r\n{fields}Content-Length: 1000\r\n\r\n{{",
            f"POST /v1/Assistants/{assistant}/Messages HTTP/1.1\r\n{fields}Content-Length: {len(body)}\r\n\r\n{body}",
        ]
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        if random.random() < 0.5:
            # Closing is a reset then.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(text.encode())


class Samples:
    """What the server takes, from time to time."""

    def __init__(self, server):
        self.server = server
        self.start = time.monotonic()
        self.times, self.memory, self.threads = [], [], []

    def take(self):
        self.times.append(time.monotonic() - self.start)
        self.memory.append(anonymous(self.server))
        self.threads.append(count(self.server, "task"))

    def growth(self):
        """Of the memory in the newer half of the time, in MB in ten minutes."""
        older = sum(moment < self.times[-1] / 2 for moment in self.times)
        return statistics.linear_regression(self.times[older:], self.memory[older:]).slope * 600


def test_nothing_grows_at_most_of_the_load_that_it_can_do(tmp_path):
    create_account(tmp_path)
    # What may grow is soon as large as it may be.
    arguments = ["--model", "echo", "--page-cache", "4", "--trusted-proxies", "127.0.0.1", "--shutdown-delay", "0"]
    arguments += ["--allow-private-callbacks", "--webhook-retry-time", "1", "--log-level", "warning"]

    def receive(handler, _):
        respond(handler, 204) if random.random() < 0.9 else close_at_once(handler)

    with http_server(receive) as webhook, Server(tmp_path, *arguments) as server:
        assistant = make_assistant(server)

        def call():
            send(server, assistant, "Hello", "called", webhook=webhook)

        def run(name, seconds, pause=0):
            with repeating(0.05, lambda: go_away(server, assistant)), repeating(0.2, call):
                rate = load(server, assistant, name, seconds, pause)
            delete_sessions(server)
            return rate

        most = run("most-", amount(2, 20))
        pause = CONNECTIONS * 1_000 / (SHARE * most) / 2
        seconds = amount(4, 60)
        rates = [run("warm-", seconds, pause)]
        # Until all connections are closed.
        time.sleep(1)
        memory, descriptors = anonymous(server), count(server, "fd")
        samples = Samples(server)
        while time.monotonic() < samples.start + amount(10, DURATION):
            # It comes to the rate that is wanted.
            pause = max(0, pause + CONNECTIONS * 1_000 * (1 / (SHARE * most) - 1 / rates[-1]))
            with repeating(amount(0.5, 5), samples.take):
                rates.append(run(f"{len(rates)}-", seconds, pause))
            wait_until(lambda: count(server, "fd") <= descriptors)
        growth = samples.growth()
        # Some threads come when much is waited for, and stay.
        assert max(samples.threads) < 64
        assert anonymous(server) - memory < 30
        assert growth < 1 or not IS_SOAK, list(zip(samples.times, samples.memory))
    rate = statistics.mean(rates[1:])
    record(
        "It does not leak",
        f"{samples.times[-1] / 60:.0f} minutes at {rate:,.0f} mixed requests a second, {rate / most:.0%} of the most: "
        f"{growth:+.2f} MB of memory in ten minutes, by the second half, of {samples.memory[-1]:.0f} MB; "
        f"{descriptors} descriptors before and after",
    )
