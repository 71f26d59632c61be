"""The log never stops the server, and loses nothing that it need not."""

import contextlib
import json
import os
import re
import signal
import threading
import time

import pytest
import requests
from support.postgres_server import free_port
from support.understudy import AUTH, Server, create_account, wait_until

# In bytes: what a pipe holds on Linux, and what a server keeps of the log until it is read.
PIPE, QUEUE = 1 << 16, 1 << 20


class Pipe:
    """A pipe for a server's log, which nobody reads until `read` is called."""

    def __init__(self):
        self.output, self.input = os.pipe()
        self.text = b""
        self.reader = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while chunk := os.read(self.output, 1 << 16):
            self.text += chunk

    def read(self):
        """Read on, in another thread."""
        self.reader.start()

    def lines(self):
        """All lines, once the server has ended."""
        self.reader.join(timeout=20)
        assert not self.reader.is_alive()
        os.close(self.output)
        assert self.text.endswith(b"\n")
        return self.text.decode().splitlines()


@contextlib.contextmanager
def server_with_pipe(directory, *arguments):
    """A server, and the pipe that its log goes to."""
    create_account(directory)
    pipe = Pipe()
    # Swift prints a backtrace, and a process that was sent a signal continues; a crash ends it all the same.
    with Server(directory, *arguments, log=pipe.input, env={"SWIFT_BACKTRACE": "enable=no"}) as server:
        os.close(pipe.input)
        yield server, pipe


def log_lines(server, numbers):
    """Have the server log a line of some 1,000 bytes for each number."""
    with requests.Session() as session:
        session.auth = AUTH
        for number in numbers:
            path = f"/v1/Sessions/{'x' * 900}-{number}-"
            assert session.get(server.url + path, timeout=5).status_code == 404


def logged_numbers(lines):
    return [int(match.group(1)) for line in lines if (match := re.search(r"xx-(\d+)-", line))]


def metric(address, name):
    text = requests.get(f"http://{address}/metrics", timeout=5).text
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE).group(1))


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_log_that_nobody_reads_stops_no_request_and_takes_no_more_memory(tmp_path, form):
    address, count = f"127.0.0.1:{free_port()}", 3_000
    with server_with_pipe(tmp_path, "--metrics-address", address, "--log-format", form) as (server, pipe):
        log_lines(server, range(count // 2))
        memory = metric(address, "process_resident_memory_bytes")
        log_lines(server, range(count // 2, count))
        assert metric(address, "process_resident_memory_bytes") < memory + 4 * QUEUE
        dropped = metric(address, "understudy_log_lines_dropped_total")
        assert dropped > (count * 900 - PIPE - QUEUE) / 2_000
        pipe.read()
        # Once there is room, the number of dropped lines is reported, and the log continues.
        wait_until(lambda: b"Dropped log lines" in pipe.text)
        log_lines(server, [count])
        server.stop()
    lines = pipe.lines()
    numbers = logged_numbers(lines)
    assert len(numbers) == count + 1 - dropped
    assert numbers == sorted(numbers)
    assert numbers[-1] == count
    if form == "json":
        [report] = [entry for entry in map(json.loads, lines) if entry["message"].startswith("Dropped log lines")]
        assert (report["dropped"], report["level"]) == (str(int(dropped)), "warning")
    else:
        assert all(re.match(r"\d{4}-\d\d-\d\dT", line) for line in lines), "a line is not whole"
        assert sum(f"dropped={int(dropped)} " in line for line in lines) == 1


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGABRT, signal.SIGSEGV])
def test_an_end_and_a_crash_wait_for_the_last_lines(tmp_path, ending):
    with server_with_pipe(tmp_path) as (server, pipe):
        # More than the pipe holds, and less than is kept.
        log_lines(server, range(400))
        server.process.send_signal(ending)
        # Later than a server ends that waits for nothing.
        time.sleep(0.4)
        pipe.read()
        assert server.process.wait(timeout=20) == (0 if ending == signal.SIGTERM else -ending)
    assert logged_numbers(pipe.lines()) == list(range(400))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGABRT])
def test_a_log_that_nobody_reads_holds_up_no_end(tmp_path, ending):
    with server_with_pipe(tmp_path) as (server, pipe):
        log_lines(server, range(400))
        server.process.send_signal(ending)
        assert server.process.wait(timeout=10) == (0 if ending == signal.SIGTERM else -ending)
    pipe.read()
    pipe.lines()
