import importlib.util
import subprocess
from pathlib import Path

import pytest
from twilio.rest import Client

from understudy import SID, TOKEN, Server, create_account, import_lines

ROOT = Path(__file__).resolve().parents[2]


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


SESSIONS = {
    "s1": 120,
    "exact": 100,
    "long": 2_500,
    "webhook:conversations__IS1/CH2 é": 5,
    "voice:CA1": 3,
    "a:b/c d": 3,
    "ends/Messages": 2,
}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("data")
    create_account(directory)
    import_lines(
        directory, [message(session, number) for session, count in SESSIONS.items() for number in range(1, count + 1)]
    )
    with Server(directory) as server:
        yield server


def sdk(server, user=SID, password=TOKEN, account=SID):
    """The official SDK, pointed at the server by one line."""
    client = Client(user, password, account)
    client.assistants.base_url = server.url
    return client


@pytest.fixture
def client(server):
    return sdk(server)


def preloaded(source, directory):
    """Build a library of a source that lies here, and return the environment of programs that have it in front."""
    library = directory / f"{source}.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", library, Path(__file__).with_name(source), "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


@pytest.fixture(scope="session")
def disk(tmp_path_factory):
    """The environment of programs that have a worse disk; `disk.c` says what else it takes."""
    return preloaded("disk.c", tmp_path_factory.mktemp("disk"))
