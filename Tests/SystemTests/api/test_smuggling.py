"""Request smuggling: requests that two servers could see end at different places. No bytes of a body are taken for a request."""

import pytest
from support.raw_http import connect, responses
from support.understudy import AUTHORIZATION, Server, create_account

BODY = b'{"role":"user","content":{}}'
LENGTH = str(len(BODY)).encode()
# The only requests here that get 404 and 405: one hides in a body or behind what is refused, the other ends the connection.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"PUT /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of this file alone, for its tests add a session."""
    directory = tmp_path_factory.mktemp("smuggling")
    create_account(directory)
    with Server(directory) as server:
        yield server


def statuses(server, text):
    """Send a text and return the statuses of what is answered until the server closes."""
    with connect(server) as connection:
        connection.sendall(text)
        return [status for status, _ in responses(connection)]


def head(*lines, line=b"POST /v1/Sessions/smuggling/Messages HTTP/1.1"):
    return b"\r\n".join([line, b"Host: a", b"Authorization: " + AUTHORIZATION.encode(), *lines, b"", b""])


def chunks(body, size=None, end=b"0\r\n\r\n"):
    return (b"%x" % len(body) if size is None else size) + b"\r\n" + body + b"\r\n" + end


LENGTHS = [
    # Valid, also with blanks around it and zeros before it.
    *((201, value) for value in (b"28", b" 28", b"28 ", b"\t28", b"028", b"0" * 100 + b"28")),
    *((400, value) for value in (b"+28", b"-1", b"-28", b"0x1c", b"28.0", b"2 8", b"2e1", b"28;a", b"28,", b"", b"a")),
    (400, b"28, 28"),
    *((400, value) for value in (b"28\x00", b"28\x0b", b"\x0b28", b"18446744073709551616", b"9" * 100)),
    *((413, value) for value in (b"1048577", b"9223372036854775808", b"18446744073709551615")),
]


@pytest.mark.parametrize(("status", "value"), LENGTHS)
def test_a_length_is_a_number_or_the_request_is_refused(server, status, value):
    text = head(b"Content-Length:" + value) + BODY
    assert statuses(server, text + LAST) == ([201, 405] if status == 201 else [status])
    # Whatever a more tolerant server takes for the length, the rest is no request.
    if status != 201:
        assert statuses(server, head(b"Content-Length:" + value) + SMUGGLED + LAST) == [status]


@pytest.mark.parametrize(
    "lines",
    [
        [b"Content-Length: " + LENGTH, CHUNKED],
        [CHUNKED, b"Content-Length: " + LENGTH],
        [CHUNKED, b"Content-Length: 0"],
        [CHUNKED, b"Content-Length: a"],
        [b"Transfer-Encoding: gzip, chunked", b"Content-Length: 0"],
        [b"Content-Length: " + LENGTH, b"Content-Length: " + LENGTH],
        [b"Content-Length: 0", b"Content-Length: " + LENGTH],
        [b"Content-Length: " + LENGTH, b"content-length: 0"],
        [CHUNKED, CHUNKED],
        [CHUNKED, b"Transfer-Encoding: identity"],
        [CHUNKED, b"transfer-encoding: x"],
    ],
)
@pytest.mark.parametrize("body", [b"", BODY, chunks(BODY), chunks(SMUGGLED)])
def test_two_lengths_are_refused(server, lines, body):
    assert statuses(server, head(*lines) + body + SMUGGLED + LAST) == [400]


CODINGS = [
    *((201, value) for value in (b"chunked", b" chunked", b"  chunked", b"\tchunked", b"chunked ", b"CHUNKED")),
    *((400, value) for value in (b"chunked, identity", b"chunked,", b"chunked\t", b"chunked\x0b", b"\x0bchunked")),
    (400, b"chunked\x00"),
    *((501, value) for value in (b"identity", b"identity, chunked", b"xchunked", b"chunkedx", b"chunked;a=b", b'"chunked"')),
    *((501, value) for value in (b",chunked", b"chunk ed", b"", b"x")),
]


@pytest.mark.parametrize(("status", "value"), CODINGS)
def test_a_transfer_encoding_is_chunked_or_the_request_is_refused(server, status, value):
    lines = [b"Transfer-Encoding:" + value]
    assert statuses(server, head(*lines) + chunks(BODY) + LAST) == ([201, 405] if status == 201 else [status])
    # Neither behind what others take for the body's end, nor in it.
    if status != 201:
        assert statuses(server, head(*lines) + SMUGGLED + LAST) == [status]
        assert statuses(server, head(*lines) + chunks(SMUGGLED) + SMUGGLED + LAST) == [status]


def test_two_lines_of_a_transfer_encoding_are_one_list(server):
    text = head(b"Transfer-Encoding: identity", CHUNKED)
    assert statuses(server, text + chunks(SMUGGLED) + SMUGGLED + LAST) == [501]


@pytest.mark.parametrize("keep", [b"X: y", b"Connection: keep-alive"])
def test_http_1_0_has_no_transfer_encoding(server, keep):
    line = b"POST /v1/Sessions/smuggling/Messages HTTP/1.0"
    assert statuses(server, head(CHUNKED, keep, line=line) + chunks(BODY) + SMUGGLED + LAST) == [400]


