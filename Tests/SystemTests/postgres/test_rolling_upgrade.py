"""An upgrade of several servers on one PostgreSQL database, one after another, while clients write through all of them.

Needs DEV_EARLIER_PROGRAM, the program of an earlier version, which `make soak` builds; only then is this file collected.
"""

import os

import pytest
import requests
from support.databases import empty_database, sql
from support.reliability import amount, record
from support.understudy import AUTH, Server, command, prepare_postgres
from support.writers import Writers, append, messages_url, walk

pytestmark = pytest.mark.promise

PROMISE = "An upgrade stops nobody"
EARLIER = os.environ["DEV_EARLIER_PROGRAM"]


def delete_some(server, session, count):
    """Delete the first messages of a session, and return their texts."""
    page = requests.get(f"{messages_url(server, session)}?PageSize={count}", auth=AUTH, timeout=60).json()
    for message in page["messages"]:
        answer = requests.delete(f"{messages_url(server, session)}/{message['id']}", auth=AUTH, timeout=60)
        assert answer.status_code == 204, answer.text
    return [message["content"]["content"] for message in page["messages"]]


def wrong_counts(url):
    """How many sessions have another count of deleted messages than are missing."""
    count = "SELECT count(*) FROM message WHERE message.session_key = session.session_key"
    return int(sql(f"SELECT count(*) FROM session WHERE deletions IS DISTINCT FROM last_position - ({count})", url))


def test_servers_of_two_versions_serve_one_database(tmp_path):
    rounds = amount(3, 60)
    with empty_database() as url:
        env = prepare_postgres(url, tmp_path / "a", program=EARLIER)
        with Server(tmp_path / "a", env=env, program=EARLIER) as earlier:
            for number in range(20):
                assert append(earlier, [f"before-{number}"], "edited").status_code == 201
            assert "--finish" in command("database", "migrate", env=env).stdout
            with Server(tmp_path / "b", env=env) as newer:
                servers = (earlier, newer)
                # Every session is written to through both.
                with Writers(earlier, count=4, session="one") as old_one, Writers(newer, count=4, session="two") as new_two:
                    texts = walk(newer, "edited")
                    for number in range(rounds):
                        server = servers[number % 2]
                        old_one.go_on(5)
                        new_two.go_on(5)
                        new_texts = [f"during-{number}-{part}" for part in range(5)]
                        assert append(server, new_texts, "edited").status_code == 201
                        texts += new_texts
                        deleted = delete_some(servers[(number + 1) % 2], "edited", 3)
                        assert deleted == texts[:3]
                        texts = texts[3:]
                        assert walk(earlier, "edited") == walk(newer, "edited") == texts
                old_one.check(newer)
                new_two.check(earlier)
                before = {session: walk(earlier, session) for session in ("one", "two", "edited")}
                earlier.stop()
                assert wrong_counts(url) > 0
                assert "--finish" not in command("database", "migrate", "--finish", env=env).stdout
                assert wrong_counts(url) == 0
                assert {session: walk(newer, session) for session in before} == before
        assert command("check", env=env).returncode == 0
        count = sum(map(len, before.values()))
        record(PROMISE, f"{count:,} messages written through servers of two versions at once, and {rounds * 3} deleted: all as acknowledged")
