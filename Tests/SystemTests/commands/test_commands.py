"""The program's commands: what they print, and how they fail."""

import json
import os
import pty
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import time
from contextlib import closing

import pytest
import requests
from support.messages import message
from support.postgres_server import free_port
from support.understudy import OTHER_SID, PROGRAM, SID, TOKEN, Server, command, create_account, environment, import_lines, json_of


def fails(*arguments, code, **options):
    """Run a command that must fail, and return what it says."""
    result = command(*arguments, check=False, **options)
    assert result.returncode == code, result.stdout + result.stderr
    assert result.stdout == ""
    return result.stderr


# Help


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["serve"],
        ["account"],
        ["account", "create"],
        ["account", "list"],
        ["key"],
        ["key", "create"],
        ["key", "list"],
        ["key", "revoke"],
        ["import"],
        ["export"],
    ],
)
def test_every_command_has_help_with_an_example(words):
    text = command(*words, "--help").stdout
    assert "USAGE: understudy" in text
    assert re.search(r"Example:\n +understudy " + " ".join(words), text)


def test_the_version_is_printed_with_the_commit_if_that_is_known():
    assert re.fullmatch(r"\d+\.\d+\.\d+( \(commit [0-9a-f]{7,}(-dirty)?\))?\n", command("--version").stdout)


# Accounts and keys


def test_account_create_prints_credentials_that_work(tmp_path):
    account = json_of("account", "create", "--data-directory", tmp_path, "--name", "n")
    assert re.fullmatch("AC[0-9a-f]{32}", account["sid"])
    assert re.fullmatch("[0-9a-f]{32}", account["auth_token"])
    listed = json_of("account", "list", "--data-directory", tmp_path)
    assert [(entry["sid"], entry["name"]) for entry in listed] == [(account["sid"], "n")]
    with Server(tmp_path) as server:
        answer = requests.get(f"{server.url}/v1/Sessions", auth=(account["sid"], account["auth_token"]))
        assert answer.json()["sessions"] == []


def test_account_create_takes_given_credentials(tmp_path):
    (tmp_path / "token").write_text(TOKEN + "\n")
    arguments = ["--sid", SID, "--auth-token-file", tmp_path / "token"]
    account = json_of("account", "create", "--data-directory", tmp_path / "data", *arguments)
    assert (account["sid"], account["auth_token"]) == (SID, TOKEN)
    error = fails("account", "create", "--data-directory", tmp_path / "data", *arguments, code=1)
    assert SID in error


@pytest.mark.parametrize("token", ["", "fifteen letters", "\n"])
def test_a_short_token_is_refused(tmp_path, token):
    arguments = ["account", "create", "--data-directory", tmp_path, "--auth-token-file", "-"]
    assert "16 characters" in fails(*arguments, code=1, input=token)


