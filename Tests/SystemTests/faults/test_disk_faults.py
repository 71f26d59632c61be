"""A fault of the disk is an error, never a wrong answer; the server stays up, and goes on when the disk does."""

import errno
import os
import random
import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests
from support.faulty_disk import READING, SYNCHRONIZING, WRITING, FaultyDisk
from support.messages import message
from support.postgres_server import as_root
from support.reliability import record
from support.understudy import AUTH, Server, create_account, import_lines, wait_until
from support.writers import Writers, append, is_unavailable, messages_url, walk

pytestmark = pytest.mark.promise

PROMISE = "A fault of the disk is an error, never a wrong 200"
LONG = {"content": {"content": "x" * 1_500}}


def import_sessions(directory, count):
    """Import so many sessions of 50 long messages, and return their ids."""
    create_account(directory)
    sessions = [f"s{number}" for number in range(count)]
    import_lines(directory, [message(session, number, **LONG) for session in sessions for number in range(50)])
    return sessions


def pages_of(server, sessions):
    """The first page of each session, which must be there."""
    answers = [requests.get(messages_url(server, session), auth=AUTH, timeout=30) for session in sessions]
    assert all(answer.status_code == 200 for answer in answers)
    return [answer.json()["messages"] for answer in answers]


def faults_among(server, sessions, pages):
    """How many of the sessions cannot be read; the others' pages must be those given."""
    faults = 0
    for session, page in zip(sessions, pages):
        answer = requests.get(messages_url(server, session), auth=AUTH, timeout=30)
        if answer.status_code == 200:
            assert answer.json()["messages"] == page
        else:
            assert (answer.status_code, answer.json()["code"]) == (500, 20500)
            faults += 1
    return faults


@pytest.mark.parametrize(
    "operation, error",
    [
        (WRITING, errno.EIO), (WRITING, errno.ENOSPC), (WRITING, errno.EROFS),
        (SYNCHRONIZING, errno.EIO), (SYNCHRONIZING, errno.ENOSPC),
    ],
)
def test_a_disk_that_takes_nothing_loses_nothing(tmp_path, disk, operation, error):
    directory = tmp_path / "data"
    create_account(directory)
    faulty = FaultyDisk(directory, disk)
    # A disk without room or one that is read-only may take it later; one that is broken is a fault.
    refusal = 500 if error == errno.EIO else 503
    with Server(directory, env=faulty.env) as server:
        with Writers(server, refusals=(refusal,)) as writers:
            for _ in range(3):
                writers.go_on()
                with faulty.failing(operation, error):
                    refused = writers.refused
                    wait_until(lambda: writers.refused >= refused + 16)
                    # Lists still work.
                    assert requests.get(messages_url(server), auth=AUTH, timeout=10).status_code == 200
            writers.go_on()
        writers.check()
    with Server(directory) as server:
        writers.check(server)
    record(PROMISE, "writes that fail, and synchronizations: 500 or 503, nothing lost")


