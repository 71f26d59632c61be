"""`understudy export`, and what becomes of its file when it is interrupted."""

import errno
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import threading
from contextlib import suppress

import pytest
import requests
from support.databases import empty_database, sql
from support.faulty_disk import READING, SYNCHRONIZING, WRITING, FaultyDisk
from support.messages import message
from support.understudy import (
    AUTH,
    OTHER_SID,
    PROGRAM,
    SID,
    Server,
    command,
    create_account,
    environment,
    import_lines,
    json_of,
    prepare_postgres,
    wait_until,
)

MESSAGES = [message(f"s{number % 7}", number, id=f"aia_msg_{number}") for number in range(100)]


@pytest.fixture
def directory(tmp_path):
    """A data directory with an account and some messages."""
    create_account(tmp_path / "data")
    import_lines(tmp_path / "data", MESSAGES)
    return tmp_path / "data"


def export(directory, *arguments, **options):
    return command("export", "--data-directory", directory, *arguments, **options)


def fails(directory, *arguments, code=1, **options):
    result = export(directory, *arguments, check=False, **options)
    assert (result.returncode, result.stdout) == (code, "")
    return result.stderr


def partial(file):
    return file.with_name(file.name + ".partial")


def names(directory):
    """The files in a directory, but for the data directories."""
    return {path.name for path in directory.iterdir() if path.is_file()}


def test_an_export_is_imported_and_exported_as_the_same_bytes(directory, tmp_path):
    file = tmp_path / "out.jsonl"
    summary = json.loads(export(directory, file, "--format", "json").stdout)
    data = file.read_bytes()
    assert (summary["messages"], summary["sessions"], summary["bytes"]) == (100, 7, len(data))
    assert summary["sha256"] == hashlib.sha256(data).hexdigest()
    lines = [json.loads(line) for line in data.splitlines()]
    assert [line["id"] for line in lines if line["session_id"] == "s3"] == [
        m["id"] for m in MESSAGES if m["session_id"] == "s3"
    ]
    assert file.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == {"out.jsonl"}
    create_account(tmp_path / "other", OTHER_SID)
    command("import", "--data-directory", tmp_path / "other", "--account", OTHER_SID, file)
    result = export(tmp_path / "other", "-")
    assert result.stdout.encode() == data
    assert summary["sha256"] in result.stderr
    assert json_of("import", "--data-directory", directory, "--account", SID, file)["already_there"] == 100


def test_one_account_is_the_default_and_several_must_be_told_apart(directory):
    create_account(directory, OTHER_SID)
    assert "There are 2 accounts: name one with --account" in fails(directory, "-", code=64)
    assert export(directory, "--account", OTHER_SID, "-").stdout == ""
    assert len(export(directory, "-", env={"UNDERSTUDY_ACCOUNT": SID}).stdout.splitlines()) == 100
    assert "There is no account AC0" in fails(directory, "--account", "AC" + 32 * "0", "-")


def test_one_session_or_those_of_an_identity_are_exported(directory):
    import_lines(directory, [message("webhook:w", 1, identity="user_id:alice"), message("webhook:w", 2)])
    for selection in (["--session", "w"], ["--identity", "user_id:alice"]):
        lines = export(directory, *selection, "-").stdout.splitlines()
        assert [json.loads(line)["session_id"] for line in lines] == ["webhook:w"] * 2
    assert "exclude each other" in fails(directory, "--session", "w", "--identity", "user_id:alice", "-", code=64)


def test_a_file_that_exists_is_not_replaced_and_a_failure_leaves_none(directory, tmp_path):
    file = tmp_path / "out.jsonl"
    assert "no such session" in fails(directory, "--session", "nowhere", file)
    assert names(tmp_path) == set()
    file.write_text("mine")
    assert f"{file} already exists" in fails(directory, file)
    assert file.read_text() == "mine"
    missing = tmp_path / "nowhere" / "out.jsonl"
    assert f"Cannot write {missing}, because its directory does not exist. Create that first." in fails(directory, missing)
    refusal = fails(directory, "postgresql://user:secret@host/database", code=64)
    assert "FILE must be a file, not a URL" in refusal and "secret" not in refusal


@pytest.fixture
def target(tmp_path):
    """An empty directory to export to."""
    (tmp_path / "target").mkdir()
    return tmp_path / "target"


