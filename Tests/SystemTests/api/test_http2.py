"""HTTP/2 over TLS: the same answers, and the same promises, as HTTP/1.1 gives."""

import contextlib
import json
import random
import socket
import ssl
import threading
import time

import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import pytest
import requests
from support.http2_client import HTTP2Client
from support.messages import message
from support.processes import count
from support.tls import make_certificate, serve
from support.understudy import AUTH, create_account, import_lines, stopping, wait_until

LIST = "/v1/Sessions/s/Messages"
LONG = "/v1/Sessions/long/Messages?PageSize=100"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"), "certificate")


@pytest.fixture(scope="module")
def server(tmp_path_factory, certificate):
    directory = tmp_path_factory.mktemp("data")
    create_account(directory)
    import_lines(directory, [message("s", number) for number in range(1, 121)])
    long = {"content": {"content": "x" * 50_000}}
    import_lines(directory, [message("long", number, **long) for number in range(1, 101)])
    with serve(directory, *certificate) as server:
        yield server


@pytest.fixture
def stopped(tmp_path):
    """The directory of servers that are stopped."""
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", number) for number in range(1, 121)])
    return tmp_path


def reset_of(stream):
    return lambda event: isinstance(event, h2.events.StreamReset) and event.stream_id == stream


def is_go_away(event):
    return isinstance(event, h2.events.ConnectionTerminated)


def test_pages_are_those_of_http1(server, certificate):
    chain, _ = certificate
    with HTTP2Client(server) as client:
        for path in LIST, f"{LIST}?PageSize=100", "/v1/Sessions", "/v1/Sessions/none/Messages", "/health", "/nowhere":
            plain = requests.get(server.url + path, auth=AUTH, verify=chain, headers={"Accept-Encoding": "identity"}, timeout=10)
            status, headers, body = client.get(path)
            assert (status, headers["content-type"]) == (plain.status_code, plain.headers["Content-Type"])
            assert headers.get("etag") == plain.headers.get("ETag")
            assert len(headers["twilio-request-id"]) == 34
            if status == 200:
                assert body == plain.content
        assert json.loads(client.get(LIST)[2])["meta"]["url"].startswith(f"{server.url}{LIST}?")
        status, headers, body = client.get(LIST, headers=[("accept-encoding", "gzip")])
        assert (status, headers["content-encoding"]) == (200, "gzip")
        tag = headers["etag"]
        status, headers, body = client.get(LIST, headers=[("accept-encoding", "gzip"), ("if-none-match", tag)])
        assert (status, body) == (304, b"")
        status, headers, body = client.get(LIST, method="HEAD")
        assert (status, body) == (200, b"")


def test_a_client_of_http1_is_served_as_before(server, certificate):
    chain, _ = certificate
    context = ssl.create_default_context(cafile=chain)
    context.set_alpn_protocols(["http/1.1"])
    with context.wrap_socket(socket.create_connection(("127.0.0.1", server.port)), server_hostname="localhost") as client:
        assert client.selected_alpn_protocol() == "http/1.1"
        client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert client.recv(4_096).startswith(b"HTTP/1.1 200 OK\r\n")


def test_bodies_and_large_pages(server):
    with HTTP2Client(server) as client:
        for text in "x", "y" * 500_000:
            body = json.dumps({"role": "user", "content": {"content": text}}).encode()
            headers = [("content-type", "application/json"), ("content-length", str(len(body))), ("expect", "100-continue")]
            stream = client.ask("/v1/Sessions/new/Messages", "POST", headers, ends=False)
            client.wait_for(lambda event: isinstance(event, h2.events.InformationalResponseReceived))
            send_all(client, stream, body)
            status, _, answer = client.answer(stream)
            assert (status, json.loads(answer)["content"]["content"]) == (201, text)
        _, _, body = client.get(LONG)
        assert len(json.loads(body)["messages"]) == 100


def test_a_body_that_is_too_large_is_refused_before_its_end(server):
    with HTTP2Client(server) as client:
        stream = client.ask("/v1/Sessions/new/Messages", "POST", ends=False)
        send_all(client, stream, b"x" * (1 << 20) + b"x", ends=False)
        status, _, answer = client.answer(stream)
        assert (status, json.loads(answer)["code"]) == (413, 20001)
        assert client.get(LIST)[0] == 200


