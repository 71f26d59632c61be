"""Runs the program as its users do: by its command line."""

import base64
import json
import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

PROGRAM = os.environ["UNDERSTUDY"]
SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "correct horse battery staple"
# Of a second account.
OTHER_SID = "ACfedcba9876543210fedcba9876543210"
AUTH = (SID, TOKEN)
AUTHORIZATION = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
# Of servers whose data lie in PostgreSQL.
SEALING_KEY = {"UNDERSTUDY_SECRET_KEY": "ab" * 32}
# Of servers that believe this machine about where a login comes from, so that many may fail.
TRUSTING = ["--trusted-proxies", "127.0.0.1", "--shutdown-delay", "0"]


def command(*arguments, check=True, input=None, env=None, cwd=None, program=PROGRAM):
    """Run a command to its end and return what `subprocess.run` returns, with text output."""
    return subprocess.run(
        [program, *map(str, arguments)],
        check=check,
        input=input,
        env={**environment(), **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
        cwd=cwd,
    )


def environment():
    """The environment without settings of this machine's user."""
    return {name: value for name, value in os.environ.items() if not name.startswith("UNDERSTUDY_")}


def json_of(*arguments, **options):
    """Run a command with `--format json` and return what it printed."""
    return json.loads(command(*arguments, "--format", "json", **options).stdout)


def create_account(directory, sid=SID, token=TOKEN, env=None, **options):
    at, env = using(directory, env)
    arguments = ["--sid", sid, "--auth-token-file", "-"]
    return json_of("account", "create", *at, *arguments, input=token + "\n", env=env, **options)


def using(directory, env=None):
    """The options and the environment of commands that use a directory, and the database if `env` names one."""
    if "UNDERSTUDY_DATABASE_URL" in (env or {}):
        # Its option beside the variable would name two stores, which is refused.
        return [], {**env, "UNDERSTUDY_DATA_DIRECTORY": str(directory)}
    return ["--data-directory", str(directory)], env or {}


def prepare_postgres(url, directory, **options):
    """Make the tables of a PostgreSQL database and an account, and return the environment of programs that use it."""
    _, env = using(directory, {**SEALING_KEY, "UNDERSTUDY_DATABASE_URL": url})
    command("database", "migrate", env=env, **options)
    create_account(directory, env=env, **options)
    return env


def import_lines(directory, messages, sid=SID):
    """Import messages, given as dicts, and return the summary."""
    lines = "".join(json.dumps(message) + "\n" for message in messages)
    return json_of("import", "--data-directory", directory, "--account", sid, "-", input=lines)


def wait_until(condition, seconds=20):
    """Wait until `condition()` is true, and return what it gave."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return value


class Server:
    """A running server on a free port; ended when the `with` block is left."""

    def __init__(self, directory, *arguments, env=None, log=None, program=PROGRAM):
        """`log` is the file or descriptor that the log goes to; without one, `stop` returns the log."""
        self.directory = Path(directory)
        # Not a pipe: nobody would empty it, and then lines would be dropped.
        self.log = tempfile.TemporaryFile("w+")
        at, env = using(directory, env)
        self.process = subprocess.Popen(
            [program, "serve", *at, "--port", "0", *arguments],
            env={**environment(), **env},
            stdout=subprocess.PIPE,
            stderr=self.log if log is None else log,
            text=True,
        )
        line = self.process.stdout.readline()
        if line.startswith("Understudy listens on "):
            self.url = line.split()[-1]
        elif line.startswith("{"):
            self.url = json.loads(line)["url"]
        else:
            self.process.kill()
            raise RuntimeError(f"the server did not start: {line}{self.stop()}")
        self.port = int(self.url.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ask the server to end, and return what it logged."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=20)
        self.log.seek(0)
        return self.log.read()


@contextmanager
def stopping(server, code=0):
    """Tell the server to stop, and hold it to be gone in 10 seconds after that, with the exit code."""
    start = time.monotonic()
    server.process.terminate()
    yield
    server.process.wait(start + 10 - time.monotonic())
    assert server.process.returncode == code
