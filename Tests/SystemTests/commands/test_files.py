"""Files and directories that a command cannot use: the error names the cause, and what to do."""

import os
import sqlite3
import subprocess
from contextlib import closing

import pytest
from support.postgres_server import as_root
from support.understudy import PROGRAM, SID, command, create_account, environment


def fails(*arguments, code=1, **options):
    """Run a command that must fail, and return what it says."""
    result = command(*arguments, check=False, **options)
    assert (result.returncode, result.stdout) == (code, ""), result.stderr
    return result.stderr


def fails_as_another_user(*arguments):
    """The same without root's right to open every file."""
    powers = "-dac_override,-dac_read_search"
    prefix = ["setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}"] if os.geteuid() == 0 else []
    result = subprocess.run(
        [*prefix, PROGRAM, *map(str, arguments)], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert (result.returncode, result.stdout) == (1, ""), result.stderr
    return result.stderr


@pytest.fixture
def data(tmp_path):
    create_account(tmp_path / "data")
    return tmp_path / "data"


def test_files_of_another_user_are_named_with_their_owner(data, tmp_path):
    at = ["--data-directory", data]
    commands = {
        "account": ["account", "list", *at],
        "serve": ["serve", "--port", "0", *at],
        "check": ["check", *at],
        "backup": ["backup", *at, tmp_path / "backup"],
    }
    # By a server, which leaves all of them.
    with closing(sqlite3.connect(data / "understudy.sqlite")) as database:
        database.execute("SELECT count(*) FROM message").fetchone()
        for name, users in [
            ("understudy.sqlite", commands), ("understudy.sqlite-wal", ["account", "serve", "check", "backup"]),
            ("open.lock", ["account", "serve"]), ("serve.lock", ["serve"]),
        ]:
            (data / name).chmod(0o600)
            as_root("chown", "nobody", data / name)
            for user in users:
                error = fails_as_another_user(*commands[user])
                advice = "It belongs to nobody; run the command as that user."
                assert f"Error: Cannot open {data}/{name}: Permission denied. {advice}\n" in error
            as_root("chown", str(os.geteuid()), data / name)
    data.chmod(0)
    error = fails_as_another_user("account", "list", *at)
    assert f"Cannot open {data}/understudy.sqlite: Permission denied. {data} has mode 0; change it with chmod." in error
    data.chmod(0o700)
    as_root("chown", "nobody", data)
    error = fails_as_another_user("serve", "--port", "0", *at)
    assert f"Cannot write to the data directory {data}: Permission denied. It belongs to nobody;" in error
    as_root("chown", str(os.geteuid()), data)


def test_a_database_that_another_program_has_locked_is_named(data):
    with closing(sqlite3.connect(data / "understudy.sqlite")) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
        error = fails("check", "--data-directory", data)
        assert f"Another program has {data}/understudy.sqlite locked. Try again when" in error


def test_a_file_that_is_no_database_is_named_with_what_it_is(data, tmp_path):
    empty, text = tmp_path / "empty", tmp_path / "text"
    empty.touch()
    text.write_text("this is not a database " * 100)
    for file, problem in [
        (tmp_path / "none", f"Cannot open {tmp_path}/none: No such file or directory."),
        (text / "none", f"Cannot open {text}/none: Not a directory."),
        (empty, f"{empty} is empty"),
        ("/dev/null", "/dev/null is not a regular file"),
        (text, f"{text} is not a SQLite database, or its beginning is damaged. Name another database, or restore a backup."),
    ]:
        assert problem in fails("check", file)
        assert problem in fails("restore", "--data-directory", tmp_path / "new", file)
    assert f"{tmp_path} is a directory" in fails("restore", "--data-directory", tmp_path / "new", tmp_path)
    for words in [["check"], ["restore"], ["backup", "--data-directory", data]]:
        assert "FILE must not be empty." in fails(*words, "", code=64)
        error = fails(*words, "postgresql://u:the-password@h/d", code=64)
        assert "FILE must be a file, not a URL." in error and "the-password" not in error


def test_a_missing_database_is_not_created_elsewhere_by_what_the_error_says(tmp_path):
    missing = f"There is no database in {tmp_path}/unmounted."
    at = ["--data-directory", tmp_path / "unmounted"]
    create = f"`understudy account create --data-directory {tmp_path}/unmounted`"
    error = fails("serve", "--existing", "--port", "0", *at)
    assert f"{missing} Check that its disk is mounted. To create a new one: {create}." in error
    assert f"{missing} Name the right directory with --data-directory." in fails("account", "list", *at)
    assert f"{missing} Name the right directory with --from." in fails("copy", "--from", at[1], "--to", tmp_path / "new")
    create_account(at[1])
    command("account", "delete", "--yes", "--account", SID, *at)
    assert f"The database has no account. Create one: {create}." in fails("serve", "--existing", "--port", "0", *at)


def test_a_directory_is_not_copied_into_itself(data, tmp_path):
    (tmp_path / "link").symlink_to(data)
    for target in [f"{data}/", tmp_path / "link"]:
        assert "--from and --to are the same directory." in fails("copy", "--from", data, "--to", target, code=64)


def test_a_file_in_place_of_a_directory_is_named(data, tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    file.touch()
    link.symlink_to(tmp_path / "gone")
    for words in [["check"], ["backup", tmp_path / "backup"], ["import", "--account", SID, "-"], ["account", "create"]]:
        error = fails(*words, "--data-directory", file)
        assert f"The data directory {file} is a file. Name a directory with --data-directory." in error
        error = fails(*words, "--data-directory", link)
        assert f"The data directory {link} is a symbolic link to a directory that does not exist. Create that directory" in error
    assert f"{file} is a file. Name a directory with --from." in fails("copy", "--from", file, "--to", tmp_path / "new")
    assert f"{file} is a file. Name a directory with --to." in fails("copy", "--from", data, "--to", file)
    assert f"FILE and --data-directory name two databases." in fails("check", file, "--data-directory", data, code=64)


def test_a_backup_that_cannot_be_written_is_named_as_it_was_typed(data, tmp_path):
    at = ["--data-directory", data]
    error = fails("backup", *at, tmp_path / "none" / "b.sqlite")
    assert f"Cannot write {tmp_path}/none/b.sqlite, because its directory does not exist." in error
    assert "Cannot create /proc/b.sqlite: No such file or directory." in fails("backup", *at, "/proc/b.sqlite")
    assert "/dev/full is not a regular file. Name another file." in fails("backup", *at, "/dev/full")
    assert "a backup cannot be written to standard output" in fails("backup", *at, "-", code=64, cwd=tmp_path)
    printed = command("backup", *at, tmp_path / "b.sqlite").stdout
    key = f"keep a copy of {data}/secret.key in another place."
    assert printed == f"Backed up to {tmp_path}/b.sqlite. The encryption key is not in it: {key}\n"
    env = {"UNDERSTUDY_SECRET_KEY": "ab" * 32}
    assert "keep a copy of the value of UNDERSTUDY_SECRET_KEY" in command("backup", *at, tmp_path / "c", env=env).stdout


def test_a_restoration_or_copy_whose_source_is_none_leaves_no_directory(data, tmp_path):
    new = tmp_path / "new"
    fails("restore", "--data-directory", new, tmp_path / "none")
    assert "cannot be reached" in fails("copy", "--from", "postgresql://127.0.0.1:1/x", "--to", new)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "understudy.sqlite").write_text("this is not a database " * 100)
    fails("copy", "--from", tmp_path / "text", "--to", new)
    assert not new.exists()
    result = command("copy", "--from", f"{data}/", "--to", new)
    assert result.stderr == f"From: {data}/understudy.sqlite\nTo: {new}/understudy.sqlite\n"


def test_an_empty_list_is_no_line(data):
    assert command("key", "list", "--data-directory", data, "--account", SID).stdout == ""
    assert command("webhook", "list", "--data-directory", data).stdout == ""
