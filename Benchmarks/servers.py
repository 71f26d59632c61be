"""The servers that are compared. Each answers the same pages on its own port, and ends with its `with` block."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from measuring import PROGRAM, fetch, wait_for

HERE = Path(__file__).parent
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def process(arguments, port, path, **options):
    """Run a server until the block is left, and give its address, its process, and how long its first answer took."""
    server = subprocess.Popen([*map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    address = f"http://127.0.0.1:{port}"
    try:
        yield address, server, wait_for(address, path)
    finally:
        server.terminate()
        server.wait(20)


def understudy(directory, path, *arguments, program=PROGRAM, **options):
    """No other may run on the directory."""
    port = free_port()
    return process([program, "serve", "--data-directory", directory, "--port", port, *arguments], port, path, **options)


def fastapi(directory, path):
    """Two workers, uvloop and httptools."""
    port = free_port()
    arguments = [
        sys.executable, "-m", "uvicorn", "fastapi_server:app", "--port", port, "--workers", 2, "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--log-level", "warning",
    ]
    return process(arguments, port, path, cwd=HERE, env={**os.environ, "DATABASE": f"{directory}/understudy.sqlite"})


def constant(name, path, body):
    """One of the servers of this package, which answer everything with one body."""
    port = free_port()
    return process([Path(os.environ["CONSTANT_SERVERS"]) / name, port, body], port, path)


@contextlib.contextmanager
def nginx(root, pages, path):
    """One worker, and the pages as files.

    pages: the bodies by their paths without query.
    """
    for page, body in pages.items():
        file = root / "html" / page.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    # The worker is an ordinary user.
    for directory in [root, *root.parents][:-2]:
        directory.chmod(directory.stat().st_mode | 0o055)
    port = free_port()
    configuration = root / "nginx.conf"
    configuration.write_text(
        f"""
        worker_processes 1;
        daemon off;
        pid {root}/pid;
        error_log {root}/error.log;
        events {{ worker_connections 4096; }}
        http {{
            access_log off;
            sendfile on;
            tcp_nopush on;
            keepalive_requests 100000000;
            open_file_cache max=10000 inactive=1h;
            open_file_cache_valid 1h;
            default_type application/json;
            server {{ listen 127.0.0.1:{port}; root {root}/html; }}
        }}
        """
    )
    with process([NGINX, "-c", configuration, "-p", root], port, path) as running:
        yield running


def same_messages(addresses, path):
    """Every server's answer has the same messages as the first one's."""
    answers = [fetch(address, path).partition(b'"meta":{"first_page_url"')[0] for address in addresses]
    return all(answer == answers[0] for answer in answers)