def send_all(client, stream, data, ends=True):
    """Send data as the windows of the stream and of the connection open."""
    while data:
        room = min(client.connection.local_flow_control_window(stream), client.connection.max_outbound_frame_size, len(data))
        if room:
            client.send(stream, data[:room], ends=ends and room == len(data))
            data = data[room:]
        else:
            client.read()


def test_many_streams_at_once_and_one_that_waits_for_its_body(server):
    with HTTP2Client(server) as client:
        slow = client.ask(LIST, "POST", ends=False)
        streams = [client.ask(f"{LIST}?PageSize={size}") for size in range(1, 31)]
        for size, stream in enumerate(streams, start=1):
            assert len(json.loads(client.answer(stream)[2])["messages"]) == size
        client.send(slow, b"{}")
        assert client.answer(slow)[0] == 400


def test_slow_and_greedy_clients_hurt_only_themselves(server):
    """What takes its time is waited for at once."""
    results = []
    readers = [threading.Thread(target=client, args=[server, results]) for client in (read_slowly, be_deaf)]
    for reader in readers:
        reader.start()
    with HTTP2Client(server, window=0) as greedy, HTTP2Client(server) as slow:
        start = time.monotonic()
        unread = [greedy.ask(LONG), greedy.ask(LIST)]
        dribbling = slow.ask(LIST, "POST", ends=False)
        # One whose answer has come before its body.
        refused = slow.ask("/nowhere", "POST", ends=False)
        assert slow.answer(refused)[0] == 404
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as shy:
            while time.monotonic() < start + 25:
                slow.send(dribbling, b" ", ends=False)
                slow.send(refused, b" ", ends=False)
                # Others on the same connection are served.
                assert slow.get(LIST)[0] == 200
                time.sleep(1)
                assert slow.is_open and greedy.is_open
            # No handshake within 10 s.
            assert shy.recv(1) == b""
        for stream in unread:
            assert greedy.wait_for(reset_of(stream), 20)
        assert time.monotonic() - start < 45
        status, _, answer = slow.answer(dribbling, 20)
        assert (status, json.loads(answer)["code"]) == (408, 20001)
        assert slow.wait_for(reset_of(refused), 20)
        assert slow.get(LIST)[0] == 200
    for reader in readers:
        reader.join()
    assert sorted(results) == ["given up", "whole"]


def read_slowly(server, results):
    """Be a client that lets the server send all at once, reads for longer than 30 s, and gets the whole answer."""
    with HTTP2Client(server, window=8 << 20, room=16_384) as client:
        client.connection.increment_flow_control_window(8 << 20)
        stream = client.ask(LONG)
        start = time.monotonic()
        while time.monotonic() < start + 40:
            client.read(1 << 14)
            time.sleep(0.2)
        assert not any(map(reset_of(stream), client.events))
        if len(json.loads(client.answer(stream)[2])["messages"]) == 100:
            results.append("whole")


def be_deaf(server, results):
    """Be a client that lets the server send all at once, and does not read."""
    with HTTP2Client(server, window=8 << 20, room=16_384) as client:
        client.connection.increment_flow_control_window(8 << 20)
        for _ in range(3):
            client.ask(LONG)
        start = time.monotonic()
        # The server's end is seen without reading: sending fails when the connection is gone.
        with contextlib.suppress(OSError):
            while time.monotonic() < start + 60:
                client.connection.ping(b"12345678")
                client.socket.sendall(client.connection.data_to_send())
                time.sleep(2)
            return
        if time.monotonic() - start > 25:
            results.append("given up")


def test_heads_that_are_too_large_are_refused(server):
    for headers in [[("x", "y" * 17_000)], [(f"x-{number}", "y" * 1_000) for number in range(17)]]:
        with HTTP2Client(server) as client:
            stream = client.ask(LIST, headers=headers)
            assert client.wait_for(lambda event: is_go_away(event) or reset_of(stream)(event)) or not client.is_open
    with HTTP2Client(server) as client:
        assert client.get(LIST)[0] == 200


@pytest.mark.parametrize("flood", ["resets", "pings", "settings", "garbage"])
def test_floods_end_their_own_connection_alone(server, flood):
    with HTTP2Client(server) as other, HTTP2Client(server) as client:
        for _ in range(2_000):
            if flood == "resets":
                client.connection.reset_stream(client.ask(LIST), h2.errors.ErrorCodes.CANCEL)
            elif flood == "pings":
                client.connection.ping(b"12345678")
            elif flood == "settings":
                client.connection.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1 << 16})
            else:
                with contextlib.suppress(OSError):
                    client.socket.sendall(b"\xff" * 64)
            client.flush()
        assert client.wait_for(lambda event: False) is None
        assert not client.is_open
        assert other.get(LIST)[0] == 200


