"""Messages to import."""

import importlib.util

from support.paths import ROOT


def chitchat_messages():
    """The messages of 7,168 real conversations, as `scripts/chitchat_to_jsonl.py` makes them."""
    path = ROOT / "scripts" / "chitchat_to_jsonl.py"
    spec = importlib.util.spec_from_file_location("chitchat_to_jsonl", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.lines())


def message(session, number, **fields):
    """One message of a session, told from the others by its text."""
    return {
        "session_id": session,
        "role": "user" if number % 2 else "assistant",
        "content": {"content": f"text {number}"},
        "date_created": f"2024-05-01T10:{number // 60 % 60:02}:{number % 60:02}Z",
        **fields,
    }


# Those of the fixture `server`, and how many messages each has.
SESSIONS = {
    "s1": 120,
    "exact": 100,
    "long": 2_500,
    "webhook:conversations__IS1/CH2 é": 5,
    "voice:CA1": 3,
    "a:b/c d": 3,
    "ends/Messages": 2,
}
