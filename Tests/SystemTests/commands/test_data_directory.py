"""The data directory's files: created once, and private whatever the umask; nothing that was deleted stays in them."""

import fcntl
import os
import shutil
import sqlite3
import stat
import subprocess
import time
from contextlib import closing, contextmanager

import pytest
import requests
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from support.messages import message
from support.reliability import amount
from support.understudy import AUTH, PROGRAM, Server, command, create_account, environment, import_lines
from support.writers import append, messages_url


def start(*arguments):
    """Start a command, and return its process."""
    return subprocess.Popen(
        [PROGRAM, *map(str, arguments)], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process):
    """Wait for a process that must succeed."""
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def opens(key, sealed):
    try:
        AESGCM(key).decrypt(sealed[:12], sealed[12:], None)
    except InvalidTag:
        return False
    return True


def check_key(directory, accounts):
    """The directory's key opens the auth tokens of so many accounts."""
    key = bytes.fromhex((directory / "secret.key").read_text().strip())
    with closing(sqlite3.connect(directory / "understudy.sqlite")) as database:
        sealed = [row[0] for row in database.execute("SELECT auth_token_sealed FROM account")]
    assert len(sealed) == accounts
    assert all(opens(key, token) for token in sealed)


# The encryption key


def test_first_commands_that_come_at_once_use_one_key(tmp_path):
    for number in range(amount(15, 100)):
        directory = tmp_path / str(number)
        for process in [start("account", "create", "--data-directory", directory) for _ in range(2)]:
            ended(process)
        check_key(directory, accounts=2)
        assert sorted(path.name for path in directory.glob("secret*")) == ["secret.key"]
        shutil.rmtree(directory)


def test_a_server_and_an_account_that_come_first_at_once_use_one_key(tmp_path):
    for number in range(amount(8, 50)):
        directory = tmp_path / str(number)
        create = start("account", "create", "--data-directory", directory)
        with Server(directory):
            ended(create)
        with closing(sqlite3.connect(directory / "understudy.sqlite")) as database:
            accounts = database.execute("SELECT count(*) FROM account").fetchone()[0]
        check_key(directory, accounts)


def test_the_key_is_on_the_disk_before_anything_is_sealed_with_it(tmp_path, disk):
    directory, kept = tmp_path / "data", tmp_path / "kept"
    directory.mkdir(mode=0o700)
    kept.mkdir()
    env = {**disk, "DISK_DIRECTORY": str(directory), "DISK_KEPT": str(kept)}
    command("account", "create", "--data-directory", directory, env=env)
    # What a power cut would leave.
    assert (kept / "secret.key").read_text() == (directory / "secret.key").read_text()
    check_key(kept, accounts=1)


@pytest.mark.parametrize("text", ["", "ab" * 31, "zz" * 32])
def test_a_key_that_is_none_is_not_replaced(tmp_path, text):
    (tmp_path / "secret.key").write_text(text)
    result = command("account", "create", "--data-directory", tmp_path, check=False)
    assert result.returncode == 1 and "must hold 64 hexadecimal digits" in result.stderr
    assert (tmp_path / "secret.key").read_text() == text


def test_a_database_is_opened_by_one_command_at_a_time(tmp_path):
    with open(tmp_path / "open.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        creates = [start("account", "create", "--data-directory", tmp_path) for _ in range(2)]
        time.sleep(1)
        assert all(create.poll() is None for create in creates)
        assert not (tmp_path / "understudy.sqlite").exists()
    for create in creates:
        ended(create)
    check_key(tmp_path, accounts=2)


# Modes


@contextmanager
def umask(mask):
    previous = os.umask(mask)
    yield
    os.umask(previous)


def modes(directory):
    return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in directory.iterdir()}


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_every_file_is_private_whatever_the_umask(tmp_path, mask):
    directory, restored = tmp_path / "data", tmp_path / "restored"
    with umask(mask):
        for path in (directory, restored):
            path.mkdir()
            path.chmod(0o755)
        with Server(directory) as server:
            command("backup", "--data-directory", directory, directory / "backup")
            found = modes(directory)
            log = server.stop()
        command("restore", "--data-directory", restored, directory / "backup")
        command("account", "list", "--data-directory", restored)
        command("check", directory / "backup")
    names = {"understudy.sqlite", "understudy.sqlite-wal", "understudy.sqlite-shm"}
    locks = {"serve.lock", "open.lock"}
    assert found == dict.fromkeys(names | locks | {"secret.key", "initial-credentials", "backup"}, "0o600")
    assert set(modes(restored).values()) | set(modes(directory).values()) == {"0o600"}
    assert f"The data directory {directory} is open to other users (mode 755). Run: chmod 700 {directory}" in log


