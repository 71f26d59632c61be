"""Addresses that a command cannot use: where a server listens, where it reaches its model, and what `health` asks."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from support.paths import ROOT
from support.postgres_server import free_port
from support.understudy import PROGRAM, Server, command, create_account, environment


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


def test_a_host_is_an_address_without_brackets_or_a_port(tmp_path):
    with Server(tmp_path, "--host", "[::1]") as server:
        assert server.url == f"http://[::1]:{server.port}"
    for host in ["http://localhost", "127.0.0.1:8080", "", "127.0.0.1 ", "*"]:
        error = fails("serve", "--host", host, "--port", "0", code=64)
        assert "--host must be a name or an address without a port, like 127.0.0.1; 0.0.0.0 listens on all addresses." in error
    error = fails("serve", "--port", "18098", "--metrics-address", "127.0.0.1:18098", code=64)
    assert "--port and --metrics-address name the same port." in error


def test_health_reports_the_first_refusal():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    start = time.monotonic()
    error = fails("health", "--url", f"http://127.0.0.1:{port}")
    assert f"The server at http://127.0.0.1:{port} does not respond: Connection refused." in error
    error = fails("health", "--url", "http://no-such-host.invalid")
    assert "The server at http://no-such-host.invalid does not respond: the host name has no address." in error
    assert time.monotonic() - start < 4


# `make run`


@contextlib.contextmanager
def run_script(directory, port):
    """Run `scripts/run.sh` on a copy of the scripts, with a `swift` that has built the program already."""
    shutil.copytree(ROOT / "scripts", directory / "scripts")
    (directory / "bin").mkdir()
    swift = directory / "bin" / "swift"
    swift.write_text(f'#!/bin/sh\ncase "$*" in *--show-bin-path) echo "{Path(PROGRAM).parent}" ;; esac\n')
    swift.chmod(0o755)
    env = {**environment(), "PATH": f"{directory / 'bin'}:{os.environ['PATH']}", "UNDERSTUDY_PORT": str(port)}
    process = subprocess.Popen(
        [directory / "scripts" / "run.sh"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )
    yield process
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=20)


def test_make_run_leaves_nothing_behind_if_its_port_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with run_script(tmp_path, port) as script:
            printed, error = script.communicate(timeout=20)
    assert (script.returncode, printed) == (1, "")
    assert f"Port {port} of 127.0.0.1 is already in use" in error and "UNDERSTUDY_PORT=8081 make run" in error
    assert not (tmp_path / "data").exists()


def test_make_run_says_where_the_server_is_without_the_credentials_file(tmp_path):
    create_account(tmp_path / "data")
    port = free_port()
    with run_script(tmp_path, port) as script:
        lines = []
        while not lines or not lines[-1].startswith("Understudy listens on"):
            lines.append(script.stdout.readline())
            assert lines[-1], script.stderr.read()
    printed = "".join(lines)
    assert f"Address:     http://127.0.0.1:{port}\nAccounts:    " in printed and "account list --data-directory data\n" in printed
    assert "account token create --data-directory data --account AC…\nDocs:" in printed
