"""Pipelined requests, and clients that end or reset a connection in the middle of one."""

import contextlib
import json
import socket
import ssl
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from support.messages import message
from support.metrics import figures
from support.postgres_server import free_port
from support.processes import count
from support.raw_http import connect, responses
from support.tls import make_certificate, serve
from support.understudy import AUTH, AUTHORIZATION, Server, create_account, import_lines, wait_until
from support.writers import messages_url, walk

PAGE = "/v1/Sessions/s1/Messages?PageSize=2"


@pytest.fixture(scope="module")
def metrics():
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def server(tmp_path_factory, metrics):
    """A server of this file alone, for its tests add sessions."""
    directory = tmp_path_factory.mktemp("pipelines")
    create_account(directory)
    import_lines(directory, [message("s1", number) for number in range(1, 4)])
    with Server(directory, "--metrics-address", metrics) as server:
        yield server


def request(method, path, *lines, body=b""):
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: a", f"Authorization: {AUTHORIZATION}", *lines, "", ""])
    return head.encode() + body


def append(session, text, *lines, chunked=False):
    body = json.dumps({"role": "user", "content": {"content": text}}).encode()
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    if chunked:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return request("POST", f"/v1/Sessions/{session}/Messages", length, *lines, body=body)


@pytest.fixture
def tag(server):
    """The ETag of the page."""
    headers = {"Host": "a", "Accept-Encoding": ""}
    return requests.get(f"{server.url}{PAGE}", auth=AUTH, headers=headers).headers["ETag"]


def every_kind(tag, session="piped"):
    """A pipeline of requests of every kind, and the statuses of its responses."""
    return [
        (request("GET", PAGE), 200),
        (request("GET", PAGE, f"If-None-Match: {tag}"), 304),
        (append(session, "by length"), 201),
        (request("HEAD", PAGE), 200),
        (append(session, "by chunks", chunked=True), 201),
        (request("DELETE", f"/v1/Sessions/{session}"), 204),
        (b"\r\n" + request("OPTIONS", PAGE), 405),
        (request("REPORT", PAGE), 405),
        (append(session, "after asking", "Expect: 100-continue"), 201),
        (request("GET", "/nowhere"), 404),
        (request("GET", "http://a" + PAGE), 200),
        (b"GET /health HTTP/1.1\r\n\r\n", 400),
        (request("DELETE", f"/v1/Sessions/{session}", "Content-Length: 2", body=b"{}"), 204),
        # Its body is not read, so it is the last one that is answered.
        (request("POST", PAGE, "Content-Length: 2000000"), 413),
        (request("GET", PAGE), None),
    ]


def answers(connection, pipeline):
    """The status and the JSON of each response until the server closes, without `100 Continue`."""
    received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    found = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        assert status.startswith("HTTP/1.1 ")
        code = int(status.split()[1])
        if code == 100:
            continue
        has_body = code not in (204, 304) and not pipeline[len(found)][0].startswith(b"HEAD ")
        length = int(dict(line.lower().split(": ", 1) for line in lines)["content-length"]) if has_body else 0
        found.append((code, json.loads(received[:length] or b"null")))
        received = received[length:]
    return found


def statuses(connection, pipeline):
    return [status for status, _ in answers(connection, pipeline)]


def test_requests_of_every_kind_in_one_packet_are_answered_in_turn(server, tag):
    pipeline = every_kind(tag)
    with connect(server) as connection:
        connection.sendall(b"".join(text for text, _ in pipeline))
        answered = answers(connection, pipeline)
    assert [status for status, _ in answered] == [status for _, status in pipeline if status]
    assert [message["content"]["content"] for message in answered[0][1]["messages"]] == ["text 1", "text 2"]
    assert [answered[index][1]["content"]["content"] for index in (2, 4, 8)] == ["by length", "by chunks", "after asking"]
    assert requests.get(messages_url(server, "piped"), auth=AUTH).status_code == 404


def test_requests_of_every_kind_are_answered_alike_wherever_they_are_split(server, tag):
    # Up to the end of the last head that is read.
    end = b"".join(text for text, _ in every_kind(tag, "piped-0000")).index(b"2000000\r\n\r\n") + 11

    def split(position):
        # Of the same length in all.
        pipeline = every_kind(tag, f"piped-{position:04}")
        text = b"".join(text for text, _ in pipeline)
        with connect(server) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(text[:position])
            time.sleep(0.001)
            connection.sendall(text[position:])
            return position, statuses(connection, pipeline) == [status for _, status in pipeline if status]

    with ThreadPoolExecutor(16) as pool:
        assert [position for position, is_right in pool.map(split, range(1, end + 1)) if not is_right] == []


