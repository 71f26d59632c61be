"""Bodies that the server does not want, and bodies that arrive slowly, byte by byte past any client library."""

import contextlib
import json
import socket
import subprocess
import time

import h2.errors
import h2.events
import pytest
import requests
from support.http2_client import HTTP2Client
from support.messages import message
from support.metrics import figures
from support.postgres_server import free_port
from support.processes import anonymous
from support.raw_http import responses
from support.tls import make_certificate, serve
from support.understudy import AUTH, AUTHORIZATION, Server, create_account, import_lines, wait_until

WANTED = "/v1/Sessions/s1/Messages"
TOO_LONG = (1 << 20) + 1
# More than a signed number of 64 bits holds; HTTP/2 has no such length.
BEYOND = 9_300_000_000_000_000_000
WRONG = "Basic " + "eA=="


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of this file alone, for its tests add sessions."""
    directory = tmp_path_factory.mktemp("bodies")
    create_account(directory)
    import_lines(directory, [message("s1", 1), *(message("long", number) for number in range(1, 1_001))])
    with Server(directory) as server:
        yield server


def head(*headers, path=WANTED, method="POST", authorization=AUTHORIZATION):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: a", f"Authorization: {authorization}", *headers, "", ""]).encode()


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


UNWANTED = [
    (413, {}, TOO_LONG),
    (401, {"authorization": WRONG}, 10),
    (404, {"path": "/nowhere"}, 10),
    (405, {"method": "PATCH"}, 10),
    (200, {"method": "GET"}, 10),
]


@pytest.mark.parametrize(("status", "changes", "length"), [*UNWANTED, (413, {}, BEYOND)])
def test_a_client_that_asks_first_gets_the_final_status_where_its_body_is_not_wanted(server, status, changes, length):
    with connect(server) as connection:
        start = time.monotonic()
        connection.sendall(head("Expect: 100-continue", f"Content-Length: {length}", **changes))
        [(got, _)] = responses(connection)
        assert got == status
        assert time.monotonic() - start < 5


def test_a_client_that_asks_first_is_told_when_its_turn_has_come(server):
    body = b'{"role":"user","content":{}}'
    asking = head("Expect: 100-continue", f"Content-Length: {len(body)}", path="/v1/Sessions/asking/Messages")
    with connect(server) as connection:
        connection.sendall(head(method="GET", path="/v1/Sessions/long/Messages?PageSize=1000") + asking)
        received = b""
        while not received.endswith(b"HTTP/1.1 100 Continue\r\n\r\n"):
            received += connection.recv(65536)
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b'"url":' in received
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 Created\r\n")


def test_the_body_of_one_request_does_not_answer_for_the_next(server):
    """Two requests that ask first, sent together: the second one's body is not wanted, and may be on its way."""
    body = b'{"role":"user","content":{}}'
    asking = f"Content-Length: {len(body)}"
    first = head("Expect: 100-continue", asking, path="/v1/Sessions/asking/Messages")
    with connect(server) as connection:
        connection.sendall(first + body + head("Expect: 100-continue", asking, authorization=WRONG))
        assert [status for status, _ in responses(connection) if status != 100] == [201, 401]


