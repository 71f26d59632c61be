"""What is on the wire, byte by byte, past any client library."""

import re
import socket
from urllib.parse import quote

import pytest
import requests
from support.messages import SESSIONS, message
from support.raw_http import exchange, request
from support.understudy import AUTHORIZATION, SID, TOKEN, Server, create_account, import_lines


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["Host:"],
        ["Host: a", "Host: b"],
        ['Host: a"b'],
        ["Host: a/b"],
        ["Host: a b"],
        ["Host: user@a"],
        ["Host: a:b"],
        ["Host: a?x=y"],
        ["Host: <script>"],
        ["Host: " + "a" * 1000],
    ],
)
def test_a_missing_or_hostile_host_is_refused(server, headers):
    status, _, error = exchange(server, request(*headers))
    assert (status, error["code"]) == (400, 20001)
    assert "Host" in error["message"]


def test_urls_begin_with_the_address_that_the_client_used(server):
    for host in ["example.com", "example.com:81", "[::1]:8080"]:
        _, _, page = exchange(server, request(f"Host: {host}"))
        assert page["meta"]["url"] == f"http://{host}/v1/Sessions/s1/Messages?PageSize=1&Page=0"
        assert page["meta"]["next_page_url"].startswith(f"http://{host}/v1/Sessions/s1/Messages?PageSize=1&Page=1&")


def test_a_stranger_is_not_believed_about_the_address(server):
    _, _, page = exchange(server, request("Host: a", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"))
    assert page["meta"]["url"].startswith("http://a/")


@pytest.mark.parametrize(
    "text",
    [
        "GARBAGE\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET /v1/Sessions/\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/Sessions/a\0b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y" * 100_000 + "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_bad_request_with_a_request_id(server, text):
    status, headers, error = exchange(server, text)
    assert (status, error["code"], error["status"]) == (400, 20001, 400)
    assert re.fullmatch("RQ[0-9a-f]{32}", headers["twilio-request-id"])


@pytest.mark.parametrize(
    "path",
    [
        "/v1/Sessions/ends%2FMessages/Messages",
        "/v1/Sessions/a:b/c%20d/Messages",
        "/v1/Sessions/a%3Ab%2Fc%20d/Messages/",
        "http://other.example/v1/Sessions/s1/Messages",
    ],
)
def test_paths_are_read_as_they_are_written(server, path):
    status, _, page = exchange(server, request("Host: a", path=path))
    assert status == 200
    assert page["messages"][0]["content"] == {"content": "text 1"}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_client_that_encodes_the_path_of_every_url_again_walks_on(server, name):
    # As Java's SDK does, in all versions: next_page_url too.
    path, pages = f"/v1/Sessions/{name}/Messages?PageSize={max(SESSIONS[name] // 3, 1)}", []
    while path:
        path, _, query = path.removeprefix("http://a").partition("?")
        status, _, page = exchange(server, request("Host: a", path=f"{quote(path)}?{query}"))
        assert status == 200
        pages.append(page)
        path = page["meta"]["next_page_url"]
    assert [message["content"] for page in pages for message in page["messages"]] == [
        {"content": f"text {number}"} for number in range(1, SESSIONS[name] + 1)
    ]
    assert len(pages) > 1
    # Encoding does not grow from page to page.
    assert len({page["meta"]["first_page_url"] for page in pages}) == 1


def test_several_requests_on_one_connection(server):
    with requests.Session() as session:
        session.auth = (SID, TOKEN)
        ids = set()
        for _ in range(20):
            response = session.get(f"{server.url}/v1/Sessions/s1/Messages")
            assert response.status_code == 200
            assert response.headers["Content-Type"] == "application/json"
            ids.add(response.headers["Twilio-Request-Id"])
    assert len(ids) == 20


def test_head_has_no_body(server):
    url = f"{server.url}/v1/Sessions/s1/Messages"
    head = requests.head(url, auth=(SID, TOKEN))
    get = requests.get(url, auth=(SID, TOKEN))
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


@pytest.fixture
def small(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s1", number) for number in (1, 2, 3)])
    return tmp_path


def test_a_trusted_proxy_is_believed(small):
    with Server(small, "--trusted-proxies", "10.0.0.0/8,127.0.0.1") as server:
        _, _, page = exchange(server, request("Host: a", "X-Forwarded-Host: b.example", "X-Forwarded-Proto: https"))
        assert page["meta"]["url"].startswith("https://b.example/v1/")
        _, _, page = exchange(server, request("Host: a", "X-Forwarded-Host: evil.example, b.example"))
        assert page["meta"]["url"].startswith("http://b.example/v1/")
        for header in ["X-Forwarded-Host: b/c", "X-Forwarded-Proto: gopher"]:
            status, _, error = exchange(server, request("Host: a", header))
            assert (status, error["code"]) == (400, 20001)


def test_a_client_that_asks_first_is_told_to_go_on(small):
    body = b'{"role":"user","content":{}}'
    head = f"POST /v1/Sessions/asked/Messages HTTP/1.1\r\nHost: a\r\nAuthorization: {AUTHORIZATION}\r\nContent-Length: {len(body)}\r\n"
    with Server(small) as server, socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall((head + "Expect: 100-continue\r\n\r\n").encode())
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 Created\r\n")


def test_a_configured_address_begins_every_url(small):
    with Server(small, env={"UNDERSTUDY_PUBLIC_URL": "https://example.com/x/"}) as server:
        _, _, page = exchange(server, request("Host: a"))
        assert page["meta"]["first_page_url"] == "https://example.com/x/v1/Sessions/s1/Messages?PageSize=1&Page=0"


def test_page_tokens_outlive_a_restart(small):
    with Server(small) as server:
        _, _, first = exchange(server, request("Host: a"))
    path = first["meta"]["next_page_url"].removeprefix("http://a")
    with Server(small) as server:
        _, _, second = exchange(server, request("Host: a", path=path))
    assert second["messages"][0]["content"] == {"content": "text 2"}


def test_secrets_and_contents_are_not_logged(small):
    with Server(small, "--log-level", "trace") as server:
        exchange(server, request("Host: a"))
        requests.get(f"{server.url}/v1/Sessions", auth=(SID, "a wrong password"))
        log = server.stop()
    assert "request_id=RQ" in log
    for secret in [TOKEN, AUTHORIZATION.split()[-1], "a wrong password", "text 1"]:
        assert secret not in log