def test_nothing_secret_lies_open(tmp_path):
    data = tmp_path / "data"
    create_account(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600
    for file in data.iterdir():
        assert TOKEN.encode() not in file.read_bytes()


def test_a_lost_sealing_key_is_not_replaced_in_silence(tmp_path):
    create_account(tmp_path)
    (tmp_path / "secret.key").unlink()
    assert "secret.key is missing" in fails("account", "create", "--data-directory", tmp_path, code=1)
    with Server(tmp_path) as server:
        # Requests that need no key still work.
        assert requests.get(f"{server.url}/v1/Sessions", auth=(SID, TOKEN)).status_code == 200
        body = {"name": "Ann", "segment_credential": {"write_key": "w"}}
        answer = requests.post(f"{server.url}/v1/Assistants", json=body, auth=(SID, TOKEN))
        assert (answer.status_code, answer.json()["code"]) == (500, 20500)
        log = server.stop()
    assert log.count("secret.key is missing") == 2
    with Server(tmp_path, env={"UNDERSTUDY_SECRET_KEY": "ab" * 32}) as server:
        assert requests.post(f"{server.url}/v1/Assistants", json=body, auth=(SID, TOKEN)).status_code == 201


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["serve", "--nonsense"],
        ["serve", "--port", "abc"],
        ["serve", "--port", "65536"],
        ["serve", "--public-url", "example.com"],
        ["serve", "--trusted-proxies", "10.0.0.0/33"],
        ["serve", "--log-level", "loud"],
        ["serve", "--log-format", "xml"],
        ["serve", "--shutdown-delay", "301"],
        ["serve", "--compression", "brotli"],
        ["serve", "--max-requests", "0"],
        ["serve", "--config-file", "/nowhere.json"],
        ["account", "create", "--sid", "AC1"],
        ["account", "list", "--format", "xml"],
        ["key", "create"],
        ["key", "create", "--account", "AC1"],
        ["key", "revoke", "SK1", "--account", SID],
        ["import", "--account", SID],
        ["import", "-"],
        ["export"],
    ],
)
def test_wrong_usage_is_64(tmp_path, arguments):
    fails(*arguments, code=64, env={"UNDERSTUDY_DATA_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize(
    "arguments",
    [
        ["account", "list"],
        ["key", "list", "--account", SID],
        ["key", "create", "--account", SID],
        ["import", "--account", SID, "-"],
        ["export", "-"],
    ],
)
def test_a_directory_without_a_database_is_not_made_by_a_typing_error(tmp_path, arguments):
    error = fails(*arguments, "--data-directory", tmp_path / "typo", code=1)
    assert "There is no database" in error
    assert not (tmp_path / "typo").exists()


def test_an_unknown_account_or_key_is_named(tmp_path):
    create_account(tmp_path)
    at = ["--data-directory", tmp_path]
    assert OTHER_SID in fails("key", "create", "--account", OTHER_SID, *at, code=1)
    assert OTHER_SID in fails("import", "--account", OTHER_SID, "-", *at, code=1)
    key = "SK0123456789abcdef0123456789abcdef"
    assert key in fails("key", "revoke", key, "--account", SID, *at, code=1)


def test_options_come_from_the_command_line_then_the_environment_then_a_file(tmp_path):
    for name in ["line", "environment", "file"]:
        json_of("account", "create", "--data-directory", tmp_path / name, "--name", name)
    file = tmp_path / "options.json"
    file.write_text(json.dumps({"data-directory": str(tmp_path / "file")}))
    env = {"UNDERSTUDY_DATA_DIRECTORY": str(tmp_path / "environment")}

    def name(*arguments, **options):
        return json_of("account", "list", *arguments, **options)[0]["name"]

    assert name("--config-file", file) == "file"
    assert name(env={"UNDERSTUDY_CONFIG_FILE": str(file)}) == "file"
    assert name("--config-file", file, env=env) == "environment"
    assert name("--config-file", file, "--data-directory", tmp_path / "line", env=env) == "line"


# Serving


def test_a_new_directory_gets_an_account_in_a_private_file(tmp_path):
    with Server(tmp_path / "new") as server:
        file = server.directory / "initial-credentials"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        credentials = dict(line.split("=") for line in file.read_text().split())
        auth = (credentials["UNDERSTUDY_ACCOUNT_SID"], credentials["UNDERSTUDY_AUTH_TOKEN"])
        assert requests.get(f"{server.url}/v1/Sessions", auth=auth).status_code == 200
        log = server.stop()
    assert credentials["UNDERSTUDY_AUTH_TOKEN"] not in log


def test_a_new_directory_gets_the_account_of_the_environment(tmp_path):
    env = {"UNDERSTUDY_ACCOUNT_SID": SID, "UNDERSTUDY_AUTH_TOKEN": TOKEN}
    with Server(tmp_path / "new", env=env) as server:
        assert requests.get(f"{server.url}/v1/Sessions", auth=(SID, TOKEN)).status_code == 200
        assert not (server.directory / "initial-credentials").exists()
        assert TOKEN not in server.stop()
    with Server(tmp_path / "new", env={**env, "UNDERSTUDY_ACCOUNT_SID": OTHER_SID}) as server:
        assert requests.get(f"{server.url}/v1/Sessions", auth=(OTHER_SID, TOKEN)).status_code == 401
        assert "UNDERSTUDY_ACCOUNT_SID is not used" in server.stop()


@pytest.mark.parametrize(
    "env",
    [
        {"UNDERSTUDY_ACCOUNT_SID": SID},
        {"UNDERSTUDY_AUTH_TOKEN": TOKEN},
        {"UNDERSTUDY_ACCOUNT_SID": SID, "UNDERSTUDY_AUTH_TOKEN": "short"},
        {"UNDERSTUDY_ACCOUNT_SID": "AC1", "UNDERSTUDY_AUTH_TOKEN": TOKEN},
        {"UNDERSTUDY_SECRET_KEY": "abc"},
        {"UNDERSTUDY_PORT": "abc"},
    ],
)
def test_bad_settings_of_the_environment_are_wrong_usage(tmp_path, env):
    error = fails("serve", "--data-directory", tmp_path / "new", code=64, env=env)
    assert TOKEN not in error


def test_on_a_terminal_fresh_credentials_are_printed(tmp_path):
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "serve", "--data-directory", tmp_path / "new", "--port", "0"],
        env=environment(),
        stdout=end,
        stderr=subprocess.DEVNULL,
    )
    printed = ""
    while "Understudy listens on" not in printed:
        printed += os.read(terminal, 1024).decode()
    process.terminate()
    process.wait(timeout=20)
    assert re.search(r"Account SID: AC[0-9a-f]{32}\s+Auth token:  [0-9a-f]{32}\s", printed)
    assert not (tmp_path / "new" / "initial-credentials").exists()


