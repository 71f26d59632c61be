"""Synapse, the Matrix homeserver: a conversation is a room, with one user for each role."""

import concurrent.futures
import contextlib
import json
from pathlib import Path

import servers
from measuring import fetch, run
from peer import Peer, installed

ENVIRONMENT = Path(".build/venv-synapse").absolute()
CLIENT = "/_matrix/client/v3"
ASKED = """\
Synapse: `GET /_matrix/client/v3/rooms/{id}/messages?dir=f&limit=50` from the token before the first message (forwards is
  faster than backwards here), a user's access token, SQLite; no rate limits, no request log, every event in its cache.
  It also finds out for each message whether the user may see it."""
NO_LIMIT = {"per_second": 1e9, "burst_count": 10**9}
LIMITS = {
    "rc_message": NO_LIMIT,
    "rc_registration": NO_LIMIT,
    "rc_room_creation": NO_LIMIT,
    "rc_joins": {"local": NO_LIMIT, "remote": NO_LIMIT},
    "rc_joins_per_room": NO_LIMIT,
    "rc_invites": {"per_room": NO_LIMIT, "per_user": NO_LIMIT, "per_issuer": NO_LIMIT},
}


def versions():
    return installed(ENVIRONMENT, "matrix-synapse", "twisted")


def configuration(root, port):
    """One process on SQLite, with every event in its cache, and warnings alone logged."""
    logging = {"version": 1, "root": {"level": "WARNING"}, "disable_existing_loggers": False}
    # JSON is YAML.
    (root / "log.yaml").write_text(json.dumps(logging))
    listener = {"type": "http", "port": port, "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}
    file = root / "homeserver.yaml"
    file.write_text(
        json.dumps(
            {
                "server_name": "localhost",
                "listeners": [listener],
                "database": {"name": "sqlite3", "args": {"database": f"{root}/homeserver.db"}},
                "caches": {"event_cache_size": "100K", "global_factor": 10},
                "log_config": f"{root}/log.yaml",
                "pid_file": f"{root}/pid",
                "media_store_path": f"{root}/media",
                "signing_key_path": f"{root}/signing.key",
                "macaroon_secret_key": "correct horse",
                "form_secret": "battery staple",
                "trusted_key_servers": [],
                "enable_registration": True,
                "enable_registration_without_verification": True,
                "presence": {"enabled": False},
                "report_stats": False,
                **LIMITS,
            }
        )
    )
    return file


def ask(address, method, path, authorization, body=None):
    return json.loads(fetch(address, CLIENT + path, authorization, body=body, method=method))


def register(address, role):
    """Make a user of the role's name, and give what it authenticates with."""
    body = {"username": role, "password": role, "auth": {"type": "m.login.dummy"}}
    return f"Bearer {ask(address, 'POST', '/register', None, body)['access_token']}"


def fill(address, users, conversation):
    """Make a room of a conversation, and give the path of its page.

    A room begins with events that are no messages, so the page starts at the token that follows them. Forwards is the
    order of the other servers, and here it is faster than backwards.
    """
    invitation = {"preset": "private_chat", "invite": ["@assistant:localhost"]}
    room = f"/rooms/{ask(address, 'POST', '/createRoom', users['user'], invitation)['room_id']}"
    ask(address, "POST", f"{room}/join", users["assistant"], {})
    start = ask(address, "GET", f"{room}/messages?dir=f&limit=100", users["user"])["end"]
    for number, (role, text) in enumerate(conversation):
        message = {"msgtype": "m.text", "body": text}
        ask(address, "PUT", f"{room}/send/m.room.message/{number}", users[role], message)
    return f"{CLIENT}{room}/messages?dir=f&limit=50&from={start}"


def texts(answer):
    return [event["content"]["body"] for event in answer["chunk"]]


@contextlib.contextmanager
def serving(root, conversations):
    root.mkdir()
    port = servers.free_port()
    homeserver = [ENVIRONMENT / "bin/python", "-m", "synapse.app.homeserver", "-c", configuration(root, port)]
    run(*homeserver, "--generate-keys")
    with servers.process(homeserver, port, "/health", cwd=root) as (address, _, _):
        users = {role: register(address, role) for role in ("user", "assistant")}
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            paths = list(pool.map(lambda conversation: fill(address, users, conversation), conversations))
        yield Peer(address, paths, texts, users["user"])
