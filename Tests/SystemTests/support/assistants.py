"""Assistants, what is sent to them, and what is in the transcript then."""

import requests
from support.sdk import sdk
from support.understudy import AUTH


def make_assistant(server, **fields):
    answer = requests.post(f"{server.url}/v1/Assistants", json={"name": "Ann", **fields}, auth=AUTH)
    assert answer.status_code == 201
    return answer.json()["id"]


def send(server, assistant, body, session="s", headers=None, timeout=60, **fields):
    return requests.post(
        f"{server.url}/v1/Assistants/{assistant}/Messages",
        json={"identity": "user_id:alice", "body": body, "session_id": session, **fields},
        headers=headers,
        auth=AUTH,
        timeout=timeout,
    )


def transcript(server, session="s", page_size=3):
    messages = sdk(server).assistants.v1.sessions(session).messages.list(page_size=page_size)
    return [(message.role, message.content["content"]) for message in messages]
