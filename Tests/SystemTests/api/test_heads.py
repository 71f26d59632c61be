"""Heads of requests: which are read, which are refused, and how large they may be."""

import pytest
from support.raw_http import connect, responses
from support.understudy import AUTHORIZATION

GET = b"GET /v1/Sessions HTTP/1.1\r\nHost: a\r\nAuthorization: " + AUTHORIZATION.encode() + b"\r\n"
# Follows every head, and is the only request that gets 405: it is answered only if that head was read and not refused.
LAST = b"PUT /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
MAXIMUM = 1 << 14
MAXIMUM_COUNT = 100


def statuses(server, text):
    with connect(server) as connection:
        connection.sendall(text + LAST)
        return [status for status, _ in responses(connection)]


def lines(line, *headers):
    return b"\r\n".join([line, *headers, b"", b""])


@pytest.mark.parametrize(
    "text",
    [
        # Bare line ends.
        GET.replace(b"\r\n", b"\n") + b"\n",
        GET.replace(b"1.1\r\n", b"1.1\n") + b"\r\n",
        GET.replace(b"1.1\r\n", b"1.1\r") + b"\r\n",
        GET + b"X: y\n\r\n",
        GET + b"X: y\rZ: z\r\n\r\n",
        GET + b"X: y\r\r\n\r\n",
        GET + b"X: y\r\n\n",
        GET + b"X: y\r\n\rZ",
        # Folded lines.
        GET + b"X: y\r\n z\r\n\r\n",
        GET + b"X: y\r\n\tz\r\n\r\n",
        GET.replace(b"Host", b" Host") + b"\r\n",
        # Names.
        *(GET + b"X" + bytes([byte]) + b": y\r\n\r\n" for byte in b' \t()<>@,;\\"/[]?={}\x00\x01\x1f\x7f\x80\xff'),
        GET + b": y\r\n\r\n",
        GET + b"X\r\n\r\n",
        # Values.
        *(GET + b"X: a" + bytes([byte]) + b"b\r\n\r\n" for byte in b"\x00\x01\x0b\x1f\x7f"),
        # Request lines.
        lines(b"GET /health", b"Host: a"),
        lines(b"GET /health\tHTTP/1.1", b"Host: a"),
        lines(b"GET\t/health HTTP/1.1", b"Host: a"),
        lines(b"GET /health HTTP/1.1 ", b"Host: a"),
        lines(b"GET /he alth HTTP/1.1", b"Host: a"),
        lines(b" GET /health HTTP/1.1", b"Host: a"),
        lines(b"get /health HTTP/1.1", b"Host: a"),
        lines(b"GE\x00T /health HTTP/1.1", b"Host: a"),
        lines(b"GET /health http/1.1", b"Host: a"),
        lines(b"GET /health HTTP/1.1GET / HTTP/1.1", b"Host: a"),
        # Targets that are none.
        lines(b"GET health HTTP/1.1", b"Host: a"),
        lines(b"GET a:80 HTTP/1.1", b"Host: a"),
        lines(b"GET ?x HTTP/1.1", b"Host: a"),
        # Versions.
        *(lines(b"GET /health HTTP/" + version, b"Host: a") for version in (b"0.9", b"1.2", b"1.10", b"2.0", b"3", b"9.9", b"1", b"")),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_a_malformed_head_is_refused_and_nothing_behind_it_is_read(server, text):
    assert statuses(server, text) == [400]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"\r\n\r\n" + GET + b"\r\n", 200),
        (GET + b"X:y\r\nZ: \t z \t\r\nW:\r\n\r\n", 200),
        (GET + b"X: \xff\xc3\xa9\r\n\r\n", 200),
        (GET + b"X!#$%&'*+-.^_`|~1: y\r\n\r\n", 200),
        # Several blanks between the words are allowed (RFC 9112, section 3).
        (lines(b"GET  /health  HTTP/1.1", b"Host: a"), 200),
        (lines(b"GET http://other/health HTTP/1.1", b"Host: a"), 200),
        (lines(b"OPTIONS * HTTP/1.1", b"Host: a"), 404),
        # Well-formed, but answered with an error: there must be one Host (RFC 9112, section 3.2).
        (lines(b"GET /health HTTP/1.1", b"Host: a", b"Host: b"), 400),
        (lines(b"GET /health HTTP/1.1", b"Host: a", b"Host: a"), 400),
        (lines(b"GET /health HTTP/1.1"), 400),
    ],
)
def test_a_head_is_read_to_its_end_and_no_further(server, text, status):
    assert statuses(server, text) == [status, 405]


def sized(size, count):
    """A request with so many headers, whose target, names, and values have so many bytes together."""
    target = b"/v1/Sessions?x="
    names = [b"Host", b"Authorization", *(b"X-%d" % number for number in range(count - 2))]
    values = [b"a", AUTHORIZATION.encode(), *(b"y" for _ in range(count - 2))]
    padding = b"z" * (size - len(target) - sum(map(len, names + values)))
    return target, names, values, padding


@pytest.mark.parametrize("count", [3, MAXIMUM_COUNT])
@pytest.mark.parametrize("is_target", [False, True])
def test_a_head_may_have_16_kib(server, count, is_target):
    for size, expected in ((MAXIMUM, [200, 405]), (MAXIMUM + 1, [400])):
        target, names, values, padding = sized(size, count)
        if is_target:
            target += padding
        else:
            values[-1] += padding
        headers = [name + b": " + value for name, value in zip(names, values)]
        assert statuses(server, lines(b"GET " + target + b" HTTP/1.1", *headers)) == expected


def test_a_head_may_have_100_headers(server):
    for count, expected in ((MAXIMUM_COUNT, [200, 405]), (MAXIMUM_COUNT + 1, [400])):
        assert statuses(server, GET + b"X: y\r\n" * (count - 2) + b"\r\n") == expected


def test_trailers_count_with_the_head(server):
    body = b"5\r\nhello\r\n0\r\n"
    for count, expected in ((MAXIMUM_COUNT, [200, 405]), (MAXIMUM_COUNT + 1, [200])):
        text = GET + b"Transfer-Encoding: chunked\r\n\r\n" + body + b"X: y\r\n" * (count - 3) + b"\r\n"
        assert statuses(server, text) == expected


def test_blanks_without_an_end_are_refused(server):
    assert statuses(server, GET + b"X:" + b" " * (1 << 17)) == [400]
