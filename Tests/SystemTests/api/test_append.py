"""Messages appended over HTTP are there, whatever happens to the server."""

import random
import threading
import time

import pytest
import requests
from support.sdk import sdk
from support.understudy import SID, TOKEN, Server, create_account


@pytest.fixture
def directory(tmp_path):
    create_account(tmp_path)
    return tmp_path


def body(number):
    return {"role": "user", "content": {"n": number}}


def numbers(messages):
    return [message.content["n"] for message in messages]


def test_what_is_appended_is_listed_by_the_sdk(directory):
    with Server(directory) as server:
        url = f"{server.url}/v1/Sessions/webhook:conversations__IS1/CH2 é/Messages"
        for number in range(3):
            answer = requests.post(url, json=body(number), auth=(SID, TOKEN))
            assert answer.status_code == 201
        answer = requests.post(url, json={"messages": [body(3), body(4)]}, auth=(SID, TOKEN))
        assert [message["content"]["n"] for message in answer.json()["messages"]] == [3, 4]
        listed = sdk(server).assistants.v1.sessions("conversations__IS1/CH2 é").messages.list(page_size=2)
        assert numbers(listed) == [0, 1, 2, 3, 4]


def test_walks_are_exact_while_others_append(directory):
    writers, each = 4, 100
    with Server(directory) as server:
        url = f"{server.url}/v1/Sessions/s/Messages"
        requests.post(url, json={"messages": [body(number) for number in range(200)]}, auth=(SID, TOKEN))

        def write(writer):
            with requests.Session() as session:
                for number in range(each):
                    answer = session.post(url, json=body(f"{writer}-{number}"), auth=(SID, TOKEN))
                    assert answer.status_code == 201

        threads = [threading.Thread(target=write, args=[writer]) for writer in range(writers)]
        for thread in threads:
            thread.start()
        messages = sdk(server).assistants.v1.sessions("s").messages
        for page_size in (1, 7, 50):
            met = numbers(messages.list(page_size=page_size))
            assert met[:200] == list(range(200))
            for writer in range(writers):
                own = [number for number in met[200:] if number.startswith(f"{writer}-")]
                assert own == [f"{writer}-{number}" for number in range(len(own))]
        for thread in threads:
            thread.join()
        assert len(messages.list(page_size=1000)) == 200 + writers * each


def test_what_was_acknowledged_survives_a_kill(directory):
    acknowledged = {writer: [] for writer in range(8)}
    for round in range(5):
        with Server(directory) as server:
            url = f"{server.url}/v1/Sessions/s/Messages"

            def write(writer):
                with requests.Session() as session:
                    while True:
                        number = len(acknowledged[writer])
                        try:
                            answer = session.post(
                                url, json={"messages": [body([writer, number, 0]), body([writer, number, 1])]}, auth=(SID, TOKEN)
                            )
                        except requests.exceptions.RequestException:
                            return
                        assert answer.status_code == 201
                        acknowledged[writer].append(answer.json()["messages"][0]["id"])

            threads = [threading.Thread(target=write, args=[writer]) for writer in acknowledged]
            for thread in threads:
                thread.start()
            time.sleep(random.uniform(0.1, 0.5))
            server.process.kill()
            for thread in threads:
                thread.join()
    with Server(directory) as server:
        stored = sdk(server).assistants.v1.sessions("s").messages.list(page_size=1000)
    ids = [message.id for message in stored]
    assert len(set(ids)) == len(ids)
    assert sum(map(len, acknowledged.values())) > 0
    assert {id for writer in acknowledged.values() for id in writer} <= set(ids)
    # No half batch: every first half is followed by its second.
    assert len(stored) % 2 == 0
    for first, second in zip(stored[::2], stored[1::2]):
        assert first.content["n"][:2] == second.content["n"][:2]
        assert (first.content["n"][2], second.content["n"][2]) == (0, 1)