@pytest.mark.parametrize("length", [TOO_LONG, BEYOND])
def test_a_length_above_the_limit_is_refused_at_once(server, length):
    with connect(server) as connection:
        start = time.monotonic()
        connection.sendall(head(f"Content-Length: {length}"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
        assert time.monotonic() - start < 2
        assert connection.recv(65536) == b""


# By RFC 9112, section 6.3, it is a bad request where `chunked` comes and is not the last, or comes twice.
CODINGS = {"gzip, chunked": 501, "gzip": 501, "identity": 501, "chunked, gzip": 400, "chunked, chunked": 400}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_transfer_encoding_other_than_chunked_is_not_implemented(server, coding, method):
    with connect(server) as connection:
        connection.sendall(head(f"Transfer-Encoding: {coding}", method=method) + b"2\r\n{}\r\n0\r\n\r\n")
        [(status, error)] = responses(connection)
        assert (status, error["status"], error["code"]) == {501: (501, 501, 20501), 400: (400, 400, 20001)}[CODINGS[coding]]


def test_chunks_are_taken(server):
    body = b'{"role":"user","content":{}}'
    with connect(server) as connection:
        connection.sendall(
            head("Transfer-Encoding: Chunked", path="/v1/Sessions/chunks/Messages")
            + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        )
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize(("status", "changes"), [(413, {}), (401, {"authorization": WRONG}), (404, {"path": "/nowhere"})])
@pytest.mark.parametrize("form", ["length", "chunks"])
def test_a_client_that_sends_a_long_body_first_gets_the_status_and_not_a_reset(server, status, changes, form):
    body = b"x" * (8 << 20)
    with connect(server) as connection:
        if form == "length":
            connection.sendall(head(f"Content-Length: {len(body)}", **changes) + body)
        else:
            connection.sendall(head("Transfer-Encoding: chunked", **changes) + f"{len(body):x}\r\n".encode() + body + b"\r\n")
        [(got, _)] = responses(connection)
        assert got == status


def test_a_refused_body_of_usual_length_leaves_the_connection_usable(server):
    with connect(server) as connection:
        connection.sendall(head("Content-Length: 500000", authorization=WRONG))
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")
        connection.sendall(b"x" * 500_000 + head(method="GET"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("more", [[], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]])
@pytest.mark.parametrize(("path", "user", "status"), [(WANTED, AUTH, "413"), (WANTED, ("a", "b"), "401"), ("/nowhere", AUTH, "404")])
def test_curl_shows_the_status(server, tmp_path, more, path, user, status):
    file = tmp_path / "body"
    file.write_bytes(b"x" * (4 << 20))
    arguments = ["-s", "-o", tmp_path / "answer", "-w", "%{http_code}", "-u", ":".join(user), "--data-binary", f"@{file}"]
    done = subprocess.run(["curl", *arguments, *more, server.url + path], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, status)


def test_http2_has_the_same_answers(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s1", 1)])
    with serve(tmp_path, *make_certificate(tmp_path, "certificate")) as server:
        with HTTP2Client(server) as client:
            for status, changes, length in UNWANTED:
                path, method = changes.get("path", WANTED), changes.get("method", "POST")
                headers = [("content-length", str(length)), ("expect", "100-continue")]
                authorization = changes.get("authorization", AUTHORIZATION)
                stream = client.ask(path, method=method, headers=headers, ends=False, authorization=authorization)
                assert client.answer(stream)[0] == status
                informed = [event for event in client.events if isinstance(event, h2.events.InformationalResponseReceived)]
                assert not informed
            stream = client.ask(WANTED, method="POST", headers=[("expect", "100-continue")], ends=False)
            assert client.wait_for(lambda event: isinstance(event, h2.events.InformationalResponseReceived))
            client.send(stream, b'{"role":"user","content":{}}')
            assert client.answer(stream)[0] == 201


def test_bodies_that_do_not_end_are_bounded_and_keep_nobody_else_out(tmp_path):
    create_account(tmp_path)
    address = f"127.0.0.1:{free_port()}"
    arguments = "--max-requests", "10", "--max-body-memory", "16", "--metrics-address", address
    with Server(tmp_path, *arguments) as server, contextlib.ExitStack() as stack:
        def held():
            return figures(address)[0]["understudy_request_body_bytes"]

        def send(count):
            clients = [stack.enter_context(connect(server)) for _ in range(count)]
            for client in clients:
                with contextlib.suppress(OSError):
                    client.sendall(head("Content-Length: 1000000") + b" " * 900_000)
            return clients

        before = anonymous(server)
        # As many as there is room for.
        stalled = send(18)
        wait_until(lambda: held() == 18 * 900_000)
        # None of them is slow yet.
        refused = send(2)
        for client in refused:
            answer = client.recv(65536)
            assert answer.startswith(b"HTTP/1.1 429 ")
            assert b"Retry-After: 1\r\n" in answer
        time.sleep(1)
        for _ in range(3):
            body = json.dumps({"role": "user", "content": {"content": "x" * 900_000}})
            answer = requests.post(server.url + WANTED, auth=AUTH, data=body, timeout=10)
            assert answer.status_code == 201
        slow = [client for client in stalled if (client.settimeout(0.2) or first_bytes(client)).startswith(b"HTTP/1.1 408 ")]
        assert 1 <= len(slow) <= 6
        send(300)
        assert held() <= 16 << 20
        assert anonymous(server) - before < 80
        for client in stalled:
            client.close()
        # Those that hold the room are slow from then on.
        time.sleep(1)
        assert requests.post(server.url + WANTED, auth=AUTH, data=body, timeout=10).status_code == 201
        stack.close()
        wait_until(lambda: held() == 0)


def first_bytes(client):
    try:
        return client.recv(65536)
    except TimeoutError:
        return b""