def test_a_directory_that_others_can_enter_is_named_also_behind_a_link(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o755)
    (tmp_path / "link").symlink_to(tmp_path / "data")
    assert "is open to other users (mode 755)" in command("account", "create", "--data-directory", tmp_path / "link").stderr


def test_files_that_others_can_open_are_closed_to_them(tmp_path):
    create_account(tmp_path)
    names = [path.name for path in tmp_path.iterdir()]
    for path in tmp_path.iterdir():
        path.chmod(0o644)
    (tmp_path / "understudy.sqlite.version-1").touch(mode=0o640)
    (tmp_path / "mine").touch()
    (tmp_path / "mine").chmod(0o644)
    warnings = command("account", "list", "--data-directory", tmp_path).stderr
    found = modes(tmp_path)
    assert found.pop("mine") == "0o644"
    assert set(found.values()) == {"0o600"}
    for name in [*names, "understudy.sqlite.version-1"]:
        assert f"Other users could open {tmp_path / name} (mode 6" in warnings
    assert "data directory" not in warnings
    assert "Other users" not in command("account", "list", "--data-directory", tmp_path).stderr


def test_credentials_that_replace_a_file_of_others_are_private(tmp_path):
    (tmp_path / "initial-credentials").touch()
    (tmp_path / "initial-credentials").chmod(0o666)
    with Server(tmp_path):
        assert modes(tmp_path)["initial-credentials"] == "0o600"
        assert "UNDERSTUDY_AUTH_TOKEN=" in (tmp_path / "initial-credentials").read_text()


# Deleted text


def files_with(directory, text):
    return [path.name for path in directory.iterdir() if text.encode() in path.read_bytes()]


def test_nothing_that_was_deleted_stays_in_a_file_after_a_stop(tmp_path):
    create_account(tmp_path)
    # Short texts, which share pages, and long ones, which have pages of their own; the second half stays.
    lengths = [10, 300, 3_000, 9_000, 100_000]
    texts = {number: f"text-{number:05}-" * (lengths[number % 5] // 11) for number in range(200)}
    with Server(tmp_path) as server:
        ids = {}
        for number, text in texts.items():
            ids[number] = append(server, [text or f"text-{number:05}-"], f"s{number % 3}").json()["id"]
        replaced = requests.put(
            f"{messages_url(server, 's1')}/{ids[199]}", json={"content": {"content": "new"}}, auth=AUTH
        )
        assert replaced.status_code == 200
        for number in range(100):
            url = f"{messages_url(server, f's{number % 3}')}/{ids[number]}"
            assert requests.delete(url, auth=AUTH).status_code == 204
        server.process.terminate()
        assert server.process.wait(timeout=20) == 0
    assert (tmp_path / "understudy.sqlite-wal").stat().st_size == 0
    deleted = [number for number in [*range(100), 199] if files_with(tmp_path, f"text-{number:05}-")]
    assert deleted == []
    assert len([number for number in range(100, 199) if files_with(tmp_path, f"text-{number:05}-")]) == 99


def test_a_stop_waits_for_no_reader_of_the_log(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", number) for number in range(10)])
    with Server(tmp_path) as server, closing(sqlite3.connect(tmp_path / "understudy.sqlite")) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM message").fetchone()
        assert append(server, ["one more"]).status_code == 201
        start = time.monotonic()
        server.process.terminate()
        assert server.process.wait(timeout=20) == 0
        assert time.monotonic() - start < 5
        assert "the write-ahead log could not be emptied" in server.stop()