def test_a_pipeline_that_arrives_byte_by_byte_is_answered(server, tag):
    pipeline = every_kind(tag)
    with connect(server) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"".join(text for text, _ in pipeline[:-1]):
            connection.sendall(bytes([byte]))
            time.sleep(0.0005)
        assert statuses(connection, pipeline) == [status for _, status in pipeline if status]


def test_everything_before_the_end_of_writing_is_answered(server):
    texts = [f"before the end {number}" for number in range(20)]
    with connect(server) as connection:
        connection.sendall(b"".join(append("half", text) + request("GET", PAGE) for text in texts))
        connection.shutdown(socket.SHUT_WR)
        assert [status for status, _ in responses(connection)] == [201, 200] * 20
    assert walk(server, "half") == texts


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_ends_early_is_not_appended(server, chunked):
    whole = append("half-body", "incomplete", chunked=chunked)
    body = whole.index(b"\r\n\r\n") + 4
    for length in range(body, len(whole)):
        with connect(server) as connection:
            connection.sendall(request("GET", PAGE) + whole[:length])
            connection.shutdown(socket.SHUT_WR)
            statuses = [status for status, _ in responses(connection)]
            assert statuses in ([200], [200, 400]), length
    assert requests.get(messages_url(server, "half-body"), auth=AUTH).status_code == 404


def test_a_head_that_ends_early_is_refused(server):
    whole = request("GET", PAGE)
    for length in range(1, len(whole)):
        with connect(server) as connection:
            connection.sendall(whole[:length])
            connection.shutdown(socket.SHUT_WR)
            assert [status for status, _ in responses(connection)] == [400], length


def test_tls_that_is_cut_off_appends_only_what_has_arrived(tmp_path):
    create_account(tmp_path)
    chain, key = make_certificate(tmp_path, "certificate")
    context = ssl.create_default_context(cafile=chain)
    with serve(tmp_path, chain, key) as server:
        for text, end in {"cut off": -1, "complete": None}.items():
            with connect(server) as plain, context.wrap_socket(plain, server_hostname="localhost") as client:
                client.sendall(append("cut", text)[:end])
                # Of the socket alone, without the close_notify of TLS.
                socket.socket.shutdown(client, socket.SHUT_WR)
                with contextlib.suppress(OSError):
                    while client.recv(1 << 16):
                        pass

        def listed():
            page = requests.get(messages_url(server, "cut"), auth=AUTH, verify=chain).json()
            return [message["content"]["content"] for message in page.get("messages", [])]

        assert wait_until(listed) == ["complete"]


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def held(server, metrics):
    """Descriptors, requests in flight, and memory held by bodies."""
    values, _ = figures(metrics)
    return count(server, "fd"), values["understudy_requests_in_flight"], values["understudy_request_body_bytes"]


def test_resets_at_each_byte_leave_nothing_behind(server, metrics):
    page = request("GET", PAGE)

    def append_text(number, chunked=False):
        return append("reset", f"text {number:04}", chunked=chunked)

    def length(text):
        """Of a response, in bytes, without the header of the last one."""
        with connect(server) as connection:
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            return len(b"".join(iter(lambda: connection.recv(1 << 16), b"")).replace(b"Connection: close\r\n", b""))

    # What is sent of a request, and how many bytes of its response are read before the reset.
    cases = [(page[:end], 0) for end in range(len(page) + 1)]
    cases += [(page, received) for received in range(1, length(page))]
    for chunked in (False, True):
        ends = range(len(append_text(0, chunked)) + 1)
        cases += [(append_text(number, chunked)[:end], 0) for number, end in enumerate(ends, start=len(cases))]
    first_answered = len(cases)
    cases += [(append_text(first_answered + index), index + 1) for index in range(length(append_text(0)) - 1)]
    before = held(server, metrics)

    def send_and_reset(case):
        text, received = case
        connection = connect(server)
        connection.sendall(text)
        while received > 0 and (data := connection.recv(received)):
            received -= len(data)
        reset(connection)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send_and_reset, cases))
    wait_until(lambda: held(server, metrics) <= before)
    # Each at most once, and whole.
    stored = walk(server, "reset")
    assert len(stored) == len(set(stored))
    numbered = [f"text {number:04}" for number in range(len(cases))]
    assert set(numbered[first_answered:]) <= set(stored) <= set(numbered)
    assert server.process.poll() is None
