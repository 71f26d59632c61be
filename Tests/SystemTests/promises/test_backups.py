"""Backups that are made while the server writes, what is restored from them, and what the check of a database finds."""

import json
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest
import requests
from support.messages import message
from support.paths import ROOT
from support.reliability import amount, record
from support.understudy import AUTH, PROGRAM, Server, command, create_account, import_lines
from support.writers import Writers, append, messages_url, walk

pytestmark = pytest.mark.promise


def check(*arguments, code=0):
    """Check a database, and return the problems that are found."""
    result = command("check", *arguments, "--format", "json", check=False)
    assert result.returncode == code, result.stderr
    return json.loads(result.stdout)["problems"]


def backed_up_and_restored(writers, data, directory):
    """Back up under the writers, restore, and return how many batches were acknowledged before: they are in it."""
    directory.mkdir()
    writers.go_on()
    before = list(writers.acknowledged)
    command("backup", "--data-directory", data, directory / "backup")
    writers.go_on(1)
    assert check(directory / "backup") == []
    assert "sealing key" in command("restore", "--data-directory", directory, directory / "backup").stdout
    shutil.copy(data / "secret.key", directory)
    with Server(directory) as server:
        stored = walk(server, size=1_000)
        batches = {text.rsplit("-", 1)[0] for text in stored}
        assert set(before) <= batches
        # Each batch is complete, and stored once.
        assert sorted(stored) == sorted(part for batch in batches for part in writers.parts(batch))
        assert append(server, ["one more"]).status_code == 201
    return len(before)


def test_a_backup_under_writes_has_what_was_acknowledged_before_it_began(tmp_path):
    data = tmp_path / "data"
    create_account(data)
    rounds = amount(5, 50)
    with Server(data) as server:
        with Writers(server) as writers:
            for number in range(rounds):
                acknowledged = backed_up_and_restored(writers, data, tmp_path / str(number))
        writers.check()
    record(
        "Backups restore",
        f"{rounds} backups under writes, {acknowledged:,} batches acknowledged before the last, all in it",
    )


def test_a_backup_is_the_same_to_clients(tmp_path):
    data, restored = tmp_path / "data", tmp_path / "restored"
    create_account(data)
    import_lines(data, [message("s", number) for number in range(1, 121)])
    with Server(data) as server:
        first = requests.get(f"{messages_url(server)}?PageSize=50", auth=AUTH).json()
    command("backup", "--data-directory", data, tmp_path / "backup")
    shutil.copytree(data, restored, ignore=shutil.ignore_patterns("understudy.sqlite*"))
    assert "sealing key" not in command("restore", "--data-directory", restored, tmp_path / "backup").stdout
    with Server(restored) as server:
        following = requests.get(first["meta"]["next_page_url"].replace(first["meta"]["url"].split("/v1")[0], server.url), auth=AUTH)
        texts = [item["content"]["content"] for item in following.json()["messages"]]
    assert texts == [f"text {number}" for number in range(51, 101)]


def test_a_backup_is_on_the_disk_when_the_command_ends(tmp_path, disk):
    data, backups, kept = (tmp_path / name for name in ("data", "backups", "kept"))
    create_account(data)
    import_lines(data, [message("s", number) for number in range(1, 121)])
    backups.mkdir()
    kept.mkdir()
    env = {**disk, "DISK_DIRECTORY": str(backups), "DISK_KEPT": str(kept)}
    command("backup", "--data-directory", data, backups / "monday", env=env)
    # What a power cut would leave.
    assert (kept / "monday").read_bytes() == (backups / "monday").read_bytes()


def refused(*arguments, env=None):
    result = command(*arguments, check=False, env=env)
    assert result.returncode == 1
    return result.stderr


