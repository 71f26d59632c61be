"""The log never stops the server, and loses nothing that it need not."""

import contextlib
import json
import os
import re
import signal
import socket
import threading
import time

import pytest
import requests
from support.postgres_server import free_port
from support.understudy import AUTH, Server, command, create_account, wait_until

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
        assert (report["dropped"], report["level"]) == (dropped, "warning")
    else:
        assert all(re.match(r"\d{4}-\d\d-\d\dT", line) for line in lines), "a line is not whole"
        assert sum(f" dropped={int(dropped)}" in line for line in lines) == 1


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


# What it says

LINE = re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?P<level>[a-z]+) +(?P<rest>\S.*)")


def fields(line):
    """The fields of a line of text."""
    return {name: value.strip('"') for name, value in re.findall(r' (\w+)=("(?:[^"\\]|\\.)*"|\S*)', line)}


def test_a_line_of_text_has_time_level_what_happened_and_then_fields(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path) as server:
        answer = requests.get(f"{server.url}/v1/Sessions/a b/Messages?PageSize=the-value", auth=AUTH)
        lines = server.stop().splitlines()
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert "\x1b" not in "".join(lines)
    [line] = [line for line in lines if answer.headers["Twilio-Request-Id"] in line]
    assert " info     PageSize must be" in line and "the-value" not in line.split("PageSize must be", 1)[1]
    assert fields(line)["status"] == "400" and fields(line)["path"] == "/v1/Sessions/a%20b/Messages"


def test_on_a_terminal_the_level_is_colored(tmp_path):
    create_account(tmp_path)
    for env, isColored in [({}, True), ({"NO_COLOR": "1"}, False)]:
        terminal, end = os.openpty()
        with Server(tmp_path, log=end, env=env):
            os.close(end)
            text = b""
            while b"Started" not in text:
                text += os.read(terminal, 4096)
        os.close(terminal)
        assert (b"\x1b[32minfo    \x1b[0m Started" in text) == isColored


def test_a_start_and_a_stop_are_logged(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path, "--model", "echo") as server:
        lines = [LINE.fullmatch(line)["rest"] for line in server.stop().splitlines()]
    started = fields(next(line for line in lines if line.startswith("Started ")))
    version = started.pop("version")
    assert re.match(r"\d+\.\d+\.\d+", version)
    assert started == {
        "address": server.url, "model": "echo", "store": f"{tmp_path}/understudy.sqlite", "tls": "false",
    }
    drained = "Drained: every request was answered, and every connection is closed"
    assert lines[-3:] == ["Stopping signal=SIGTERM", drained, "Stopped"]