def test_the_log_is_json_where_that_is_wanted(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path, "--log-format", "json") as server:
        answer = requests.get(f"{server.url}/v1/Sessions/none é%22", auth=(SID, TOKEN))
        lines = [json.loads(line) for line in server.stop().splitlines()]
    assert all({"time", "level", "message"} <= line.keys() for line in lines)
    (line,) = (line for line in lines if line.get("request_id") == answer.headers["Twilio-Request-Id"])
    assert (line["level"], line["status"], line["method"]) == ("info", 404, "GET")
    assert line["path"] == "/v1/Sessions/none%20%C3%A9%22"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])


def test_a_second_server_on_a_directory_is_refused(tmp_path):
    with Server(tmp_path) as server:
        error = fails("serve", "--data-directory", tmp_path, "--port", "0", code=1)
        assert f"Process {server.process.pid} is using the data directory {tmp_path}." in error
    with Server(tmp_path):
        pass


def test_a_killed_server_leaves_nothing_in_the_way(tmp_path):
    with Server(tmp_path) as server:
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
    with Server(tmp_path) as server:
        assert requests.get(f"{server.url}/health").json()["status"] == "ok"


def test_a_server_that_cannot_listen_leaves_nothing_behind(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = fails("serve", "--data-directory", tmp_path / "data", "--port", port, code=1)
    problem = f"Port {port} of 127.0.0.1 is already in use, perhaps by another Understudy. Choose another port with --port."
    assert problem in error
    for host, problem in [
        ("no-such-host.invalid", "The host name no-such-host.invalid has no address."),
        ("192.0.2.1", "192.0.2.1 is not an address of this machine."),
    ]:
        assert problem in fails("serve", "--data-directory", tmp_path / "data", "--host", host, "--port", "0", code=1)
    # Two sockets can be bound to one port until one of them listens.
    port = free_port()
    same = ["--port", port, "--metrics-address", f"localhost:{port}"]
    assert f"Port {port} of localhost is already in use" in fails("serve", "--data-directory", tmp_path / "data", *same, code=1)
    assert list(tmp_path.iterdir()) == []


def test_a_port_of_the_system_is_refused_to_an_ordinary_user(tmp_path):
    # The system's own check: root may use every port, a user without capabilities only those above 1023.
    setpriv = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"]
    arguments = [PROGRAM, "serve", "--data-directory", tmp_path / "data", "--port", "1"]
    result = subprocess.run([*setpriv, *arguments], env=environment(), capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and "This user may not use port 1. Choose one above 1023 with --port" in result.stderr
    assert not (tmp_path / "data").exists()


def test_serve_creates_only_the_last_directory_and_says_so(tmp_path):
    error = fails("serve", "--data-directory", tmp_path / "typo" / "data", "--port", "0", code=1)
    assert f"Cannot create the data directory {tmp_path}/typo/data: its parent directory does not exist." in error
    assert not (tmp_path / "typo").exists()
    warning = f"Created a new, empty database in {tmp_path}/data"
    with Server(tmp_path / "data") as server:
        assert warning in server.stop()
    with Server(tmp_path / "data") as server:
        assert warning not in server.stop()


def test_serve_existing_never_creates_a_database(tmp_path):
    for directory in [tmp_path, tmp_path / "unmounted"]:
        error = fails("serve", "--existing", "--data-directory", directory, "--port", "0", code=1)
        assert f"There is no database in {directory}." in error
    assert list(tmp_path.iterdir()) == []
    # What a power cut, or another program, may leave.
    (tmp_path / "understudy.sqlite").touch()
    assert "There is no database" in fails("serve", "--existing", "--data-directory", tmp_path, "--port", "0", code=1)
    (tmp_path / "understudy.sqlite").unlink()
    create_account(tmp_path)
    with Server(tmp_path, "--existing") as server:
        assert requests.get(f"{server.url}/v1/Sessions", auth=(SID, TOKEN)).status_code == 200


def test_health_asks_a_server(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path) as server:
        result = command("health", "--url", server.url)
        assert json.loads(result.stdout) == {"status": "ok", "version": command("--version").stdout.split()[0]}
        # As a container does: by the settings alone.
        assert command("health", env={"UNDERSTUDY_PORT": str(server.port)}).stdout == result.stdout
        assert "status 404" in command("health", "--url", f"{server.url}/v1", check=False).stderr
    error = fails("health", env={"UNDERSTUDY_PORT": str(server.port)}, code=1)
    assert f"The server at http://127.0.0.1:{server.port} does not respond: Connection refused." in error
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error = fails("health", "--url", f"http://user:the-password@127.0.0.1:{port}/", code=1)
        assert f"The server at http://127.0.0.1:{port} does not respond: it took longer than 5 seconds." in error


@pytest.mark.parametrize("words", [["serve", "--port", "0"], ["account", "create"]])
def test_a_directory_that_cannot_be_written_to_is_named(tmp_path, words):
    (tmp_path / "file").write_text("")
    error = fails(*words, "--data-directory", tmp_path / "file" / "data", code=1)
    assert f"Cannot create the data directory {tmp_path}/file/data: Not a directory." in error
    error = fails(*words, "--data-directory", tmp_path / "file", code=1)
    assert f"The data directory {tmp_path}/file is a file." in error
    # Even root cannot write here.
    error = fails(*words, "--data-directory", "/proc/understudy", code=1)
    assert "/proc/understudy" in error


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "understudy.sqlite").write_text("this is not a database " * 100)
    error = fails("serve", "--data-directory", tmp_path, "--port", "0", code=1)
    assert "is not a SQLite database" in error


def test_a_damaged_database_is_named(tmp_path):
    create_account(tmp_path)
    path = tmp_path / "understudy.sqlite"
    # A command can end before it has closed the database, and then the log still has every page.
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_000)
    error = fails("serve", "--data-directory", tmp_path, "--port", "0", code=1)
    assert "understudy.sqlite is damaged: database disk image is malformed" in error