def test_what_cannot_be_backed_up_or_restored_is_said(tmp_path):
    data = tmp_path / "data"
    create_account(data)
    backup = tmp_path / "backup"
    command("backup", "--data-directory", data, backup)
    assert f"The file {backup} already exists." in refused("backup", "--data-directory", data, backup)
    assert "no database" in refused("backup", "--data-directory", tmp_path / "none", tmp_path / "other")
    # What is not its own stays, whatever it is called.
    (tmp_path / "mine.partial").mkdir()
    (tmp_path / "also.partial").write_text("precious")
    for name in ("mine", "also"):
        assert f"There is a file {tmp_path / name}.partial" in refused("backup", "--data-directory", data, tmp_path / name)
    assert (tmp_path / "mine.partial").is_dir()
    assert (tmp_path / "also.partial").read_text() == "precious"
    assert "because its directory does not exist" in refused("backup", "--data-directory", data, tmp_path / "no" / "such" / "directory")
    postgres = {"UNDERSTUDY_DATABASE_URL": "postgresql://understudy@db.example.com/understudy"}
    assert "pg_dump" in refused("backup", tmp_path / "other", env=postgres)
    assert "already" in refused("restore", "--data-directory", data, backup)
    assert "No such file" in refused("restore", "--data-directory", tmp_path / "new", tmp_path / "none")
    (tmp_path / "text").write_text("This is no database, though it is long enough to be taken for one by its size." * 99)
    assert "not a SQLite database" in refused("restore", "--data-directory", tmp_path / "new", tmp_path / "text")
    with closing(sqlite3.connect(tmp_path / "foreign")) as database:
        database.execute("CREATE TABLE t (x)")
    assert "another program" in refused("restore", "--data-directory", tmp_path / "new", tmp_path / "foreign")
    assert not (tmp_path / "new").exists()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "understudy.sqlite.partial").touch()
    assert "restoration was not finished" in refused("serve", "--data-directory", tmp_path / "new", "--port", "0")
    (tmp_path / "new" / "understudy.sqlite.partial").unlink()
    with Server(data) as server:
        # Its database is there, and so is the server.
        problem = f"Process {server.process.pid} is using the data directory {data}. Stop it first."
        assert problem in refused("restore", "--data-directory", data, backup)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["serve.lock"]
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_backup_that_is_cut_off_leaves_nothing_of_its_name(tmp_path):
    data, backup = tmp_path / "data", tmp_path / "backup"
    create_account(data)
    import_lines(data, [message(f"s{number % 50}", number, content={"content": "x" * 500}) for number in range(20_000)])
    for number in range(amount(5, 30)):
        process = subprocess.Popen([PROGRAM, "backup", "--data-directory", data, backup], stdout=subprocess.DEVNULL)
        time.sleep(0.01 + number * 0.01)
        process.kill()
        process.wait()
        if backup.exists():
            assert check(backup) == []
            backup.unlink()
        for part in tmp_path.glob("backup.partial*"):
            assert part.stat().st_mode & 0o777 == 0o600
            part.unlink()
    command("backup", "--data-directory", data, backup)
    assert check(backup) == []


@pytest.mark.parametrize(
    "damage, problem",
    [
        ("DELETE FROM session", "100 messages belong to no session"),
        ("UPDATE session SET last_position = 99", "1 sessions have messages behind"),
        ("UPDATE message SET content = '{' WHERE key & 1", "50 messages have a role"),
        ("UPDATE message SET meta = '[]' WHERE key & 1", "50 messages have a role"),
        ("UPDATE message SET role = 'system' WHERE key & 1", "50 messages have a role"),
        ("DELETE FROM account", "belongs to a row of account"),
    ],
)
def test_a_check_finds_what_must_not_be(tmp_path, damage, problem):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", number) for number in range(100)])
    path = tmp_path / "understudy.sqlite"
    assert check("--data-directory", tmp_path) == []
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(damage)
    problems = check("--data-directory", tmp_path, code=1)
    assert any(problem in text for text in problems), problems
    assert "is damaged" in refused("backup", "--data-directory", tmp_path, tmp_path / "backup")
    assert not list(tmp_path.glob("backup*"))


def test_a_check_finds_damage_of_the_file(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", number) for number in range(1_000)])
    path = tmp_path / "understudy.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = database.execute("PRAGMA page_size").fetchone()[0]
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // size // 2 * size)
        file.write(bytes(size))
    assert check(path, code=1) != []
    refused("backup", "--data-directory", tmp_path, tmp_path / "backup")
    assert not list(tmp_path.glob("backup*"))


def test_the_sample_is_whole_and_is_restored(tmp_path):
    data, restored = tmp_path / "data", tmp_path / "restored"
    create_account(data)
    sample = ROOT / "scripts" / "sample-session.jsonl"
    command("import", "--data-directory", data, "--account", AUTH[0], sample)
    assert check("--data-directory", data) == []
    command("backup", "--data-directory", data, tmp_path / "backup")
    command("restore", "--data-directory", restored, tmp_path / "backup")
    with Server(data) as one, Server(restored) as other:
        lists = [requests.get(messages_url(server, "sample"), auth=AUTH).json()["messages"] for server in (one, other)]
    assert lists[0] == lists[1]
    assert {"user", "assistant", "knowledge"} <= {message["role"] for message in lists[0]}
