import os

import pytest
from support.databases import empty_database
from support.messages import SESSIONS, message
from support.preload import preloaded
from support.sdk import sdk
from support.understudy import Server, create_account, import_lines

# Only `make soak` builds the program of an earlier version.
collect_ignore = [] if "DEV_EARLIER_PROGRAM" in os.environ else ["postgres/test_rolling_upgrade.py"]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("data")
    create_account(directory)
    import_lines(
        directory, [message(session, number) for session, count in SESSIONS.items() for number in range(1, count + 1)]
    )
    with Server(directory) as server:
        yield server


@pytest.fixture
def client(server):
    return sdk(server)


@pytest.fixture(scope="session")
def disk(tmp_path_factory):
    """The environment of programs that have a worse disk; `disk.c` says what else it takes."""
    return preloaded("disk.c", tmp_path_factory.mktemp("disk"))


@pytest.fixture
def empty_url():
    """The URL of an empty database on the test run's PostgreSQL server."""
    with empty_database() as url:
        yield url
