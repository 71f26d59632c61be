"""7,168 real conversations, imported and walked with the official SDK."""

import itertools

from support.messages import chitchat_messages
from support.sdk import sdk
from support.understudy import Server, create_account, import_lines


def test_every_conversation_comes_back_as_it_was(tmp_path):
    messages = chitchat_messages()
    assert len(messages) == 258_145
    create_account(tmp_path)
    summary = import_lines(tmp_path, messages)
    assert (summary["stored"], summary["already_there"], summary["sessions"]) == (258_145, 0, 7_168)

    with Server(tmp_path) as server:
        client = sdk(server)
        for session_id, lines in itertools.groupby(messages, key=lambda message: message["session_id"]):
            listed = client.assistants.v1.sessions(session_id).messages.list(page_size=1000)
            assert [as_line(message) for message in listed] == list(lines)
        sessions = client.assistants.v1.sessions.list(page_size=1000)
        assert len(sessions) == 7_168

    again = import_lines(tmp_path, messages)
    assert (again["stored"], again["already_there"]) == (0, 258_145)


def as_line(message):
    return {
        "session_id": message.session_id,
        "identity": message.identity,
        "role": message.role,
        "content": message.content,
        "date_created": message.date_created.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
