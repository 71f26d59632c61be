"""Everything from one database into another, by the command."""

import subprocess

import pytest
import requests
from support.databases import sql
from support.messages import chitchat_messages, message
from support.sdk import sdk
from support.understudy import (
    PROGRAM, SEALING_KEY, SID, TOKEN, Server, command, create_account, environment, import_lines, json_of, wait_until,
)


def texts(server, session):
    return [item.content["content"] for item in sdk(server).assistants.v1.sessions(session).messages.list(page_size=1000)]


def test_a_directory_moves_to_postgresql_and_back(empty_url, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    create_account(old)
    import_lines(old, [message("webhook:IS1/CH2 é", number) for number in range(1, 121)])
    key = json_of("key", "create", "--data-directory", old, "--account", SID)
    with Server(old) as server:
        first = requests.get(f"{server.url}/v1/Sessions/IS1%2FCH2%20%C3%A9/Messages", auth=(SID, TOKEN)).json()
        running = command("copy", "--from", old, "--to", empty_url, check=False)
        assert (running.returncode, " is using the data directory " in running.stderr) == (1, True)
        next_page = first["meta"]["next_page_url"].removeprefix(server.url)

    bare = command("copy", "--from", old, "--to", empty_url, check=False)
    assert (bare.returncode, "understudy database migrate" in bare.stderr) == (1, True)
    command("database", "migrate", "--database-url", empty_url)
    copied = json_of("copy", "--from", old, "--to", empty_url)
    assert (copied["accounts"], copied["sessions"], copied["messages"]) == (1, 1, 120)
    again = command("copy", "--from", old, "--to", empty_url, check=False)
    assert (again.returncode, "has accounts already" in again.stderr) == (1, True)

    secret = {"UNDERSTUDY_SECRET_KEY": (old / "secret.key").read_text().strip()}
    with Server(tmp_path / "empty", "--database-url", empty_url, env=secret) as server:
        # A walk that began before the move continues, with an API key from before it.
        page = requests.get(server.url + next_page, auth=(key["sid"], key["secret"])).json()
        assert [item["content"]["content"] for item in page["messages"]] == [f"text {number}" for number in range(51, 101)]
        body = {"role": "user", "content": {"content": "after the move"}}
        url = f"{server.url}/v1/Sessions/IS1%2FCH2%20%C3%A9/Messages"
        assert requests.post(url, json=body, auth=(SID, TOKEN)).status_code == 201

    told = command("copy", "--from", empty_url, "--to", new).stdout
    assert "Accounts: 1. Sessions: 1. Messages: 121." in told and str(new / "secret.key") in told
    (new / "secret.key").write_text((old / "secret.key").read_text())
    with Server(new) as server:
        assert texts(server, "IS1/CH2 é") == [f"text {number}" for number in range(1, 121)] + ["after the move"]


def test_a_copy_between_directories_has_the_key(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    create_account(old)
    import_lines(old, [message("s", 1)])
    json_of("copy", "--from", old, "--to", new)
    assert (new / "secret.key").read_text() == (old / "secret.key").read_text()
    with Server(new) as server:
        assert texts(server, "s") == ["text 1"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "secret.key").write_text("cd" * 32 + "\n")
    refused = command("copy", "--from", old, "--to", other, check=False)
    assert (refused.returncode, "is not the key" in refused.stderr) == (1, True)


def test_a_copy_that_is_killed_is_finished_by_the_same_command(empty_url, tmp_path):
    directory = tmp_path / "data"
    create_account(directory)
    messages = chitchat_messages()[:100_000]
    import_lines(directory, messages)
    command("database", "migrate", "--database-url", empty_url)
    arguments = ["copy", "--from", directory, "--to", empty_url]
    noted = "SELECT convert_from(value, 'UTF8') FROM setting WHERE name = 'unfinished_copy'"
    places = [None]
    for _ in range(3):
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], env=environment(), stdout=subprocess.DEVNULL)
        # Each gets further into the messages than the one before.
        place = wait_until(
            lambda: '"message"' in (place := sql(noted, empty_url)) and '"cursor"' in place and place not in places and place
        )
        places.append(place)
        process.kill()
        assert process.wait(10) == -9, "it was done before it could be killed"
    serve = ["serve", "--data-directory", tmp_path / "empty", "--port", "0", "--database-url", empty_url]
    refused = command(*serve, check=False, env=SEALING_KEY)
    assert (refused.returncode, "understudy copy" in refused.stderr) == (1, True)
    assert json_of(*arguments)["messages"] == 100_000
    secret = {"UNDERSTUDY_SECRET_KEY": (directory / "secret.key").read_text().strip()}
    with Server(tmp_path / "empty", "--database-url", empty_url, env=secret) as server:
        session = messages[0]["session_id"]
        expected = [line["content"]["content"] for line in messages if line["session_id"] == session]
        assert texts(server, session) == expected


@pytest.mark.parametrize(
    "arguments, code, error",
    [
        ([], 64, "--from"),
        (["--from", "a"], 64, "--to"),
        (["--from", "a", "--to", "a"], 64, "the same"),
        (["--from", "not-there", "--to", "x"], 1, "There is no database in not-there"),
        (["--from", "postgresql://127.0.0.1:1/x", "--to", "x"], 1, "cannot be reached"),
    ],
)
def test_what_cannot_be_copied_is_a_clear_error(tmp_path, arguments, code, error, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused = command("copy", *arguments, check=False)
    assert refused.returncode == code
    assert error in refused.stderr
