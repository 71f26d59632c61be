"""Writes what a version of the program leaves behind, on either store, and what it showed of that: files for test_earlier_versions.py.

UNDERSTUDY=PROGRAM DEV_DATABASE_URL=URL python make.py FOLDER, where the URL is of a PostgreSQL server that the program's
own user may create databases on.
"""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import requests

sys.path.insert(0, str(Path(__file__).parents[2]))
from support.receivers import ScriptedModel, http_server  # noqa: E402
from support.understudy import (  # noqa: E402
    AUTH, OTHER_SID, SEALING_KEY, SID, Server, create_account, json_of, prepare_postgres, using, wait_until,
)

OTHER_TOKEN = "another horse battery staple"
# URLs in answers begin with it, whatever the server's port.
HOST = {"Host": "understudy.test"}
BIN = Path("/usr/lib/postgresql/15/bin")
TEXTS = ["plain", "é 😀 \u2028", 'a "quote" \\ and\ttab', "", "x" * 3_000, "6", "7", "8", "9", "10", "11", "12"]


def call(server, method, path, status, **options):
    headers = {**HOST, **options.pop("headers", {})}
    answer = requests.request(method, f"{server.url}/v1{path}", auth=AUTH, headers=headers, timeout=60, **options)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def shown(server, path, field):
    """All items of a list in pages of four, and the path that led to its second page."""
    items, second = [], None
    url = f"{path}?PageSize=4"
    while url:
        page = call(server, "GET", url, 200)
        items += page[field]
        following = page["meta"]["next_page_url"]
        url = following and following.split("/v1", 1)[1]
        second = second or url
    return {"items": items, "second": second}


def fill(server):
    """Make what a program makes in its life, and return what is shown of it."""
    details = {
        "name": "Ann", "owner": "us", "personality_prompt": "Be kind, é.",
        "customer_ai": {"perception_engine_enabled": True, "personalization_engine_enabled": False},
        "segment_credential": {"profile_api_key": "profile", "space_id": "space", "write_key": "write"},
    }
    ann = call(server, "POST", "/Assistants", 201, json=details)["id"]
    for name in ("Bob", "Cy", "Dee", "Eve"):
        call(server, "POST", "/Assistants", 201, json={"name": name})
    cy = call(server, "GET", "/Assistants", 200)["assistants"][2]["id"]
    call(server, "DELETE", f"/Assistants/{cy}", 204)
    for text in TEXTS[:3]:
        sent = {"identity": "user_id:alice", "body": text, "session_id": "talk"}
        call(server, "POST", f"/Assistants/{ann}/Messages", 200, json=sent)
    ids = []
    for number, text in enumerate(TEXTS):
        role = "assistant" if number % 2 else "user"
        body = {"role": role, "content": {"content": text, "number": 1.50}, "meta": {"n": number}, "identity": "email:a@b.c"}
        key = {"Idempotency-Key": f"notes {number}"}
        ids.append(call(server, "POST", "/Sessions/notes/Messages", 201, json=body, headers=key)["id"])
    call(server, "PUT", f"/Sessions/notes/Messages/{ids[2]}", 200, json={"content": {"content": "edited"}})
    for gone in ids[4:6]:
        call(server, "DELETE", f"/Sessions/notes/Messages/{gone}", 204)
    call(server, "POST", "/Sessions/gone/Messages", 201, json={"role": "user", "content": {"content": "gone"}})
    call(server, "DELETE", "/Sessions/gone", 204)
    sent = {"identity": "user_id:alice", "body": "reported", "session_id": "called", "webhook": "http://127.0.0.1:9/"}
    call(server, "POST", f"/Assistants/{ann}/Messages", 202, json=sent)
    return ann


def make(directory, env=None):
    """Fill one store, and return what was shown of it."""
    at, env = using(directory, env)
    key = json_of("key", "create", *at, "--account", SID, env=env)
    create_account(directory, OTHER_SID, OTHER_TOKEN, env=env)
    other = [{"id": f"aia_msg_{n}", "session_id": "theirs", "role": "user", "content": {"content": str(n)}} for n in range(9)]
    identity = {"identity": "user_id:bob", "assistant_id": "aia_asst_1"}
    lines = "".join(json.dumps({**line, **identity}) + "\n" for line in other)
    json_of("import", *at, "--account", OTHER_SID, "-", input=lines, env=env)
    with Server(directory, "--model", "echo", "--allow-private-callbacks", env=env) as server:
        assistant = fill(server)
        wait_until(lambda: [line["attempts"] for line in json_of("callback", "list", *at, env=env)] == [1])
        lists = ["/Sessions", "/Assistants", *(f"/Sessions/{session}/Messages" for session in ("talk", "notes", "called"))]
        seen = {path: shown(server, path, path.rsplit("/", 1)[1].lower()) for path in lists}
    model = ScriptedModel(lambda handler: time.sleep(3))
    with http_server(model) as url:
        server = Server(directory, "--model", "m", "--model-url", url, env=env)
        sent = {"identity": "user_id:alice", "body": "waits", "session_id": "waiting", "webhook": "https://example.invalid/"}
        call(server, "POST", f"/Assistants/{assistant}/Messages", 202, json=sent)
        wait_until(lambda: model.asked)
        server.process.kill()
        server.process.wait()
    return {"key": {"sid": key["sid"], "secret": key["secret"]}, "shown": seen}


def make_sqlite(folder):
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "secret.key").write_text(SEALING_KEY["UNDERSTUDY_SECRET_KEY"] + "\n")
        create_account(directory)
        expected = make(directory)
        database = Path(directory) / "understudy.sqlite"
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        write(folder, "understudy.sqlite", database.read_bytes(), expected)


def make_postgres(folder):
    server = os.environ["DEV_DATABASE_URL"]
    subprocess.run([BIN / "psql", "--quiet", "--command", "CREATE DATABASE earlier", server], check=True)
    url = urlunsplit(urlsplit(server)._replace(path="/earlier"))
    with tempfile.TemporaryDirectory() as directory:
        env = prepare_postgres(url, directory)
        expected = make(directory, env)
        dump = subprocess.run([BIN / "pg_dump", "--no-owner", "--no-privileges", url], check=True, capture_output=True).stdout
        write(folder, "postgres.sql", dump, expected)


def write(folder, name, contents, expected):
    (folder / f"{name}.gz").write_bytes(gzip.compress(contents, mtime=0))
    (folder / f"{name}.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    make_sqlite(folder)
    make_postgres(folder)
