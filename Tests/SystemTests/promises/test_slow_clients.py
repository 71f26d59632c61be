"""Clients that are slow or greedy hurt only themselves. These tests take their time: what they wait for does, too."""

import contextlib
import socket
import statistics
import threading
import time

import pytest
import requests
from support.messages import message
from support.processes import anonymous
from support.raw_http import exchange, request, responses
from support.reliability import record
from support.understudy import AUTH, AUTHORIZATION, SID, TOKEN, Server, create_account, import_lines

pytestmark = pytest.mark.promise


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("data")
    create_account(directory)
    long = {"content": {"content": "x" * 50_000}}
    import_lines(directory, [message("s1", number) for number in range(1, 101)])
    import_lines(directory, [message("long", number, **long) for number in range(1, 101)])
    with Server(directory) as server:
        yield server


def test_a_client_that_asks_on_and_never_reads_takes_no_memory(server):
    before = anonymous(server)
    requests_of = {
        "no page": lambda number: request("Host: a", path="/nowhere"),
        # Each another one, so that no two share their bytes.
        "pages": lambda number: request("Host: a", path=f"/v1/Sessions/long/Messages?x={number}"),
    }
    for make in requests_of.values():
        with socket.create_connection(("127.0.0.1", server.port), timeout=0.2) as unread:
            end, number = time.monotonic() + 4, 0
            while time.monotonic() < end:
                number += 1
                with contextlib.suppress(TimeoutError):
                    unread.sendall(make(number).encode())
            assert anonymous(server) - before < 40


@pytest.mark.parametrize("buffer", [4_096, 1 << 20])
def test_a_client_that_ends_its_side_gets_the_whole_response(server, buffer):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.connect(("127.0.0.1", server.port))
        client.sendall(request("Host: a", path="/v1/Sessions/long/Messages").encode())
        client.shutdown(socket.SHUT_WR)
        time.sleep(0.5)
        received = b"".join(iter(lambda: client.recv(1 << 16), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}" in head.decode().lower()
    assert len(body) > 50 * 50_000


def slowest_page(server, seconds):
    """Ask for pages for so long, and return the time that 99 of 100 took at most, in seconds."""
    times = []
    with requests.Session() as session:
        session.auth = (SID, TOKEN)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            assert session.get(f"{server.url}/v1/Sessions/s1/Messages").status_code == 200
            times.append(time.monotonic() - start)
    return statistics.quantiles(times, n=100)[98]


def test_headers_that_dribble_cost_their_own_connections_alone(server):
    alone = slowest_page(server, 3)
    with contextlib.ExitStack() as stack:
        start = time.monotonic()
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20)) for _ in range(1_000)
        ]
        for client in clients:
            client.sendall(b"GET /v1/Sessions/s1/Messages HTTP/1.1\r\nX: ")
        dribbling = threading.Thread(target=dribble, args=(clients, start + 8))
        dribbling.start()
        among = slowest_page(server, 7)
        dribbling.join()
        for client in clients:
            assert client.recv(65_536).startswith(b"HTTP/1.1 408 ")
        assert 9 < time.monotonic() - start < 18
    assert among < max(2 * alone, 0.02), f"{among} s, and {alone} s alone"
    record(
        "Slow and greedy clients hurt only themselves",
        f"1,000 dribbling sockets: a good client's p99 is {among / alone:.2f} × what it is without them",
    )


def dribble(clients, end):
    while time.monotonic() < end:
        for client in clients:
            client.sendall(b"y")
        time.sleep(1)


def test_bodies_that_dribble_keep_nobody_else_out(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s1", 1)])
    head = f"POST /v1/Sessions/s1/Messages HTTP/1.1\r\nHost: a\r\nAuthorization: {AUTHORIZATION}\r\nContent-Length: 100\r\n\r\n"
    with Server(tmp_path, "--max-requests", "4") as server, contextlib.ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            client.sendall(head.encode() + b"{")
        time.sleep(0.5)
        for _ in range(20):
            assert requests.get(f"{server.url}/v1/Sessions/s1/Messages", auth=AUTH).status_code == 200


def test_an_answer_that_nobody_reads_is_given_up(server):
    with socket.socket() as client:
        # Little room, so that the answer waits at the server.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect(("127.0.0.1", server.port))
        page = request("Host: a", path="/v1/Sessions/long/Messages?PageSize=100").encode()
        client.sendall(page * 2)
        start = time.monotonic()
        # The peer's end is seen without reading: sending fails when the connection is gone.
        with pytest.raises(OSError):
            while time.monotonic() - start < 45:
                client.send(b"\r\n")
                time.sleep(0.5)
        assert time.monotonic() - start > 25


def test_the_408_of_a_late_request_does_not_cut_off_the_response_before_it(server):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.settimeout(20)
        client.connect(("127.0.0.1", server.port))
        page = request("Host: a", path="/v1/Sessions/long/Messages?PageSize=100").encode()
        client.sendall(page)
        # In a read of its own: what comes together with a whole request is only known to be late when it stays idle.
        time.sleep(0.5)
        client.sendall(b"GET /v1/Sessions HTTP/1.1\r\nX: ")
        # The next request is late by then, and most of the page is still at the server.
        time.sleep(15)
        (status, listed), (late, _) = responses(client)
        assert (status, len(listed["messages"]), late) == (200, 100, 408)


@pytest.mark.parametrize(
    "text",
    [
        request("Host: a", "X: " + "y" * 17_000),
        request("Host: a", *(f"X-{number}: {'y' * 1_000}" for number in range(17))),
        request("Host: a", *(f"X-{number}: y" for number in range(101))),
        request("Host: a", path="/" + "y" * 17_000),
    ],
)
def test_headers_that_are_too_large_are_refused(server, text):
    status, headers, error = exchange(server, text)
    assert (status, error["code"]) == (400, 20001)
    assert headers["connection"] == "close"


def test_connections_beyond_the_limit_wait(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s1", 1)])
    with Server(tmp_path, "--max-connections", "2") as server, contextlib.ExitStack() as stack:
        # Several that come at once are taken together.
        first, second = (connect(server, stack) for _ in range(2))
        third = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=1))
        third.sendall(request("Host: a").encode())
        with pytest.raises(TimeoutError):
            third.recv(65_536)
        first.close()
        third.settimeout(10)
        assert third.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")
        second.sendall(request("Host: a").encode())
        assert second.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")


def connect(server, stack):
    """A connection that has been used."""
    client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
    client.sendall(request("Host: a").encode())
    assert client.recv(65_536).startswith(b"HTTP/1.1 200 OK\r\n")
    return client
