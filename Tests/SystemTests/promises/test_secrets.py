"""No secret and nothing that is said gets out: into the log, an error, or what watches the server."""

import base64
import errno
import json
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from urllib.parse import quote

import pytest
import requests
from support.assistants import make_assistant, send
from support.faulty_disk import WRITING, FaultyDisk
from support.postgres_server import PostgresServer
from support.raw_http import exchange
from support.receivers import Receiver, close_at_once, close_half_way, complete, http_server, respond
from support.reliability import amount, record
from support.understudy import (
    AUTH, AUTHORIZATION, OTHER_SID, SEALING_KEY, SID, TOKEN, TRUSTING, Server, command, create_account, json_of,
    prepare_postgres, using, wait_until,
)
from support.workers import in_parallel

pytestmark = pytest.mark.promise

PROMISE = "Nobody sees another's data"
CONTENT = "what a user said in private"
MODEL_KEY = "sk-the-key-of-the-server-of-the-models"
PASSWORD = "the-password-of-the-database"
QUERY = "what-is-behind-the-question-mark"

LIST = "/v1/Sessions/s/Messages"
ONE = LIST + "/{message}"
ASSISTANT = "/v1/Assistants/{assistant}"
SEND = ASSISTANT + "/Messages"


class Secrets:
    """What must be nowhere that others look, in the forms that it may take."""

    def __init__(self, **secrets):
        self.forms = {}
        for name, secret in secrets.items():
            self.add(name, secret)

    def add(self, name, secret):
        data = secret if isinstance(secret, bytes) else secret.encode()
        forms = {data.hex(), base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode(), str(list(data))}
        if isinstance(secret, str):
            forms |= {secret, quote(secret)}
        self.forms.update(dict.fromkeys(forms, name))

    def found_in(self, text):
        """The names of those that a text holds, or three quarters of which it does."""
        return {
            name
            for form, name in self.forms.items()
            if form[: len(form) * 3 // 4] in text or form[len(form) // 4 :] in text
        }


class Attempts:
    """Requests that fail, and what watches; counted by their kinds, and with all that their answers say."""

    def __init__(self, server):
        self.server = server
        self.counts = Counter()
        self.published = []

    def keep(self, kind, what, answer):
        assert answer.status_code >= 400 or answer.json().get("status") in ("failed", "ok", "ready"), what
        self.counts[kind] += 1
        self.published.append((what, f"{answer.headers}\n{answer.text}"))

    def request(self, kind, method, path, auth=AUTH, **options):
        answer = requests.request(method, self.server.url + path, auth=auth, timeout=60, **options)
        self.keep(kind, (method, path, options), answer)

    def watch(self):
        for path in ("/health", "/ready"):
            self.request("looks at /health and /ready", "GET", path, auth=None)


def bad_bodies(secret):
    """What is sent, and where to, with a secret where it does not belong."""
    text = json.dumps(secret)
    deep = "[" * 300 + text + "]" * 300
    for path in (LIST, "/v1/Assistants", SEND):
        for body in (secret, text, f"[{text}]", f"{{{text}:1", f'{{"a":{text}', f'{{"a":{deep}}}'):
            yield "POST", path, body
        yield "POST", path, f'{{"a":{text[:-1]}\\u0000"}}'
        twice = f"{{{text}:1,{text}:2}}"
        yield "POST", path, twice
        yield "POST", path, f'{{"name":{twice},"identity":{text},"content":{twice}}}'
        yield "POST", path, text + "x" * (1 << 20)
    for name in ("role", "content", "meta", "identity", "assistant_id", "date_created", "id", "text", secret):
        message = json.dumps({"role": "user", "content": {}, name: secret})
        yield "POST", LIST, message
        yield "POST", LIST, f'{{"messages":[{message}]}}'
        yield "PUT", ONE, message
    for messages in (text, f"[{text}]", f"[],{text}:1"):
        yield "POST", LIST, f'{{"messages":{messages}}}'
    for name in ("name", "owner", "model"):
        for value in (secret * 100, [secret]):
            yield "POST", "/v1/Assistants", json.dumps({"name": "Ann", name: value})
            yield "PUT", ASSISTANT, json.dumps({name: value})
    for name, value in (
        ("customer_ai", secret), ("customer_ai", {"perception_engine_enabled": secret}),
        ("segment_credential", secret), ("segment_credential", {"write_key": [secret]}),
    ):
        yield "POST", "/v1/Assistants", json.dumps({"name": "Ann", name: value})
    for name, value in (
        ("identity", secret), ("body", [secret]), ("session_id", secret * 100), ("mode", secret), ("webhook", secret),
        ("webhook", f"http://{SID}:{quote(secret)}@example.com/"),
    ):
        yield "POST", SEND, json.dumps({"identity": "user_id:alice", "body": secret, name: value})


def try_bad_requests(attempts, secret, names):
    def request(*arguments, **options):
        attempts.request("bad requests", *arguments, **options)

    for method, path, body in bad_bodies(secret):
        request(method, path.format(**names), data=body.encode())
    for path in (LIST, "/v1/Sessions", "/v1/Assistants"):
        for parameter in ("PageSize", "Page", "PageToken"):
            request("GET", path, params={parameter: secret})
    for name in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto"):
        request("GET", LIST, headers={name: secret})
    request("POST", LIST, data='{"role":"user","content":{}}', headers={"Idempotency-Key": secret * 10})
    for path in ("/v1/Nothing", "/v1/Sessions/none", "/v1/Sessions/%zz"):
        request("GET", path, params={secret: secret})
    # Past any client library.
    for lines in (
        [secret], [f"GET /{secret} HTTP/1.1", "Host: a"], ["GET / HTTP/1.1", "Host: a", secret],
        [f"GET http://{SID}:{quote(secret)}@127.0.0.1/v1/Sessions/none HTTP/1.1", f"Authorization: {AUTHORIZATION}"],
    ):
        status, headers, error = exchange(attempts.server, "\r\n".join([*lines, "", ""]))
        assert status == 400
        attempts.counts["bad requests"] += 1
        attempts.published.append((lines, f"{headers}\n{error}"))


def try_logins(attempts, key):
    key = (key["sid"], key["secret"])
    for auth in (AUTH, key):
        assert requests.get(attempts.server.url + LIST, auth=auth).status_code == 200
        attempts.counts["right logins"] += 1
    for auth in (
        (SID, TOKEN + "x"), (SID, TOKEN[:-1]), (SID, key[1]), (key[0], TOKEN), AUTH[::-1], key[::-1],
        (OTHER_SID, TOKEN), ("SK" + "0" * 32, key[1]), ("", TOKEN), (TOKEN, ""),
    ):
        attempts.request("wrong logins", "GET", f"{LIST}?{QUERY}", auth)
    digest = AUTHORIZATION.replace("Basic", "Digest")
    for header in (TOKEN, f"Bearer {TOKEN}", f"Basic {TOKEN}", AUTHORIZATION[:-4], digest):
        attempts.request("wrong logins", "GET", LIST, None, headers={"Authorization": header})


def refuse(handler, status, message):
    respond(handler, status, json.dumps({"error": {"message": message}}).encode())


# What a model's server does when it is asked for which model.
MISBEHAVIOUR = {
    "repeats the key": lambda handler: refuse(handler, 401, f"Incorrect API key provided: {MODEL_KEY}"),
    "repeats it at the end of what is logged": lambda handler: refuse(handler, 400, "x" * 465 + MODEL_KEY),
    "repeats it each time": lambda handler: refuse(handler, 503, MODEL_KEY),
    "repeats it as text": lambda handler: respond(handler, 200, MODEL_KEY.encode(), "text/plain"),
    "repeats it as a type": lambda handler: respond(handler, 200, b"{}", f"text/{MODEL_KEY}"),
    "repeats it as a place": lambda handler: respond(handler, 302, b"{}", Location=f"/{MODEL_KEY}"),
    "repeats what was said": lambda handler: respond(handler, 200, json.dumps({"choices": CONTENT}).encode()),
    "says nothing": lambda handler: complete(handler, None),
    "closes": close_at_once,
    "closes half way": close_half_way,
}


def misbehave(handler, body):
    assert handler.headers["Authorization"] == f"Bearer {MODEL_KEY}"
    MISBEHAVIOUR.get(json.loads(body)["model"], lambda handler: complete(handler, CONTENT))(handler)


def try_models(attempts):
    assistants = {model: make_assistant(attempts.server, model=model) for model in MISBEHAVIOUR}
    sends = [lambda model=model: send(attempts.server, assistants[model], CONTENT, model) for model in assistants]
    for model, answer in zip(assistants, in_parallel(sends)):
        attempts.keep("failures of models", model, answer)


@contextmanager
def trying_callbacks(attempts, failed):
    """Have callbacks fail beside what is done meanwhile; `failed()` gives those that were given up."""
    receiver = Receiver(
        lambda handler: respond(handler, 500, QUERY.encode()),
        lambda handler: respond(handler, 302, Location=f"/{QUERY}"),
        close_at_once,
    )
    with http_server(receiver) as url:
        assistant = make_assistant(attempts.server)
        urls = [url, url, url, url.replace("http", "https"), "http://127.0.0.1:1", "http://callbacks.invalid"]
        for url in urls:
            assert send(attempts.server, assistant, CONTENT, webhook=f"{url}/?{QUERY}").status_code == 202
        yield
        wait_until(lambda: len(failed()) == len(urls))
        attempts.counts["failures of callbacks"] += len(urls)


def try_a_broken_database(attempts, names):
    def request(*arguments, **options):
        attempts.request("failures of the database", *arguments, **options)

    content = {"content": {"content": CONTENT}}
    request("POST", LIST, json={"role": "user", **content})
    request("PUT", ONE.format(**names), json=content)
    request("POST", SEND.format(**names), json={"identity": "user_id:alice", "body": CONTENT, "session_id": "s"})
    request("POST", "/v1/Assistants", json={"name": CONTENT, "personality_prompt": CONTENT})
    attempts.watch()


class SQLiteThatBreaks:
    """A data directory whose disk fails."""

    name = "SQLite"

    def __init__(self, directory, disk):
        create_account(directory)
        self.faulty = FaultyDisk(directory, disk)
        self.env = self.faulty.env
        self.sealing_key = (directory / "secret.key").read_text().strip()
        with closing(sqlite3.connect(directory / "understudy.sqlite")) as database:
            row = database.execute("SELECT value FROM setting WHERE name = 'page_token_key'").fetchone()
        self.page_token_key = row[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def breaks(self):
        for error in (errno.EIO, errno.ENOSPC):
            with self.faulty.failing(WRITING, error):
                yield


class PostgresThatBreaks:
    """A PostgreSQL database that wants a password, and refuses what is said, the password, and everything."""

    name = "PostgreSQL"

    def __init__(self, directory, disk):
        self.directory = directory

    def __enter__(self):
        self.postgres = PostgresServer().__enter__()
        self.env = prepare_postgres(self.postgres.url(), self.directory)
        self.sealing_key = SEALING_KEY["UNDERSTUDY_SECRET_KEY"]
        key = self.postgres.sql("SELECT encode(value, 'hex') FROM setting WHERE name = 'page_token_key'")
        self.page_token_key = bytes.fromhex(key)
        self.postgres.sql(f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'")
        for kind in ("TABLES", "SEQUENCES"):
            self.postgres.sql(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO app")
        hba = self.postgres.data / "pg_hba.conf"
        hba.write_text("host all app 127.0.0.1/32 scram-sha-256\n" + hba.read_text())
        self.postgres.sql("SELECT pg_reload_conf()")
        self.env["UNDERSTUDY_DATABASE_URL"] = self.postgres.url(user=f"app:{PASSWORD}")
        return self

    def __exit__(self, *_):
        self.postgres.__exit__()

    def breaks(self):
        texts = {"message": "content", "assistant": "name"}
        for table, column in texts.items():
            check = f"CHECK ({column} NOT LIKE '%{CONTENT}%') NOT VALID"
            self.postgres.sql(f"ALTER TABLE {table} ADD CONSTRAINT no_{table} {check}")
        yield
        for table in texts:
            self.postgres.sql(f"ALTER TABLE {table} DROP CONSTRAINT no_{table}")
        self.postgres.sql("ALTER ROLE app PASSWORD 'another'")
        self.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
        yield
        self.postgres.sql(f"ALTER ROLE app PASSWORD '{PASSWORD}'")
        self.postgres.stop("immediate")
        yield
        self.postgres.start()


@pytest.mark.parametrize("kind", [SQLiteThatBreaks, PostgresThatBreaks])
def test_no_secret_and_nothing_said_gets_out(tmp_path, disk, kind):
    directory = tmp_path / "data"
    with kind(directory, disk) as store, http_server(misbehave) as url:
        at, env = using(directory, store.env)
        key = json_of("key", "create", *at, "--account", SID, env=env)
        secrets = Secrets(
            token=TOKEN, authorization=AUTHORIZATION.split()[1], secret=key["secret"], sealing=store.sealing_key,
            page_tokens=store.page_token_key, model=MODEL_KEY, password=PASSWORD, content=CONTENT, query=QUERY,
        )
        secrets.add("sealing", bytes.fromhex(store.sealing_key))
        arguments = ["--model", "m", "--model-url", url, "--model-timeout", "3", "--allow-private-callbacks"]
        arguments += ["--webhook-retry-time", "1", *TRUSTING, "--log-level", "trace"]
        with Server(directory, *arguments, env={**store.env, "UNDERSTUDY_MODEL_KEY": MODEL_KEY}) as server:
            attempts = Attempts(server)
            message = {"role": "user", "content": {"content": CONTENT}, "meta": {"meta": CONTENT}}
            names = {"message": requests.post(server.url + LIST, json=message, auth=AUTH).json()["id"]}
            credential = {"write_key": TOKEN}
            names["assistant"] = make_assistant(server, segment_credential=credential, personality_prompt=CONTENT)

            def failed():
                listed = json_of("webhook", "list", *at, env=env)
                return [callback for callback in listed if callback["status"] == "failed"]

            with trying_callbacks(attempts, failed):
                try_models(attempts)
                for _ in range(amount(1, 10)):
                    for secret in (TOKEN, CONTENT):
                        try_bad_requests(attempts, secret, names)
                    try_logins(attempts, key)
                attempts.watch()
            for _ in store.breaks():
                try_a_broken_database(attempts, names)
            wait_until(lambda: requests.get(f"{server.url}/ready").status_code == 200)
            log = server.stop()
    for said in ("password is wrong", "model gave no reply", "Gave up on a webhook", "not a JSON object", "cause="):
        assert said in log
    check_nothing_found(secrets, [("log", line) for line in log.splitlines()] + attempts.published)
    tried = ", ".join(f"{count} {what}" for what, count in attempts.counts.items())
    record(PROMISE, f"{kind.name}, --log-level trace, {tried}: no secret and nothing said in the log or in an error")


def check_nothing_found(secrets, published):
    leaks = [(sorted(secrets.found_in(text)), what, text) for what, text in published if secrets.found_in(text)]
    if leaks:
        pytest.fail(f"{len(leaks)} of {len(published)} texts:\n" + "\n".join(str(leak)[:500] for leak in leaks))


def test_a_start_that_fails_tells_no_secret(tmp_path):
    create_account(tmp_path)
    sealing_key = (tmp_path / "secret.key").read_text().strip()
    place = "127.0.0.1:1/x"
    databases = [
        f"app:{PASSWORD}@{place}", f"app:{PASSWORD}%@{place}", f"app:{PASSWORD}@[{place}",
        f"{place}?password={PASSWORD}%zz", f"{place}?password=a&{PASSWORD}", f"{place}?password={PASSWORD}=a",
        # What must be percent-encoded in a password, and is not.
        f"app:a@{PASSWORD}@{place}", f"app:a/{PASSWORD}@{place}", f"app:1/{PASSWORD}@{place}", f"app:{PASSWORD}/@{place}",
        f"app:a@b?{PASSWORD}@{place}", f"app:a@b?sslmode={PASSWORD}@{place}", f"app:1/b?sslmode={PASSWORD}@{place}",
        f"app:a@[{PASSWORD}@{place}", f"app:a@b,{PASSWORD}@{place}", f"app:{PASSWORD}/x", f"app@db:{PASSWORD}/x",
        f"app:a@b:{PASSWORD}@{place}", f"app:a@b/{PASSWORD}@{place}",
    ]
    urls = [f"postgresql://{database}" for database in databases] + [f"mysql://{databases[0]}"]
    urls.append(f"host=127.0.0.1 port=1 user=app password={PASSWORD} dbname=x")
    new = {"UNDERSTUDY_DATA_DIRECTORY": str(tmp_path / "new"), "UNDERSTUDY_AUTH_TOKEN": TOKEN}
    model = {"UNDERSTUDY_MODEL": "m", "UNDERSTUDY_MODEL_URL": "http://127.0.0.1:1", "UNDERSTUDY_MODEL_KEY": MODEL_KEY}
    starts = [
        *({"UNDERSTUDY_DATABASE_URL": url} for url in urls),
        {"UNDERSTUDY_SECRET_KEY": sealing_key[1:]},
        {**model, "UNDERSTUDY_MODEL_KEY": f"{MODEL_KEY}\n{MODEL_KEY}"},
        {**model, "UNDERSTUDY_MODEL_URL": f"http://127.0.0.1:1/v1?key={MODEL_KEY}"},
        {**new, "UNDERSTUDY_ACCOUNT_SID": "AC1"},
    ]
    said = []
    for start in starts:
        env = {"UNDERSTUDY_DATA_DIRECTORY": str(tmp_path), **start}
        refused = command("serve", "--port", "0", check=False, env=env)
        assert refused.returncode in (1, 64), start
        said.append((start, refused.stdout + refused.stderr))
        # Where a directory is expected, a URL is not made one.
        if url := start.get("UNDERSTUDY_DATABASE_URL"):
            for options in ({"--data-directory": url}, {"--from": url, "--to": tmp_path}, {"--from": tmp_path, "--to": url}):
                words = ["serve", "--port", "0"] if "--data-directory" in options else ["copy"]
                arguments = [part for option in options.items() for part in option]
                refused = command(*words, *arguments, check=False, cwd=tmp_path)
                assert refused.returncode in (1, 64), (url, options)
                said.append((options, refused.stdout + refused.stderr))
    assert not [path for path in tmp_path.iterdir() if ":" in path.name or "=" in path.name]
    check_nothing_found(Secrets(token=TOKEN, sealing=sealing_key, model=MODEL_KEY, password=PASSWORD), said)
    record(PROMISE, f"{len(starts)} starts that fail: no secret in what they say")
