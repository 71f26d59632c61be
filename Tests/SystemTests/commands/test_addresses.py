"""Addresses that a command cannot use: where a server listens, where it reaches its model, and what `health` asks."""

import socket
import time

import pytest
from support.understudy import command


def fails(*arguments, code=1, **options):
    """Run a command that must fail, and return what it says."""
    result = command(*arguments, check=False, **options)
    assert (result.returncode, result.stdout) == (code, ""), result.stderr
    return result.stderr


@pytest.mark.parametrize("port", ["0", "65536", "99999", "99999999999999999999"])
def test_a_url_whose_port_is_none_is_refused(port):
    url = f"http://127.0.0.1:{port}"
    assert "--url must be an http or https URL, like http://127.0.0.1:8080." in fails("health", "--url", url, code=64)
    error = fails("serve", "--model", "m", "--model-url", f"{url}/v1", "--port", "0", code=64)
    assert "--model-url must be an http or https URL" in error and "a port from 1 to 65535" in error


def test_health_refuses_what_is_no_url():
    # The second would be taken for the scheme "localhost".
    for url in ["127.0.0.1:18095", "localhost:8080", "http://", "ftp://127.0.0.1", "http://127.0.0.1/?a=b", ""]:
        assert "--url must be an http or https URL, like http://" in fails("health", "--url", url, code=64)
    error = fails("health", code=64, env={"UNDERSTUDY_PORT": "0"})
    assert "UNDERSTUDY_PORT is 0, so the server has chosen its port itself. Name the server with --url." in error


def test_health_reports_the_first_refusal():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    start = time.monotonic()
    error = fails("health", "--url", f"http://127.0.0.1:{port}")
    assert f"The server at http://127.0.0.1:{port} does not respond: Connection refused." in error
    error = fails("health", "--url", "http://no-such-host.invalid")
    assert "The server at http://no-such-host.invalid does not respond: the host name has no address." in error
    assert time.monotonic() - start < 4