@pytest.mark.parametrize(
    "lines",
    [
        [b"Transfer-Encoding : chunked"],
        [b" Transfer-Encoding: chunked"],
        [b"Transfer-Encoding:\r\n chunked"],
        [b"X: y\r\n Transfer-Encoding: chunked"],
        [b"X: y\nTransfer-Encoding: chunked"],
        [b"X: y\rTransfer-Encoding: chunked"],
        [b"Transfer-Encoding: chunked\r"],
        [b"Transfer-Encoding\x00: chunked"],
        [b"Content-Length : " + LENGTH],
        [b"Content-Length:\r\n " + LENGTH],
        [b"Content-Length: " + LENGTH + b"\nX: y"],
        [b"Content-Length\t: " + LENGTH],
    ],
)
def test_a_length_in_a_malformed_line_is_refused(server, lines):
    assert statuses(server, head(*lines) + chunks(SMUGGLED) + SMUGGLED + LAST) == [400]


@pytest.mark.parametrize("name", [b"Transfer_Encoding", b"X-Transfer-Encoding", b"Transfer-Encodings"])
def test_a_header_of_a_similar_name_is_no_length(server, name):
    text = head(name + b": chunked", b"Content-Length: " + LENGTH) + BODY
    assert statuses(server, text + LAST) == [201, 405]


SIZES = [
    *((True, size) for size in (b"%x;a", b"%x;a=b", b'%x;a="b\\"c"', b"%X", b"00000%x", b"0" * 100 + b"%x")),
    *((False, size) for size in (b"+%x", b"-%x", b"0x%x", b"%x ", b" %x", b"%x\t", b"%x;", b"%x ; a=b", b"%x;a\nb", b"%x;a\x00")),
    *((False, size) for size in (b"", b"%x\r", b"1%016x", b"f" * 17, b"%xg", b"%x,", b"%x.0")),
]


@pytest.mark.parametrize(("is_read", "size"), SIZES)
def test_the_size_of_a_chunk_is_a_hexadecimal_number_or_the_request_is_refused(server, is_read, size):
    def sized(body):
        return chunks(body, size % len(body) if b"%" in size else size)

    assert statuses(server, head(CHUNKED) + sized(BODY) + LAST) == ([201, 405] if is_read else [400])
    # No JSON.
    assert statuses(server, head(CHUNKED) + sized(SMUGGLED) + LAST) == ([400, 405] if is_read else [400])


def test_a_chunk_that_does_not_end_is_a_body_until_it_is_too_long(server):
    text = head(CHUNKED) + b"ffffffffffffffff\r\n"
    assert statuses(server, text + SMUGGLED * ((1 << 20) // len(SMUGGLED)) + b" " * (1 << 20)) == [413]


@pytest.mark.parametrize(
    "body",
    [
        # More or less data than the size says.
        b"1c\r\n" + BODY + b"x\r\n0\r\n\r\n",
        b"1d\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"1c\r\n" + BODY + b"0\r\n\r\n",
        # Bare line ends.
        b"1c\n" + BODY + b"\r\n0\r\n\r\n",
        b"1c\r" + BODY + b"\r\n0\r\n\r\n",
        b"1c\r\n" + BODY + b"\n0\r\n\r\n",
        b"1c\r\n" + BODY + b"\r0\r\n\r\n",
        b"1c\r\n" + BODY + b"\r\n0\n\r\n",
        b"1c\r\n" + BODY + b"\r\n0\r\n\n",
        b"1c\n" + BODY + b"\n0\n\n",
        # Trailers that say a length, or are malformed.
        chunks(BODY, end=b"0\r\nContent-Length: 5\r\n\r\n"),
        chunks(BODY, end=b"0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        chunks(BODY, end=b"0\r\nno trailer\r\n\r\n"),
        chunks(BODY, end=b"0\r\nX: y\n\r\n"),
        chunks(BODY, end=b"0\r\nX: y\r\n\n"),
    ],
)
def test_malformed_chunks_are_refused(server, body):
    assert statuses(server, head(CHUNKED) + body + SMUGGLED + LAST) == [400]


@pytest.mark.parametrize("end", [b"00\r\n\r\n", b"0;a=b\r\n\r\n", b"0\r\nX: y\r\nHost: b\r\n\r\n"])
def test_the_last_chunk_and_trailers_end_a_body(server, end):
    assert statuses(server, head(CHUNKED) + chunks(BODY, end=end) + LAST) == [201, 405]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /v1/Sessions HTTP/1.1", 200),
        (b"HEAD /v1/Sessions HTTP/1.1", 200),
        (b"DELETE /v1/Sessions/nothing HTTP/1.1", 404),
        (b"OPTIONS /v1/Sessions HTTP/1.1", 405),
        (b"REPORT /v1/Sessions HTTP/1.1", 405),
        (b"POST /v1/Sessions/smuggling/Messages HTTP/1.1", 400),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_that_is_not_wanted_is_no_request(server, line, status, is_chunked):
    lines = [CHUNKED] if is_chunked else [b"Content-Length: %d" % len(SMUGGLED)]
    body = chunks(SMUGGLED) if is_chunked else SMUGGLED
    with connect(server) as connection:
        connection.sendall(head(*lines, line=line) + body + LAST)
        received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert [int(text[:3]) for text in received.split(b"HTTP/1.1 ")[1:]] == [status, 405]


@pytest.mark.parametrize("lines", [[b"Connection: Upgrade", b"Upgrade: websocket"], [b"Upgrade: h2c"]])
def test_nothing_follows_a_request_for_another_protocol(server, lines):
    assert statuses(server, head(*lines, line=b"GET /v1/Sessions HTTP/1.1") + SMUGGLED + LAST) == [200]
    length = b"Content-Length: %d" % len(SMUGGLED)
    assert statuses(server, head(*lines, length, line=b"GET /v1/Sessions HTTP/1.1") + SMUGGLED + LAST) == [200]


def test_nothing_follows_connect(server):
    for lines in ([], [b"Content-Length: %d" % len(SMUGGLED)]):
        assert statuses(server, head(*lines, line=b"CONNECT a:80 HTTP/1.1") + SMUGGLED + LAST) == [404]
