"""An exception in a thread or a handler of a test fails the test."""

import subprocess
import sys

import pytest
from support.paths import TESTS

THREAD = """
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
"""
WORKERS = """
    workers = Workers()
    workers._add(fail)
    with workers:
        pass
"""
WRITERS = """
    writers = Writers(None)
    with writers:
        pass
"""
HANDLER = """
    with http_server(lambda handler, body: fail()) as url, pytest.raises(requests.ConnectionError):
        requests.post(url, data=b"x")
    # The client sees the end of the connection before the handler's thread has failed.
    time.sleep(0.5)
"""
CLIENT_AWAY = """
    done = threading.Event()

    def answer(handler, _):
        try:
            while True:
                handler.wfile.write(b"x" * 1_000_000)
        finally:
            done.set()

    with http_server(answer) as url:
        connection = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])))
        connection.sendall(b"POST / HTTP/1.1\\r\\nContent-Length: 1\\r\\n\\r\\nx")
        connection.close()
        assert done.wait(10)
        time.sleep(0.2)
"""


@pytest.mark.parametrize(
    ("body", "code"),
    [(THREAD, 1), (WORKERS, 1), (WRITERS, 1), (HANDLER, 1), (CLIENT_AWAY, 0)],
    ids=["thread", "workers", "writers", "handler", "client-away"],
)
def test_an_exception_in_a_thread_fails_the_test(tmp_path, body, code):
    imports = (
        "import socket, threading, time\n\nimport pytest\nimport requests\n"
        "from support.receivers import http_server\nfrom support.workers import Workers\nfrom support.writers import Writers\n"
    )
    test = tmp_path / "test_inner.py"
    test.write_text(f"{imports}\n\ndef fail():\n    raise ValueError('in a thread')\n\n\ndef test_inner():{body}")
    arguments = ["-c", TESTS / "pytest.ini", "--rootdir", tmp_path, "-p", "no:cacheprovider", test]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == code, result.stdout