def test_json_has_nothing_else_on_either_stream(tmp_path):
    directory = tmp_path / "data"
    with Server(directory, "--log-format", "json") as server:
        requests.get(f"{server.url}/v1/Sessions", auth=("AC1", "wrong"))
        server.process.terminate()
        printed, _ = server.process.communicate(timeout=20)
        log = [json.loads(line) for line in server.stop().splitlines()]
    # Its first line has been read.
    assert printed == ""
    [failure] = [line for line in log if line.get("status")]
    assert (failure["status"], failure["client"], failure["level"]) == (401, "127.0.0.1", "info")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in log)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        arguments = ["serve", "--data-directory", directory, "--port", taken.getsockname()[1], "--log-format", "json"]
        result = command(*arguments, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    [line] = [json.loads(line) for line in result.stderr.splitlines()]
    assert line["level"] == "critical" and "is already in use" in line["message"]
    # What is wrong with the settings, too.
    for env in [{"UNDERSTUDY_PORT": "x"}, {"UNDERSTUDY_NONSENSE": "x"}]:
        result = command("serve", "--log-format", "json", check=False, env=env)
        assert (result.returncode, json.loads(result.stderr)["level"]) == (64, "critical")
    # Also where the format comes from the file that something else is wrong with.
    file = tmp_path / "config.json"
    for other in [{"nonsense": 1}, {"port": 1.5}, {"port": "x"}]:
        file.write_text(json.dumps({"log-format": "json", **other}))
        for arguments, env in [(["--config-file", file], {}), ([], {"UNDERSTUDY_CONFIG_FILE": str(file)})]:
            result = command("serve", *arguments, check=False, env=env)
            assert (result.returncode, json.loads(result.stderr)["level"]) == (64, "critical")
    # The environment wins over it.
    result = command("serve", "--config-file", file, check=False, env={"UNDERSTUDY_LOG_FORMAT": "text", "UNDERSTUDY_NONSENSE": "x"})
    assert result.stderr.startswith("Error: ")
    # And with the command line, before any setting is read.
    for arguments, env in [
        (["--port", "abc"], {"UNDERSTUDY_LOG_FORMAT": "json"}), (["--log-format", "json", "--prot", "8"], {}),
        (["--log-format=json", "--prot", "8"], {"UNDERSTUDY_LOG_FORMAT": "text"}),
    ]:
        result = command("serve", *arguments, check=False, env=env)
        line = json.loads(result.stderr)
        assert (result.returncode, result.stdout, line["level"]) == (64, "", "critical")
        assert line["message"].startswith("Cannot serve: ") and arguments[-2].removesuffix("=json") in line["message"]
    assert command("serve", "--log-format", "json", "--help").stdout.startswith("OVERVIEW")
    assert command("serve", "--prot", "8", "--log-format", "text", check=False, env=env).stderr.startswith("Error: ")


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_access_log_has_every_request_and_no_content(tmp_path, form):
    create_account(tmp_path)
    arguments = ["--access-log", "--log-format", form, "--trusted-proxies", "127.0.0.1"]
    with Server(tmp_path, *arguments) as server, requests.Session() as session:
        session.auth = AUTH
        session.headers["X-Forwarded-For"] = "203.0.113.7"
        url = f"{server.url}/v1/Sessions/s/Messages"
        body = {"role": "user", "content": {"content": "what a user said"}}
        answers = [
            session.post(url, json=body),
            session.get(url, params={"PageSize": "7"}),
            session.head(url),
            session.get(f"{server.url}/nowhere?secret=value"),
            session.get(url, auth=(AUTH[0], "wrong")),
        ]
        log = server.stop()
    assert "what a user said" not in log and "PageSize" not in log and "secret" not in log
    if form == "json":
        lines = [line for line in map(json.loads, log.splitlines()) if line["message"] == "Request"]
    else:
        lines = [fields(line) for line in log.splitlines() if " Request " in line]
    assert [line["request_id"] for line in lines] == [answer.headers["Twilio-Request-Id"] for answer in answers]
    route = "/v1/Sessions/{sessionId}/Messages"
    shown = [(line["method"], line["route"], int(line["status"]), line.get("account")) for line in lines]
    assert shown == [
        ("POST", route, 201, AUTH[0]),
        ("GET", route, 200, AUTH[0]),
        ("HEAD", route, 200, AUTH[0]),
        ("GET", "none", 404, None),
        ("GET", route, 401, None),
    ]
    sizes = [int(answer.raw.headers.get("Content-Length", 0)) for answer in answers]
    sizes[2] = 0
    assert [int(line["bytes"]) for line in lines] == sizes
    assert all(0 < float(line["duration"]) < 10 and line["client"] == "203.0.113.7" for line in lines)
    with Server(tmp_path) as server:
        requests.get(f"{server.url}/v1/Sessions", auth=AUTH)
        assert " Request " not in server.stop()


def test_refusals_name_the_client(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path, "--max-request-rate", "1") as server:
        statuses = [requests.get(f"{server.url}/v1/Sessions", auth=AUTH).status_code for _ in range(9)]
        guesses = [requests.get(f"{server.url}/v1/Sessions", auth=(AUTH[0], "wrong")).status_code for _ in range(11)]
        lines = server.stop().splitlines()
    assert 429 in statuses and (guesses[0], guesses[-1]) == (401, 429)
    logins = [fields(line) for line in lines if "user name or the password is wrong" in line]
    assert {(line["status"], line["client"]) for line in logins} == {("401", "127.0.0.1"), ("429", "127.0.0.1")}
    [refused] = [fields(line) for line in lines if "Refusing requests: " in line]
    assert (refused["client"], refused["account"], refused["refused"]) == ("127.0.0.1", AUTH[0], "1")
