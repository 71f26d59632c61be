"""Servers whose clocks are wrong run every turn once and deliver every webhook in time."""

import struct
import threading
import time

import pytest
import requests
from support.assistants import make_assistant, send, transcript
from support.preload import preloaded
from support.receivers import Receiver, ScriptedModel, complete, http_server, respond
from support.understudy import AUTH, Server, create_account, prepare_postgres, wait_until

HOUR = 3600


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return preloaded("clock.c", tmp_path_factory.mktemp("clock"))


class Clock:
    """The wall clock of programs that get `env`."""

    def __init__(self, library, path, ahead=0):
        self.path = path
        self.path.write_bytes(bytes(8))
        self.set(ahead)
        self.env = {**library, "CLOCK_AHEAD": str(path)}

    def set(self, ahead):
        """Set the clock so many seconds ahead of the system's."""
        # In its place: programs have the file in their memory.
        with open(self.path, "r+b") as file:
            file.write(struct.pack("q", ahead))


def slow(seconds):
    def answer(handler):
        time.sleep(seconds)
        complete(handler, "reply")

    return ScriptedModel(answer)


@pytest.mark.parametrize("ahead", [15, -15])
def test_servers_on_one_database_whose_clocks_differ_take_no_turn_from_each_other(library, empty_url, tmp_path, ahead):
    env = prepare_postgres(empty_url, tmp_path)
    model, receiver = slow(4), Receiver()
    clock = Clock(library, tmp_path / "clock", ahead)
    with http_server(model) as model_url, http_server(receiver) as url:
        arguments = ["--model", "m", "--model-url", model_url, "--allow-private-callbacks"]
        with (
            Server(tmp_path / "a", *arguments, env=env) as right,
            Server(tmp_path / "b", *arguments, env={**env, **clock.env}) as wrong,
        ):
            # The clock is the one that was set.
            message = requests.post(
                f"{wrong.url}/v1/Sessions/clock/Messages", json={"role": "user", "content": {}}, auth=AUTH
            ).json()
            assert abs(time.time() + ahead - parse(message["date_created"])) < 5
            assistant = make_assistant(right)
            answers = {}

            def call(name, server):
                answers[name] = send(server, assistant, "Hello", name, headers={"Idempotency-Key": name})

            callers = [threading.Thread(target=call, args=item) for item in (("s", right), ("t", wrong))]
            for caller in callers:
                caller.start()
            for name, server in (("u", right), ("v", wrong)):
                assert send(server, assistant, "Hello", name, webhook=url).status_code == 202
            for caller in callers:
                caller.join()
            for answer in answers.values():
                assert (answer.status_code, answer.json()["status"]) == (200, "success"), answer.text
            receiver.wait(2, seconds=10)
            time.sleep(2)
            for name in ("s", "t", "webhook:u", "webhook:v"):
                assert transcript(right, name) == [("user", "Hello"), ("assistant", "reply")]
            assert len(receiver.received) == 2
            assert len(model.asked) == 4
            # A key is not forgotten early.
            again = send(wrong, assistant, "Hello", "s", headers={"Idempotency-Key": "s"})
            assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("back", [HOUR, 30 * HOUR])
def test_a_clock_that_is_set_back_across_a_restart_holds_up_no_turn_and_no_webhook(library, tmp_path, back):
    create_account(tmp_path)
    model = slow(1.5)
    receiver = Receiver(lambda handler: respond(handler, 500), lambda handler: respond(handler, 204))
    clock = Clock(library, tmp_path / "clock", back)
    with http_server(model) as model_url, http_server(receiver) as url:
        arguments = ["--model", "m", "--model-url", model_url, "--allow-private-callbacks"]
        with Server(tmp_path, *arguments, env=clock.env) as server:
            assistant = make_assistant(server)
            assert send(server, assistant, "Hello", "done", webhook=url).status_code == 202
            receiver.wait(1, seconds=10)
            for text in ("one", "two"):
                assert send(server, assistant, text, "cut", webhook=url).status_code == 202
            wait_until(lambda: len(model.asked) == 2)
            time.sleep(0.3)
            server.process.kill()
        clock.set(0)
        with Server(tmp_path, *arguments, env=clock.env) as server:
            start = time.monotonic()
            # Nobody waits for a lease, for nobody else can have one.
            receiver.wait(4, seconds=8)
            assert time.monotonic() - start < 8
            said = [("user", "one"), ("assistant", "reply"), ("user", "two"), ("assistant", "reply")]
            assert transcript(server, "webhook:cut") == said


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
def test_a_clock_that_is_set_while_the_server_runs_moves_no_webhook(library, tmp_path, ahead):
    create_account(tmp_path)
    receiver = Receiver(lambda handler: respond(handler, 500), lambda handler: respond(handler, 204))
    clock = Clock(library, tmp_path / "clock")
    with http_server(receiver) as url:
        with Server(tmp_path, "--model", "echo", "--allow-private-callbacks", env=clock.env) as server:
            assert send(server, make_assistant(server), "Hello", "s", webhook=url).status_code == 202
            receiver.wait(1, seconds=5)
            clock.set(ahead)
            first, second = receiver.wait(2, seconds=15)
            assert 3 < second["time"] - first["time"] < 10


def parse(date):
    return time.mktime(time.strptime(date, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