def test_what_is_wrong_with_a_stream_ends_that_one_alone(server):
    with HTTP2Client(server, validates=False) as client:
        body = b'{"role": "user", "content": {"content": "x"}}'
        slow = client.ask("/v1/Sessions/new/Messages", "POST", ends=False)
        for headers in [("connection", "close")], [("Upper", "case")], [("te", "gzip")]:
            stream = client.ask(LIST, headers=headers)
            assert client.wait_for(reset_of(stream))
        stream = client.ask(LIST, "POST", [("content-length", "3")], ends=False)
        client.send(stream, b"four")
        assert client.wait_for(reset_of(stream))
        client.send(slow, body)
        assert client.answer(slow)[0] == 201


def test_connections_that_end_badly_leave_nothing_behind(server, certificate):
    descriptors = count(server, "fd")
    for number in range(200):
        if number % 2:
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
                client.sendall(random.choice([b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"]))
        else:
            with HTTP2Client(server, window=random.choice([0, 1 << 20])) as client:
                for _ in range(number % 5):
                    client.ask(LONG, ends=random.random() < 0.5)
    wait_until(lambda: count(server, "fd") <= descriptors)
    assert requests.get(f"{server.url}/health", verify=certificate[0], timeout=10).status_code == 200


def test_a_server_that_stops_answers_what_has_come_and_sends_the_rest_elsewhere(stopped, certificate):
    with serve(stopped, *certificate) as server, HTTP2Client(server) as client, HTTP2Client(server) as idle:
        assert client.get(LIST)[0] == 200
        slow = client.ask(LIST, "POST", ends=False)
        with stopping(server):
            assert client.wait_for(is_go_away).last_stream_id == slow
            client.send(slow, b'{"role": "user", "content": {"content": "last"}}')
            assert client.answer(slow)[0] == 201
            assert idle.wait_for(is_go_away)
            for each in client, idle:
                each.wait_for(lambda event: False)
                assert not each.is_open


def test_a_server_that_stops_under_load_fails_nothing(stopped, certificate):
    for _ in range(3):
        faults, answered = [], []

        def run():
            with HTTP2Client(server) as client:
                last = None
                while last is None:
                    streams = [client.ask(LIST) for _ in range(10)]
                    for stream in streams:
                        try:
                            answered.append(client.answer(stream)[0])
                        except AssertionError as error:
                            last = next(filter(is_go_away, client.events), None)
                            # What is newer was not accepted.
                            if last is None or stream <= last.last_stream_id:
                                faults.append(repr(error))

        with serve(stopped, *certificate) as server:
            threads = [threading.Thread(target=run) for _ in range(4)]
            for thread in threads:
                thread.start()
            wait_until(lambda: len(answered) > 200)
            with stopping(server):
                pass
            for thread in threads:
                thread.join()
        assert (faults, set(answered)) == ([], {200})


def test_a_window_that_becomes_negative_at_the_end_of_a_response_harms_nobody(server, certificate):
    """The connection's window ends with a response's body, and the stream's window becomes smaller than what it has used."""
    with HTTP2Client(server, window=0) as client:
        def wait_for_bytes(stream, length):
            def has_arrived(_):
                events = [event for event in client.events if isinstance(event, h2.events.DataReceived)]
                return sum(len(event.data) for event in events if event.stream_id == stream) >= length

            assert client.wait_for(has_arrived)

        def set_window(size):
            client.connection.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: size})
            client.flush()

        set_window(65_535)
        # Of the connection's window nothing is left.
        long = client.ask(LONG)
        wait_for_bytes(long, 65_535)
        client.connection.reset_stream(long)
        short = client.ask("/nowhere")
        head = client.wait_for(lambda event: isinstance(event, h2.events.ResponseReceived) and event.stream_id == short)
        length = int(dict(head.headers)["content-length"])
        client.connection.increment_flow_control_window(length)
        client.flush()
        wait_for_bytes(short, length)
        set_window(0)
        client.connection.increment_flow_control_window(100)
        client.flush()
        assert client.answer(short)[0] == 404
    assert requests.get(f"{server.url}/health", verify=certificate[0]).status_code == 200