def test_another_programs_database_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "understudy.sqlite") as database:
        database.execute("CREATE TABLE t (x)")
    error = fails("serve", "--data-directory", tmp_path, "--port", "0", code=1)
    assert "another program's" in error


def test_a_database_of_a_newer_version_is_refused(tmp_path):
    create_account(tmp_path)
    with sqlite3.connect(tmp_path / "understudy.sqlite") as database:
        database.execute("INSERT INTO grdb_migrations VALUES ('a migration of the future')")
    for words in [["serve", "--port", "0"], ["account", "list"]]:
        assert "newer version" in fails(*words, "--data-directory", tmp_path, code=1)


# Importing


def test_an_import_beside_a_running_server_is_seen_at_once(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path) as server:
        url = f"{server.url}/v1/Sessions/s/Messages"
        assert requests.get(url, auth=(SID, TOKEN)).status_code == 404
        import_lines(tmp_path, [message("s", number) for number in range(1, 4)])
        assert len(requests.get(url, auth=(SID, TOKEN)).json()["messages"]) == 3


def test_numbers_that_no_double_holds_are_imported_where_that_is_asked_for(tmp_path):
    create_account(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"session_id":"s","role":"user","content":{"amount":1e400}}\n')
    arguments = ["import", "--data-directory", tmp_path, "--account", SID, tmp_path / "in.jsonl"]
    error = fails(*arguments, code=1)
    assert "line 1" in error and 'the number of "amount" must be within the range of a double' in error
    assert json_of(*arguments, "--keep-numbers")["stored"] == 1
    assert json_of(*arguments, env={"UNDERSTUDY_KEEP_NUMBERS": "true"})["already_there"] == 1
    with Server(tmp_path) as server:
        page = requests.get(f"{server.url}/v1/Sessions/s/Messages", auth=(SID, TOKEN)).text
    assert '"content":{"amount":1e400},' in page


def test_the_summary_is_printed(tmp_path):
    create_account(tmp_path)
    (tmp_path / "in.jsonl").write_text(json.dumps(message("s", 1)) + "\n")
    printed = command("import", "--data-directory", tmp_path, "--account", SID, tmp_path / "in.jsonl").stdout
    assert re.fullmatch(r"Stored: 1\. Already there: 0\. Sessions in the input: 1\. Time: [0-9]+\.[0-9] s\.\n", printed)