def test_a_file_that_cannot_be_written_or_read_is_named_and_continued(directory, target, disk):
    file = target / "out.jsonl"
    expected = export(directory, "-").stdout
    faulty = FaultyDisk(target, disk, file="out.jsonl.partial")
    for operation, error, name, left in [
        (WRITING, errno.ENOSPC, "out.jsonl.partial cannot be written", {"out.jsonl.partial", "out.jsonl.partial.arguments"}),
        (READING, errno.EIO, "out.jsonl.partial cannot be read", {"out.jsonl.partial", "out.jsonl.partial.arguments"}),
        (SYNCHRONIZING, errno.EIO, "out.jsonl cannot be written", set()),
    ]:
        with faulty.failing(operation, error):
            assert f"{name}: {os.strerror(error)}" in fails(directory, file, env=faulty.env)
        assert names(target) == left
    export(directory, file, env=faulty.env)
    assert file.read_text() == expected
    assert names(target) == {"out.jsonl"}


@pytest.mark.parametrize("lacking", ["", "renameat2", "renameat2 link"])
def test_a_file_gets_its_name_only_when_it_is_on_the_disk(directory, target, tmp_path, disk, lacking):
    file = target / "out.jsonl"
    kept = tmp_path / "kept"
    kept.mkdir()
    env = {
        **disk,
        "DISK_DIRECTORY": str(target),
        "DISK_KEPT": str(kept),
        "DISK_LACKS": lacking,
        "DISK_BEFORE_UNLINK": f"rm -rf {tmp_path}/earlier; cp -r {kept} {tmp_path}/earlier",
    }
    export(directory, file, env=env)
    # What a power cut would leave.
    assert (kept / "out.jsonl").read_text() == export(directory, "-").stdout
    assert names(target) == {"out.jsonl"}
    # And before the last file was removed, without which a partial file is not continued.
    assert names(tmp_path / "earlier") >= {"out.jsonl", "out.jsonl.partial.arguments"}


@pytest.mark.parametrize("lacking", ["", "renameat2"])
def test_a_file_that_is_created_when_the_export_ends_is_not_replaced(directory, target, disk, lacking):
    file = target / "out.jsonl"
    # Not yet when the arguments get their name.
    create = f"test ! -e {partial(file)}.arguments || echo mine >{file}"
    env = {**disk, "DISK_DIRECTORY": str(target), "DISK_LACKS": lacking, "DISK_BEFORE_RENAME": create}
    error = fails(directory, file, env=env)
    assert f"{file} has been created by another program meanwhile. Move it away" in error
    assert file.read_text() == "mine\n"
    file.unlink()
    export(directory, file)
    assert file.read_text() == export(directory, "-").stdout
    assert names(target) == {"out.jsonl"}


def test_a_partial_file_that_another_export_finishes_or_removes_meanwhile_is_not_written(directory, target, disk):
    file = target / "out.jsonl"
    env = {**disk, "DISK_DIRECTORY": str(target), "DISK_BEFORE_LOCK": f"mv {partial(file)} {file}"}
    assert f"{file} already exists" in fails(directory, file, env=env)
    assert file.read_bytes() == b""
    file.unlink()
    once = f"test -e {target}/removed || {{ touch {target}/removed; rm {partial(file)}; }}"
    export(directory, file, env={**env, "DISK_BEFORE_LOCK": once})
    assert file.read_text() == export(directory, "-").stdout
    assert names(target) == {"out.jsonl", "removed"}


def test_identities_of_an_export_are_told_apart_by_their_bytes(directory, target, disk):
    file = target / "out.jsonl"
    import_lines(directory, [message("s", 1, identity="user_id:caf\u00e9")])
    faulty = FaultyDisk(target, disk, file="out.jsonl.partial")
    with faulty.failing(WRITING, errno.ENOSPC):
        fails(directory, "--identity", "user_id:caf\u00e9", file, env=faulty.env)
    partial(file).write_text(export(directory, "--identity", "user_id:caf\u00e9", "-").stdout)
    assert "is not of this export" in fails(directory, "--identity", "user_id:cafe\u0301", file)


