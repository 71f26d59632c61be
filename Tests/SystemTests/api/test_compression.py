"""Answers are compressed for clients that take that, and are the same for the others."""

import gzip
import http.client
import json

import pytest
from support.messages import message
from support.understudy import AUTHORIZATION, Server, create_account, import_lines

LIST = "/v1/Sessions/s1/Messages"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("data")
    create_account(directory)
    import_lines(directory, [message("s1", number) for number in range(1, 101)])
    large = {"content": {"content": "To be, or not to be. " * 20_000}}
    import_lines(directory, [message("large", number, **large) for number in range(1, 11)])
    import_lines(directory, [message("short", 1), *(message(f"other{number}", 1) for number in range(10))])
    with Server(directory) as server:
        yield server


def ask(server, path=LIST, accepts=None, method="GET", body=None, **headers):
    """Make a request and return the answer's status, headers, and body as it was sent."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers["Authorization"] = AUTHORIZATION
    # Or http.client asks for identity by itself.
    connection.putrequest(method, path, skip_accept_encoding=True)
    if accepts is not None:
        headers["Accept-Encoding"] = accepts
    if body is not None:
        headers["Content-Length"] = str(len(body))
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, content


@pytest.mark.parametrize(
    "path",
    [LIST, f"{LIST}?PageSize=100", "/v1/Sessions/large/Messages", "/openapi.json", "/v1/Sessions?PageSize=1000"],
)
def test_compressed_content_is_the_plain_content(server, path):
    plain = ask(server, path)
    # The second and the third time, pages are kept.
    for _ in range(3):
        status, headers, content = ask(server, path, "gzip, deflate")
        assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept-Encoding")
        assert headers["Content-Type"] == "application/json"
        assert int(headers["Content-Length"]) == len(content) < len(plain[2])
        assert gzip.decompress(content) == plain[2]
    for accepts in None, "identity", "gzip;q=0", "br":
        status, headers, content = ask(server, path, accepts)
        assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, None, "Accept-Encoding")
        assert content == plain[2]


def test_head_says_what_get_would(server):
    _, got, _ = ask(server, LIST, "gzip")
    status, headers, content = ask(server, LIST, "gzip", method="HEAD")
    assert (status, content) == (200, b"")
    for name in "Content-Encoding", "Content-Length", "ETag", "Vary":
        assert headers[name] == got[name]


def test_short_answers_and_errors_stay_plain(server):
    for path, expected in ("/v1/Sessions/short/Messages", 200), ("/v1/Sessions/none/Messages", 404), ("/health", 200):
        status, headers, content = ask(server, path, "gzip")
        assert (status, headers["Content-Encoding"], headers["Vary"]) == (expected, None, "Accept-Encoding")
        json.loads(content)


def test_each_coding_has_its_tag(server):
    for path in LIST, "/v1/Sessions/short/Messages":
        tags = {accepts: ask(server, path, accepts)[1]["ETag"] for accepts in (None, "gzip")}
        assert tags[None] != tags["gzip"]
        for accepts, tag in tags.items():
            for asked in None, "gzip":
                status, headers, content = ask(server, path, asked, If_None_Match=tag)
                assert status == (304 if asked == accepts else 200)
                assert headers["ETag"] == tags[asked]
                assert headers["Vary"] == "Accept-Encoding"
                assert (content == b"") == (status == 304)
                assert headers["Content-Encoding"] == ("gzip" if status == 200 and asked and path == LIST else None)


def test_what_was_appended_comes_back_compressed(server):
    body = json.dumps({"role": "user", "content": {"content": "again " * 1_000}}).encode()
    options = {"method": "POST", "body": body, "Content_Type": "application/json", "Idempotency_Key": "once"}
    for _ in range(2):
        status, headers, content = ask(server, "/v1/Sessions/new/Messages", "gzip", **options)
        assert (status, headers["Content-Encoding"]) == (201, "gzip")
        assert json.loads(gzip.decompress(content))["content"]["content"] == "again " * 1_000
    assert headers["Idempotent-Replayed"] == "true"


def test_a_kept_page_is_not_given_for_longer_than_its_session_is_as_it_was(server):
    path = "/v1/Sessions/changing/Messages"
    for count in range(1, 4):
        body = json.dumps({"role": "user", "content": {"content": f"{count} " * 1_000}}).encode()
        assert ask(server, path, method="POST", body=body, Content_Type="application/json")[0] == 201
        for _ in range(3):
            _, headers, content = ask(server, path, "gzip")
            assert headers["Content-Encoding"] == "gzip"
            assert len(json.loads(gzip.decompress(content))["messages"]) == count


def test_a_server_that_is_told_to_compresses_nothing(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s1", number) for number in range(1, 101)])
    with Server(tmp_path, "--compression", "none") as server:
        for path in LIST, "/openapi.json":
            status, headers, content = ask(server, path, "gzip")
            assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, None, None)
            json.loads(content)