def test_a_bad_line_is_named_and_nothing_is_stored(tmp_path):
    create_account(tmp_path)
    lines = json.dumps(message("s", 1)) + "\n" + '{"session_id":"s","role":"user","content":"text"}\n'
    error = fails("import", "--data-directory", tmp_path, "--account", SID, "-", code=1, input=lines)
    assert "line 2 has a string as \"content\": it must be an object" in error
    with Server(tmp_path) as server:
        assert requests.get(f"{server.url}/v1/Sessions", auth=(SID, TOKEN)).json()["sessions"] == []


def test_an_import_that_is_killed_is_completed_by_the_same_command(tmp_path):
    create_account(tmp_path)
    file = tmp_path / "in.jsonl"
    count = 60_000
    with file.open("w") as lines:
        for number in range(count):
            lines.write(json.dumps(message(f"s{number // 1000}", number)) + "\n")
    arguments = ["import", "--data-directory", str(tmp_path), "--account", SID, str(file), "--format", "json"]
    database = sqlite3.connect(tmp_path / "understudy.sqlite")
    kills = 0
    for stored in (1, 20_000):
        process = subprocess.Popen([PROGRAM, *arguments], env=environment(), stdout=subprocess.PIPE)
        while process.poll() is None:
            if database.execute("SELECT count(*) FROM message").fetchone()[0] >= stored:
                process.kill()
                kills += 1
                break
            time.sleep(0.005)
        process.communicate()
    assert kills == 2
    partial = database.execute("SELECT count(*) FROM message").fetchone()[0]
    assert 20_000 <= partial < count
    summary = json.loads(command(*arguments[:-2], "--format", "json").stdout)
    assert summary["stored"] == count - partial
    assert summary["already_there"] == partial
    rows = database.execute("SELECT content FROM message ORDER BY key").fetchall()
    assert [json.loads(row[0])["content"] for row in rows] == [f"text {number}" for number in range(count)]
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# Deleting an account


def test_an_account_is_deleted_with_everything_it_owns(tmp_path):
    create_account(tmp_path)
    create_account(tmp_path, OTHER_SID, "another horse battery staple")
    import_lines(tmp_path, [message(f"s{number % 7}", number) for number in range(100)])
    import_lines(tmp_path, [message("theirs", 1)], OTHER_SID)
    delete = ["account", "delete", "--data-directory", tmp_path, "--account", SID]
    assert "--yes is required" in fails(*delete, code=64, input=f"{SID}\n")
    with Server(tmp_path) as server:
        assert requests.get(f"{server.url}/v1/Sessions", auth=(SID, TOKEN)).status_code == 200
        assert command(*delete, "--yes").stdout == f"Deleted the account {SID}\n"
        time.sleep(1)
        assert requests.get(f"{server.url}/v1/Sessions", auth=(SID, TOKEN)).status_code == 401
        theirs = requests.get(f"{server.url}/v1/Sessions", auth=(OTHER_SID, "another horse battery staple"))
        assert [session["id"] for session in theirs.json()["sessions"]] == ["theirs"]
    with closing(sqlite3.connect(tmp_path / "understudy.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM message").fetchone() == (1,)
    assert f"There is no account {SID}" in fails(*delete, "--yes", code=1)
    assert command("check", "--data-directory", tmp_path).returncode == 0


def test_a_deletion_that_is_killed_is_completed_by_the_same_command(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message(f"s{number // 2_000}", number) for number in range(20_000)])
    delete = ["account", "delete", "--data-directory", tmp_path, "--account", SID, "--yes"]
    database = sqlite3.connect(tmp_path / "understudy.sqlite")
    process = subprocess.Popen([PROGRAM, *map(str, delete)], env=environment(), stderr=subprocess.DEVNULL)
    while process.poll() is None and database.execute("SELECT count(*) FROM message").fetchone()[0] == 20_000:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert database.execute("SELECT count(*) FROM message").fetchone()[0] > 0
    assert command(*delete).stdout == f"Deleted the account {SID}\n"
    assert database.execute("SELECT count(*) FROM message").fetchone()[0] == 0


def test_on_a_terminal_a_deletion_is_confirmed(tmp_path):
    create_account(tmp_path)
    for typed, code in [("yes", 1), (SID, 0)]:
        terminal, end = pty.openpty()
        os.write(terminal, f"{typed}\n".encode())
        arguments = ["account", "delete", "--data-directory", tmp_path, "--account", SID]
        result = subprocess.run(
            [PROGRAM, *arguments], env=environment(), stdin=end, capture_output=True, text=True, timeout=60
        )
        assert f"This deletes {SID} and everything it owns. Type its SID to confirm: " in result.stderr
        assert result.returncode == code, result.stderr
