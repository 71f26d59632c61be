"""The program on a real PostgreSQL."""

import json
import subprocess
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests
from support.assistants import make_assistant, send, transcript
from support.databases import PSQL, server_url, sql, with_path
from support.messages import message
from support.receivers import Receiver, ScriptedModel, complete, http_server
from support.sdk import sdk
from support.understudy import SEALING_KEY, SID, TOKEN, Server, command, json_of, prepare_postgres, using, wait_until


@pytest.fixture
def env(empty_url, tmp_path):
    """The environment of a program on a migrated database with an account."""
    return prepare_postgres(empty_url, tmp_path)


def test_a_database_is_migrated_by_the_operator_alone(empty_url, tmp_path):
    serve = ["serve", "--data-directory", tmp_path, "--port", "0", "--database-url", empty_url]
    refused = command(*serve, check=False, env=SEALING_KEY)
    assert (refused.returncode, "understudy database migrate" in refused.stderr) == (1, True)
    migrations = [threading.Thread(target=command, args=["database", "migrate", "--database-url", empty_url]) for _ in range(4)]
    for migration in migrations:
        migration.start()
    for migration in migrations:
        migration.join()
    assert "of this version" in command("database", "migrate", "--database-url", empty_url).stdout
    with Server(tmp_path, "--database-url", empty_url, env=SEALING_KEY) as server:
        assert requests.get(f"{server.url}/health").status_code == 200
    sql("INSERT INTO migration (name) VALUES ('999 of the future')", empty_url)
    for arguments in (serve, ["database", "migrate", "--database-url", empty_url]):
        newer = command(*arguments, check=False, env=SEALING_KEY)
        assert (newer.returncode, "newer version" in newer.stderr) == (1, True)


def test_pages_are_read_from_nodes_of_the_same_cluster_alone(env, tmp_path):
    serve = ["serve", "--port", "0", "--database-read-urls"]
    url = env["UNDERSTUDY_DATABASE_URL"]
    refused = command(*serve, url, check=False, env=env)
    assert (refused.returncode, "--database-read-urls must name" in refused.stderr) == (1, True)
    for value in ("", "workers", f"{url} workers"):
        refused = command(*serve, value, check=False, env=env)
        assert (refused.returncode, "database-read-urls must be URLs" in refused.stderr) == (64, True)
        assert url not in refused.stderr
    without = {name: value for name, value in env.items() if name != "UNDERSTUDY_DATABASE_URL"}
    refused = command(*serve, url, check=False, env=without)
    assert (refused.returncode, "needs --database-url" in refused.stderr) == (64, True)


def test_what_sqlite_does_postgresql_does(env, tmp_path):
    lines = [message("webhook:IS1/CH2 é", number) for number in range(1, 251)]
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    imported = json_of("import", "--account", SID, path, env=env)
    assert (imported["stored"], imported["sessions"]) == (250, 1)
    assert json_of("import", "--account", SID, path, env=env)["already_there"] == 250
    receiver = Receiver()
    with http_server(receiver) as url, Server(
        tmp_path, "--model", "echo", "--allow-private-callbacks", env=env
    ) as server:
        for page_size in (1, 7, 50, 1000):
            said = sdk(server).assistants.v1.sessions("IS1/CH2 é").messages.list(page_size=page_size)
            assert [message.content["content"] for message in said] == [f"text {number}" for number in range(1, 251)]
        assistant = make_assistant(server)
        assert send(server, assistant, "Hello").json()["body"] == "Hello"
        assert send(server, assistant, "Hello", webhook=url).status_code == 202
        assert receiver.wait(1, seconds=5)[0]["form"]["Body"] == "Hello"
        said = [("user", "Hello"), ("assistant", "Hello")]
        assert transcript(server, "s") == transcript(server, "webhook:s") == said
        assert requests.delete(f"{server.url}/v1/Sessions/s", auth=(SID, TOKEN)).status_code == 204
        log = server.stop()
    password = urlsplit(server_url()).password
    assert password and password not in log