def on_terminal(*arguments):
    """What a command that must succeed writes to a terminal as its standard error, and its standard output."""
    terminal, descriptor = os.openpty()
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], env=environment(), stdout=subprocess.PIPE, stderr=descriptor)
    os.close(descriptor)
    written = b""
    # Where no process has the terminal any more, reading is an error.
    with suppress(OSError):
        while piece := os.read(terminal, 65536):
            written += piece
    os.close(terminal)
    output = process.communicate()[0].decode()
    assert process.returncode == 0, written
    return written.decode(), output


def test_a_terminal_shows_how_far_an_export_and_an_import_are(directory, tmp_path):
    import_lines(directory, [message(f"t{number}", 1) for number in range(30)])
    file = tmp_path / "out.jsonl"
    shown, output = on_terminal("export", "--data-directory", directory, file)
    full = "[########################################] 100 %"
    assert shown.count("\r\x1b[K") == 1 and shown.endswith(f"\r130 messages {full} \r\x1b[K")
    shares = [int(share) for share in re.findall(r"(\d+) %", shown)]
    assert len(shares) == 37 and shares == sorted(shares) and shares[0] < 50
    assert output.startswith("Messages: 130. Sessions: 37.")
    shown, output = on_terminal("export", "--data-directory", directory, "-")
    assert f"\r130 messages {full} \r\x1b[K" in shown and "SHA-256" in shown
    assert output == file.read_text()
    create_account(tmp_path / "other", OTHER_SID)
    shown, output = on_terminal("import", "--data-directory", tmp_path / "other", "--account", OTHER_SID, file)
    assert f"\rchecking {full} " in shown and f"\rstoring {full} \r\x1b[K" in shown
    assert output.startswith("Stored: 130.")