def appended_together(server, directory, texts, before_commit):
    """Append each text to a session of its own, all in one transaction but the first, and return the statuses.

    before_commit: what to do when all of them wait.
    """
    with ThreadPoolExecutor(len(texts)) as threads, closing(
        sqlite3.connect(directory / "understudy.sqlite", isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = [threads.submit(append, server, [text], f"s{number}") for number, text in enumerate(texts)]
        # Longer than a server needs to read them, and shorter than it waits for the lock.
        time.sleep(2)
        before_commit()
        other.execute("ROLLBACK")
        return [answer.result().status_code for answer in answers]


def test_a_disk_that_fills_up_within_a_transaction_refuses_what_does_not_fit(tmp_path, disk):
    directory = tmp_path / "data"
    create_account(directory)
    faulty = FaultyDisk(directory, disk)
    # Together more than SQLite keeps in memory, so that it writes before the transaction ends.
    texts = [f"{number} " + "x" * 400_000 for number in range(16)]
    with Server(directory, env=faulty.env) as server:
        assert appended_together(server, directory, texts, lambda: None) == [201] * 16
        with faulty.failing(WRITING, 0):
            statuses = appended_together(server, directory, texts, lambda: faulty.set(WRITING, errno.ENOSPC))
        assert statuses == [503] * 16
        assert appended_together(server, directory, texts, lambda: None) == [201] * 16
        stored = [walk(server, f"s{number}") for number in range(16)]
        assert stored == [[text] * 2 for text in texts]
    record(PROMISE, "a disk that fills up within a transaction: 503 for all that it held, nothing lost")


def test_a_disk_that_cannot_be_read_is_an_error(tmp_path, disk):
    directory = tmp_path / "data"
    # More than SQLite keeps in memory.
    sessions = import_sessions(directory, 200)
    faulty = FaultyDisk(directory, disk)
    with Server(directory, "--page-cache", "0", env=faulty.env) as server:
        pages = pages_of(server, sessions)
        with faulty.failing(READING, errno.EIO):
            assert faults_among(server, sessions, pages) > 100
        assert pages_of(server, sessions) == pages
        log = server.stop()
    assert "SQLite error" in log
    record(PROMISE, "reads that fail: 500, and right again afterwards")


def test_a_full_disk_loses_nothing(tmp_path):
    directory = tmp_path / "data"
    directory.mkdir()
    as_root("mount", "-t", "tmpfs", "-o", f"size=16M,uid={os.geteuid()}", "tmpfs", directory)
    try:
        create_account(directory)
        with Server(directory) as server:
            with Writers(server, count=4) as writers:
                writers.go_on()
                filler = directory / "filler"
                with pytest.raises(OSError), open(filler, "wb") as file:
                    while True:
                        file.write(bytes(65_536))
                        file.flush()
                refused = writers.refused
                wait_until(lambda: writers.refused >= refused + 8)
                filler.unlink()
                writers.go_on()
            writers.check()
    finally:
        as_root("umount", directory)
    record(PROMISE, "a full disk: 503, nothing lost, and on when there is room")


def test_a_database_that_somebody_keeps_locked_is_unavailable_to_writers_alone(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path) as server:
        assert append(server, ["one"]).status_code == 201
        with closing(sqlite3.connect(tmp_path / "understudy.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert is_unavailable(append(server, ["two"]))
            assert walk(server) == ["one"]
            other.execute("ROLLBACK")
        assert append(server, ["three"]).status_code == 201
        assert walk(server) == ["one", "three"]
    record(PROMISE, "a locked database: 503 for writes, lists go on")


def test_a_damaged_page_is_an_error_for_those_that_need_it(tmp_path):
    sessions = import_sessions(tmp_path, 20)
    path = tmp_path / "understudy.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = database.execute("PRAGMA page_size").fetchone()[0]
        root = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'message'").fetchone()[0]
    with Server(tmp_path, "--page-cache", "0") as server:
        pages = pages_of(server, sessions)
    shutil.copy(path, tmp_path / "whole")
    leaves = leaf_pages(path, root, size)
    for damage in (bytes(size), random.Random(1).randbytes(size)):
        with open(path, "r+b") as file:
            for number in leaves[len(leaves) // 2 : len(leaves) // 2 + 4]:
                file.seek((number - 1) * size)
                file.write(damage)
        with Server(tmp_path, "--page-cache", "0") as server:
            assert 0 < faults_among(server, sessions, pages) < len(sessions)
            assert append(server, ["another"], "another").status_code == 201
        shutil.copy(tmp_path / "whole", path)
        with Server(tmp_path, "--page-cache", "0") as server:
            assert pages_of(server, sessions) == pages
    record(PROMISE, "a damaged page: 500 for the sessions on it, the others as before")


def leaf_pages(path, root, size):
    """The numbers of a table's leaf pages, in the order of its keys (https://www.sqlite.org/fileformat2.html)."""
    content = path.read_bytes()

    def under(number):
        page = content[(number - 1) * size : number * size]
        if page[0] == 13:
            return [number]
        cells = [int.from_bytes(page[12 + 2 * cell :][:2], "big") for cell in range(int.from_bytes(page[3:5], "big"))]
        children = [int.from_bytes(page[cell : cell + 4], "big") for cell in cells] + [int.from_bytes(page[8:12], "big")]
        return [leaf for child in children for leaf in under(child)]

    return under(root)
