"""A running server, and a client of it."""

import signal
import subprocess
from contextlib import contextmanager

import requests


@contextmanager
def serving(command, env=None):
    """Run a command that serves on a free port, give its process and URL, and stop it by SIGTERM."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert line.startswith("Understudy listens on "), line
        yield process, line.split()[-1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def credentials(file):
    """The account's SID and auth token in a file of initial credentials."""
    variables = dict(line.split("=", 1) for line in file.read_text().splitlines())
    return variables["UNDERSTUDY_ACCOUNT_SID"], variables["UNDERSTUDY_AUTH_TOKEN"]


def append(url, auth, text):
    body = {"role": "user", "content": {"content": text}}
    requests.post(f"{url}/v1/Sessions/s/Messages", json=body, auth=auth, timeout=20).raise_for_status()


def messages(url, auth, session="s"):
    """The texts of a session's messages."""
    answer = requests.get(f"{url}/v1/Sessions/{session}/Messages", auth=auth, timeout=20)
    answer.raise_for_status()
    return [message["content"]["content"] for message in answer.json()["messages"]]