def test_an_output_that_nobody_reads_ends_the_export(directory):
    with subprocess.Popen(
        [PROGRAM, "export", "--data-directory", directory, "-"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        assert "SHA-256" not in process.stderr.read()
    assert process.returncode != 0


# Many messages


def fill(url, sessions, messages):
    """Add sessions to a PostgreSQL database, each with so many messages: quicker than an import."""
    key = f"substring(sha256(convert_to('{SID}' || id, 'UTF8')) FOR 16)"
    return sql(
        f"""
        INSERT INTO session (session_key, account_sid, id, number, assistant_id, identity, verified, last_position, date_created,
            date_updated, deletions)
        SELECT {key}, '{SID}', id, nextval('session_number'), 'aia_asst_1', 'user_id:alice', false, {messages}, 0, 0, 0
        FROM (SELECT '{messages}-' || n AS id FROM generate_series(1, {sessions}) AS n) AS ids;
        INSERT INTO message (session_key, position, id, assistant_id, identity, role, content, meta, date_created, date_updated)
        SELECT session_key, position, 'aia_msg_' || position, 'aia_asst_1', 'user_id:alice', 'user',
            '{{"content":"' || repeat('text ', 20) || position || '"}}', '{{}}', position, position
        FROM session, generate_series(1, {messages}) AS position WHERE last_position = {messages}
        """,
        url,
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """The environment of programs whose database has 300,000 messages, and the export of these."""
    directory = tmp_path_factory.mktemp("many")
    with empty_database() as url:
        env = prepare_postgres(url, directory)
        fill(url, 5_000, 30)
        fill(url, 1, 150_000)
        file = directory / "whole.jsonl"
        command("export", file, env=env)
        yield env, file.read_bytes()


def start(file, env):
    return subprocess.Popen(
        [PROGRAM, "export", str(file)], env={**environment(), **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_an_export_that_is_killed_anywhere_is_continued_to_the_same_bytes(many, tmp_path):
    env, whole = many
    assert whole.count(b"\n") == 300_000
    file = tmp_path / "out.jsonl"
    kills = 0
    for share in (0.02, 0.2, 0.5, 0.8):
        process = start(file, env)
        wait_until(lambda: process.poll() is not None or size(partial(file)) > share * len(whole))
        kills += process.poll() is None
        process.kill()
        process.communicate()
        assert not file.exists()
    assert kills == 4
    summary = json_of("export", file, env=env)
    assert file.read_bytes() == whole
    assert summary["sha256"] == hashlib.sha256(whole).hexdigest()
    assert (summary["messages"], summary["sessions"]) == (300_000, 5_001)
    assert names(tmp_path) == {"out.jsonl"}


def size(file):
    return file.stat().st_size if file.exists() else 0


def test_only_the_same_export_continues_a_partial_file(many, tmp_path):
    env, whole = many
    file = tmp_path / "out.jsonl"
    process = subprocess.run(
        [PROGRAM, "export", file],
        env={**environment(), **env},
        capture_output=True,
        text=True,
        preexec_fn=lambda: limit_file_size(5_000_000),
    )
    assert process.returncode == 1
    assert f"{partial(file)} cannot be written: File too large" in process.stderr
    assert f"{partial(file)} has what was exported so far; the same command continues." in process.stderr
    assert names(tmp_path) == {"out.jsonl.partial", "out.jsonl.partial.arguments"}
    left = partial(file).read_bytes()
    assert left == whole[:5_000_000]
    create_account(tmp_path / "other")
    for arguments, other_env in [
        (["--session", "30-1"], env),
        (["--identity", "user_id:alice"], env),
        (["--data-directory", tmp_path / "other"], {}),
    ]:
        result = command("export", *arguments, file, env=other_env, check=False)
        assert result.returncode == 1
        assert "out.jsonl.partial is not of this export" in result.stderr
    assert partial(file).read_bytes() == left
    command("export", "--account", SID, file, env=env)
    assert file.read_bytes() == whole
    assert names(tmp_path) == {"out.jsonl"}


def limit_file_size(size):
    # Or the signal ends the program.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_export_says_what_it_has_and_that_it_can_be_continued(many, tmp_path, number):
    env, whole = many
    file = tmp_path / "out.jsonl"
    process = start(file, env)
    wait_until(lambda: size(partial(file)) > len(whole) / 4)
    assert "Another export is writing" in command("export", file, env=env, check=False).stderr
    process.send_signal(number)
    output, error = process.communicate(timeout=20)
    assert process.returncode == -number
    assert output == ""
    messages = partial(file).read_bytes().count(b"\n")
    assert f"Interrupted. {partial(file)} has {messages} messages; the same command continues." in error
    command("export", file, env=env)
    assert file.read_bytes() == whole


def test_the_memory_of_an_export_does_not_grow_with_the_messages(many, tmp_path):
    env, whole = many
    few = peak_memory(["export", "--session", "30-1", str(tmp_path / "few.jsonl")], env)
    all_of_them = peak_memory(["export", str(tmp_path / "all.jsonl")], env)
    assert len((tmp_path / "all.jsonl").read_bytes()) == len(whole) > 80e6
    assert all_of_them - few < 25e6


def peak_memory(arguments, env):
    """The most memory that a command had, in bytes."""
    process = subprocess.Popen([PROGRAM, *arguments], env={**environment(), **env}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return usage.ru_maxrss * 1024


def test_an_export_beside_writers_has_each_session_from_its_beginning(many, tmp_path):
    env, whole = many
    file = tmp_path / "out.jsonl"
    written = {session: [] for session in ("00", "30-2500 and more", "zz")}
    stopped = threading.Event()

    def write(server, session):
        while not stopped.is_set():
            url = f"{server.url}/v1/Sessions/{session}/Messages"
            response = requests.post(url, json={"role": "user", "content": {"n": len(written[session])}}, auth=AUTH)
            written[session].append(response.json()["id"])

    with Server(tmp_path, env=env) as server:
        writers = [threading.Thread(target=write, args=(server, session)) for session in written]
        for writer in writers:
            writer.start()
        wait_until(lambda: all(written.values()))
        before = {session: len(ids) for session, ids in written.items()}
        try:
            command("export", file, env=env)
        finally:
            stopped.set()
            for writer in writers:
                writer.join()
        exported = {session: [] for session in written}
        for line in file.read_bytes().splitlines():
            fields = json.loads(line)
            if fields["session_id"] in exported and "n" in fields["content"]:
                exported[fields["session_id"]].append(fields["id"])
        for session, ids in written.items():
            assert exported[session] == ids[: len(exported[session])]
            assert len(exported[session]) >= before[session]
            requests.delete(f"{server.url}/v1/Sessions/{session}", auth=AUTH)
    # What nobody wrote to is as it was.
    assert [line for line in file.read_bytes().splitlines() if b'"content":{"n":' not in line] == whole.splitlines()
