"""A server that is told to stop answers what it has accepted, tells who watches it first, and is gone in 10 seconds."""

import contextlib
import http.client
import json
import socket
import threading
import time

import pytest
import requests
from support.assistants import make_assistant, send, transcript
from support.messages import message
from support.postgres_server import PostgresServer, as_user, free_port
from support.receivers import ScriptedModel, complete, http_server
from support.reliability import amount, record
from support.understudy import AUTH, AUTHORIZATION, Server, create_account, import_lines, prepare_postgres, stopping, wait_until
from support.workers import Workers
from support.writers import append, is_unavailable, messages_url

pytestmark = pytest.mark.promise

PROMISE = "It stops well"


class Clients(Workers):
    """Threads that each use one connection for as long as the server lets them, to list and to append."""

    def __init__(self, server, count=8):
        super().__init__()
        self.server = server
        self.answered = 0
        self.failed = []
        self.closed = 0
        self._connections = [self._connect() for _ in range(count)]
        for number in range(count):
            self._add(self._run, number)

    def _connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        # So that an error is seen and not hidden by a second connection.
        connection.auto_open = 0
        connection.connect()
        # The server has accepted it for sure.
        connection.request("GET", "/health")
        connection.getresponse().read()
        return connection

    def _run(self, number):
        connection = self._connections[number]
        method = "GET" if number % 2 else "POST"
        body = json.dumps({"role": "user", "content": {"content": "x"}})
        headers = {"Authorization": AUTHORIZATION, "Content-Type": "application/json"}
        while True:
            try:
                connection.request(method, "/v1/Sessions/s/Messages", None if number % 2 else body, headers)
                answer = connection.getresponse()
                answer.read()
            except Exception as error:
                self.failed.append(repr(error))
                return
            if answer.status not in (200, 201):
                self.failed.append(answer.status)
            self.answered += 1
            if answer.headers["Connection"] == "close":
                self.closed += 1
                return


def test_no_accepted_request_fails(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", 1)])
    rounds = amount(5, 50)
    answered = 0
    for _ in range(rounds):
        with Server(tmp_path) as server, Clients(server) as clients:
            wait_until(lambda: clients.answered > 100)
            with stopping(server):
                pass
        assert clients.failed == []
        assert clients.closed == 8
        answered += clients.answered
    record(PROMISE, f"{rounds} stops under load, {answered:,} requests, none failed, each stop in under 10 s")


def test_an_answer_that_is_read_slowly_arrives_whole(tmp_path):
    create_account(tmp_path)
    long = {"content": {"content": "x" * 8_000}}
    import_lines(tmp_path, [message("s", number, **long) for number in range(500)])
    request = f"GET /v1/Sessions/s/Messages?PageSize=500 HTTP/1.1\r\nHost: a\r\nAuthorization: {AUTHORIZATION}\r\n\r\n"
    for is_asked_before in (True, False):
        with Server(tmp_path) as server, socket.socket() as client:
            # Little room, so that most of it waits at the server.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.connect(("127.0.0.1", server.port))
            client.settimeout(20)
            client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            client.recv(4_096)
            if is_asked_before:
                client.sendall(request.encode())
                time.sleep(0.3)
            with stopping(server):
                if not is_asked_before:
                    time.sleep(0.3)
                    client.sendall(request.encode())
                answer = b""
                # Three seconds in all.
                while part := client.recv(1 << 20):
                    answer += part
                    if len(answer) < 1_000_000:
                        time.sleep(0.01)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK")
        assert len(json.loads(body)["messages"]) == 500


def test_connections_that_come_while_it_stops_do_not_break_it(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", 1)])
    stopped = threading.Event()

    def come(port):
        while not stopped.is_set():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                client.recv(4_096)

    figures = free_port()
    for _ in range(amount(5, 50)):
        stopped.clear()
        with Server(tmp_path, "--metrics-address", f"127.0.0.1:{figures}") as server:
            threads = [threading.Thread(target=come, args=[port]) for port in [server.port, figures] * 8]
            for thread in threads:
                thread.start()
            time.sleep(0.1)
            with stopping(server):
                pass
            stopped.set()
            for thread in threads:
                thread.join()


def test_who_watches_is_told_first(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", 1)])
    with Server(tmp_path, "--shutdown-delay", "2") as server:
        assert requests.get(f"{server.url}/ready").status_code == 200
        start = time.monotonic()
        with stopping(server):
            wait_until(lambda: is_unavailable(requests.get(f"{server.url}/ready")))
            # It keeps serving clients that have not noticed yet.
            while time.monotonic() - start < 1.5:
                assert requests.get(messages_url(server), auth=AUTH).status_code == 200
                assert append(server, ["x"]).status_code == 201
        assert 1.8 < time.monotonic() - start < 5


def test_who_is_not_watched_stops_at_once(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path) as server:
        start = time.monotonic()
        with stopping(server):
            pass
        assert time.monotonic() - start < 2


def test_a_reply_that_comes_soon_is_waited_for_and_one_that_does_not_is_left_to_the_next(tmp_path):
    create_account(tmp_path)
    release = threading.Event()

    def soon(handler):
        time.sleep(2)
        complete(handler, "soon")

    def late(handler):
        release.wait(20)
        complete(handler, "late")

    answers = {}
    with http_server(ScriptedModel(soon)) as soon_url, http_server(ScriptedModel(late)) as late_url:
        for name, url in (("soon", soon_url), ("late", late_url)):
            with Server(tmp_path, "--model", "m", "--model-url", f"{url}/v1") as server:
                assistant = make_assistant(server)
                thread = threading.Thread(target=lambda: answers.update({name: send(server, assistant, "Hello", name)}))
                thread.start()
                wait_until(lambda: requests.get(messages_url(server, name), auth=AUTH).status_code == 200)
                with stopping(server):
                    pass
                thread.join()
        assert answers["soon"].status_code == 200
        assert (answers["late"].status_code, answers["late"].json()["code"]) == (503, 20503)
        release.set()
        with Server(tmp_path, "--model", "m", "--model-url", f"{late_url}/v1") as server:
            wait_until(lambda: len(transcript(server, "late")) == 2)


def test_a_database_that_hangs_does_not_keep_it(tmp_path):
    with PostgresServer() as postgres:
        env = prepare_postgres(postgres.url(), tmp_path)
        with Server(tmp_path, env=env) as server:
            assert append(server, ["one"]).status_code == 201
            pids = postgres.sql("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'understudy%'").split()
            as_user("kill", "-STOP", *pids)
            try:
                thread = threading.Thread(target=lambda: pytest.raises(requests.ConnectionError, append, server, ["two"]))
                thread.start()
                time.sleep(0.5)
                with stopping(server, code=1):
                    pass
                thread.join()
            finally:
                as_user("kill", "-CONT", *pids)