def test_several_servers_on_one_database(env, tmp_path):
    key = json_of("key", "create", "--account", SID, env=env)
    with Server(tmp_path / "a", "--model", "echo", env=env) as a, Server(tmp_path / "b", "--model", "echo", env=env) as b:
        urls = [f"{server.url}/v1/Sessions/s/Messages" for server in (a, b)]

        def write(url, writer):
            with requests.Session() as session:
                for number in range(50):
                    body = {"role": "user", "content": {"content": f"{writer}-{number}"}}
                    headers = {"Idempotency-Key": f"{number}"} if writer < 2 else {}
                    if headers:
                        body["content"] = {"content": f"once-{number}"}
                    answer = session.post(url, json=body, headers=headers, auth=(SID, TOKEN))
                    assert answer.status_code == 201, answer.text

        writers = [threading.Thread(target=write, args=[urls[writer % 2], writer]) for writer in range(6)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        lists = [[text for _, text in transcript(server)] for server in (a, b)]
        assert lists[0] == lists[1]
        # The same requests with the same keys went to both servers, and were stored once.
        assert sorted(text for text in lists[0] if text.startswith("once")) == sorted(f"once-{n}" for n in range(50))
        assert len(lists[0]) == 250
        for writer in range(2, 6):
            own = [text for text in lists[0] if text.startswith(f"{writer}-")]
            assert own == [f"{writer}-{number}" for number in range(50)]
        # A page token of one works on the other.
        page = requests.get(f"{urls[0]}?PageSize=10", auth=(SID, TOKEN)).json()
        following = page["meta"]["next_page_url"].replace(a.url, b.url)
        texts = [item["content"]["content"] for item in requests.get(following, auth=(SID, TOKEN)).json()["messages"]]
        assert texts == lists[0][10:20]
        # Turns of a session come one by one, whichever server takes them.
        assistant = make_assistant(a)
        turns = [
            threading.Thread(target=send, args=[server, assistant, f"{number}", "t"])
            for number, server in enumerate([a, b] * 4)
        ]
        for turn in turns:
            turn.start()
        for turn in turns:
            turn.join()
        roles = [role for role, _ in transcript(b, "t")]
        assert roles == ["user", "assistant"] * 8
        # A key that is revoked stops working everywhere.
        auth = (key["sid"], key["secret"])
        assert [requests.get(url, auth=auth).status_code for url in urls] == [200, 200]
        command("key", "revoke", key["sid"], "--account", SID, env=env)
        time.sleep(1)
        assert [requests.get(url, auth=auth).status_code for url in urls] == [401, 401]


def test_a_database_that_goes_away_comes_back(env, tmp_path):
    url = env["UNDERSTUDY_DATABASE_URL"]
    name = urlsplit(url).path[1:]
    kill = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    with Server(tmp_path, env=env) as server:
        messages = f"{server.url}/v1/Sessions/s/Messages"
        body = {"role": "user", "content": {}}
        acknowledged = [requests.post(messages, json=body, auth=(SID, TOKEN)).json()["id"]]
        # Killed connections are reopened.
        sql(kill)
        time.sleep(0.2)
        answer = requests.post(messages, json=body, auth=(SID, TOKEN))
        assert answer.status_code == 201
        acknowledged.append(answer.json()["id"])
        # While there are none to be had, the answer says so.
        sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        sql(kill)
        time.sleep(0.2)
        for answer in (requests.get(messages, auth=(SID, TOKEN)), requests.post(messages, json=body, auth=(SID, TOKEN))):
            assert (answer.status_code, answer.json()["code"]) == (503, 20503)
        sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        stored = requests.get(messages, auth=(SID, TOKEN))
        assert [item["id"] for item in stored.json()["messages"]] == acknowledged


def test_a_statement_that_waits_too_long_is_given_up(env, tmp_path):
    url = env["UNDERSTUDY_DATABASE_URL"]
    env = {**env, "UNDERSTUDY_DATABASE_URL": f"{url}?options=-c%20statement_timeout%3D500"}
    with Server(tmp_path, env=env) as server:
        messages = f"{server.url}/v1/Sessions/s/Messages"
        body = {"role": "user", "content": {}}
        assert requests.post(messages, json=body, auth=(SID, TOKEN)).status_code == 201
        lock = "BEGIN; SELECT FROM session FOR UPDATE; SELECT pg_sleep(3); COMMIT"
        locking = subprocess.Popen([PSQL, "--quiet", "--command", lock, url], stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        start = time.monotonic()
        answer = requests.post(messages, json=body, auth=(SID, TOKEN))
        assert (answer.status_code, answer.json()["code"]) == (503, 20503)
        assert time.monotonic() - start < 2
        # Readers do not wait for writers.
        assert len(requests.get(messages, auth=(SID, TOKEN)).json()["messages"]) == 1
        locking.wait(10)
        assert requests.post(messages, json=body, auth=(SID, TOKEN)).status_code == 201


def test_a_server_that_stops_does_what_it_has_begun(env, tmp_path):
    url = env["UNDERSTUDY_DATABASE_URL"]
    body = {"role": "user", "content": {}}
    with Server(tmp_path, env=env) as server:
        messages = f"{server.url}/v1/Sessions/s/Messages"
        assert requests.post(messages, json=body, auth=(SID, TOKEN)).status_code == 201
        lock = "BEGIN; SELECT FROM session FOR UPDATE; SELECT pg_sleep(1.5); COMMIT"
        locking = subprocess.Popen([PSQL, "--quiet", "--command", lock, url], stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        answers = []
        waiting = threading.Thread(
            target=lambda: answers.append(requests.post(messages, json=body, auth=(SID, TOKEN)).status_code)
        )
        waiting.start()
        time.sleep(0.3)
        server.stop()
        assert server.process.returncode == 0
        waiting.join(10)
        locking.wait(10)
    assert answers == [201]
    with Server(tmp_path, env=env) as server:
        listed = requests.get(f"{server.url}/v1/Sessions/s/Messages", auth=(SID, TOKEN)).json()["messages"]
        assert len(listed) == 2


def test_a_reply_that_is_there_is_stored_though_the_server_stops(env, tmp_path):
    url = env["UNDERSTUDY_DATABASE_URL"]
    lock = "BEGIN; LOCK TABLE message IN EXCLUSIVE MODE; SELECT pg_sleep(2.5); COMMIT"
    locking = []

    def lock_and_complete(handler):
        locking.append(subprocess.Popen([PSQL, "--quiet", "--command", lock, url], stdout=subprocess.DEVNULL))
        time.sleep(0.5)
        complete(handler, "reply")

    model = ScriptedModel(lock_and_complete)
    with http_server(model) as model_url:
        with Server(tmp_path, "--model", "m", "--model-url", model_url, env=env) as server:
            # Nobody waits for it, so that the server could stop at once.
            accepted = send(server, make_assistant(server), "Hello", webhook="https://callbacks.invalid/")
            assert accepted.status_code == 202
            wait_until(lambda: locking)
            time.sleep(1.2)
            server.stop()
            assert server.process.returncode == 0
        assert locking[0].wait(10) == 0
        assert len(model.asked) == 1
    with Server(tmp_path, env=env) as server:
        assert transcript(server) == [("user", "Hello"), ("assistant", "reply")]


def test_a_message_is_answered_though_the_database_was_unavailable_before_the_model_was_asked(env, tmp_path):
    impatient = {**env, "UNDERSTUDY_DATABASE_URL": env["UNDERSTUDY_DATABASE_URL"] + "?options=-c%20lock_timeout%3D300ms"}
    lock = "BEGIN; LOCK TABLE assistant IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(30)"
    is_waiting, is_locked = threading.Event(), threading.Event()

    def complete_when_locked(handler):
        is_waiting.set()
        assert is_locked.wait(20)
        complete(handler, "reply")

    model = ScriptedModel(complete_when_locked)
    with http_server(model) as model_url, ThreadPoolExecutor() as threads:
        with Server(tmp_path, "--model", "m", "--model-url", model_url, env=impatient) as server:
            assistant = make_assistant(server)
            first = threads.submit(send, server, assistant, "one")
            assert is_waiting.wait(20)
            # It waits for the other reply, behind which the assistant cannot be read.
            second = threads.submit(send, server, assistant, "two")
            url = env["UNDERSTUDY_DATABASE_URL"]
            wait_until(lambda: sql("SELECT count(*) FROM turn", url) == "2")
            locker = subprocess.Popen([PSQL, "--command", lock, url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_until(lambda: sql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted", url) == "1")
            is_locked.set()
            assert first.result().json()["body"] == "reply"
            assert second.result().status_code == 503
            locker.kill()
            locker.wait()
            sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE mode = 'AccessExclusiveLock'", url)
            said = [("user", "one"), ("assistant", "reply"), ("user", "two"), ("assistant", "reply")]
            wait_until(lambda: transcript(server) == said)
    assert len(model.asked) == 2


def check(env, code):
    result = command("check", "--format", "json", check=False, env=env)
    assert result.returncode == code, result.stderr
    return json.loads(result.stdout)["problems"]


MESSAGE = "Message aia_msg_7 of session webhook:IS1/CH2"
KEY = "decode(repeat('00', 16), 'hex')"
TURN = """
    INSERT INTO turn (session_key, number, id, account_sid, session_number, session_id, assistant_id, identity, mode,
        content, worker, begun, lease_end)
    SELECT session_key, nextval('turn_number'), 'turn1', account_sid, number, id, 'aia_asst_1', 'i', 'chat', '{}', 'w', false, 0
    FROM session;
"""
CALLBACK = f"""
    INSERT INTO callback VALUES
        ({KEY}, nextval('callback_number'), '{SID}', 'https://example.com/', 'SECRET', 'token', 1, NULL, 0, 0);
"""
IDEMPOTENCY = f"INSERT INTO idempotency_key VALUES ({KEY}, '{SID}', 'key1', {KEY}, 200, '', 0)"
DAMAGES = [
    (
        "ALTER TABLE message DROP CONSTRAINT message_session_key_fkey; DELETE FROM session",
        "Message aia_msg_7 belongs to no session",
    ),
    ("UPDATE session SET last_position = 6", f"{MESSAGE} is not in a position from 1 to"),
    ("UPDATE message SET position = 0 WHERE id = 'aia_msg_7'", f"{MESSAGE} is not in a position from 1 to"),
    ("UPDATE session SET number = 0", "Session webhook:IS1/CH2 has a last position or a number"),
    ("UPDATE session SET id = 'other'", "Session other has a key that is not made of"),
    ("SELECT setval('session_number', 1, false)", "session_number is behind the numbers of the table session"),
    ("UPDATE message SET content = '{\"SECRET\"' WHERE id = 'aia_msg_7'", f"{MESSAGE}: content is not a JSON object"),
    ("UPDATE message SET meta = '[\"SECRET\"]' WHERE id = 'aia_msg_7'", f"{MESSAGE}: meta is not a JSON object"),
    ("UPDATE message SET role = 'SECRET' WHERE id = 'aia_msg_7'", f"{MESSAGE}: role is not a role"),
    ("UPDATE message SET id = 'id7' WHERE id = 'aia_msg_7'", "Message id7 of session webhook:IS1/CH2: id is not a message id"),
    ("UPDATE message SET date_updated = 253402300800000000 WHERE id = 'aia_msg_7'", f"{MESSAGE}: date_updated is not a time"),
    ("UPDATE session SET date_created = -62135596800000001", "Session webhook:IS1/CH2: date_created is not a time"),
    (TURN + "UPDATE turn SET mode = 'SECRET'", "Turn turn1 of session webhook:IS1/CH2: mode is not a mode"),
    (TURN + "UPDATE turn SET content = 'SECRET'", "Turn turn1 of session webhook:IS1/CH2: content is not a JSON object"),
    (TURN + f"UPDATE turn SET session_key = {KEY}", "Turn turn1 has a key that is not made of its account and session"),
    (CALLBACK + "UPDATE callback SET session_key = ''", "Webhook 1 has a session key that is not 16 bytes long"),
    (CALLBACK + "UPDATE callback SET account_sid = 'x'", "Webhook 1: account_sid is not an account SID"),
    (IDEMPOTENCY, f"Idempotency key key1 of account {SID} has a digest that is not made of its account and key"),
]


def test_a_check_of_postgresql_names_what_must_not_be(env, tmp_path):
    import_lines = tmp_path / "lines.jsonl"
    lines = [message("webhook:IS1/CH2", number, id=f"aia_msg_{number}") for number in range(1, 251)]
    # JSON has it, and SQL and Swift have no such number.
    lines[0]["content"] = {"n": 0}
    import_lines.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command("import", "--account", SID, import_lines, env=env)
    url = env["UNDERSTUDY_DATABASE_URL"]
    sql("UPDATE message SET content = '{\"n\":1e999}' WHERE id = 'aia_msg_1'", url)
    sql(TURN + CALLBACK, url)
    assert check(env, 0) == []
    whole = command("check", "--database-url", url)
    assert "The PostgreSQL database is whole" in whole.stdout
    sql("DELETE FROM turn; DELETE FROM callback; ALTER SEQUENCE callback_number RESTART", url)
    source = urlsplit(url).path[1:]
    for damage, problem in DAMAGES:
        name = f"test_{uuid.uuid4().hex}"
        sql(f"CREATE DATABASE {name} TEMPLATE {source}")
        try:
            damaged = with_path("/" + name)
            sql(damage, damaged)
            problems = check({**env, "UNDERSTUDY_DATABASE_URL": damaged}, 1)
            assert any(problem in text for text in problems), (problem, problems)
            assert "SECRET" not in str(problems)
        finally:
            sql(f"DROP DATABASE {name} WITH (FORCE)")
    sql("UPDATE message SET role = ''", url)
    problems = check(env, 1)
    assert (len(problems), problems[-1]) == (101, "There are more problems of this kind: values of the table message")
    both = command("check", "--database-url", url, tmp_path / "backup", check=False)
    assert (both.returncode, "name two databases" in both.stderr) == (64, True)


def test_a_database_without_citus_is_not_distributed(empty_url):
    refused = command("database", "migrate", "--citus", "--database-url", empty_url, check=False)
    assert (refused.returncode, "is not one of Citus" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    "url, code, error",
    [
        ("mysql://localhost/x", 64, "DATABASE_URL must be"),
        ("postgresql://127.0.0.1:1/x", 1, "cannot be reached"),
        (with_path("/not_there"), 1, "does not exist"),
        (server_url().replace(urlsplit(server_url()).password, "a-wrong-password"), 1, "authentication failed"),
        ("postgresql://127.0.0.1/x?nonsense=1", 64, "with parameters that libpq knows"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_clear_error(tmp_path, url, code, error):
    for arguments in (["serve", "--port", "0"], ["account", "list"], ["database", "migrate"]):
        _, env = using(tmp_path, {**SEALING_KEY, "UNDERSTUDY_DATABASE_URL": url})
        refused = command(*arguments, check=False, env=env)
        assert refused.returncode == code
        assert error in refused.stderr
        assert "a-wrong-password" not in refused.stderr
