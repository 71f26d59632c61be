"""`understudy import`: saved pages, several files, previews, and interruptions."""

import json
import re
import resource
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests
from support.messages import message
from support.understudy import AUTH, OTHER_SID, PROGRAM, SID, TOKEN, Server, command, create_account, environment, import_lines, json_of, wait_until

COUNT = "SELECT count(*) FROM message"


def listed(server, session, auth=AUTH):
    page = requests.get(f"{server.url}/v1/Sessions/{session}/Messages?PageSize=1000", auth=auth).json()["messages"]
    return [{key: value for key, value in message.items() if key != "account_sid"} for message in page]


def test_pages_that_a_client_has_saved_become_the_same_transcripts(tmp_path):
    create_account(tmp_path / "data")
    create_account(tmp_path / "other", OTHER_SID)
    import_lines(tmp_path / "data", [message("s/é", number, meta={"n": 1.50}) for number in range(130)])
    with Server(tmp_path / "data") as server:
        url = f"{server.url}/v1/Sessions/s/é/Messages?PageSize=10"
        while url:
            page = requests.get(url, auth=AUTH)
            number = page.json()["meta"]["page"]
            # As curl stores it, or laid out in lines; in the order of names, 10 comes before 2.
            text = page.text if number % 2 else json.dumps(page.json(), indent=2, ensure_ascii=False)
            (tmp_path / f"page-{number}.json").write_text(text)
            url = page.json()["meta"]["next_page_url"]
        expected = listed(server, "s/é")
    files = sorted(tmp_path.glob("page-*.json"), key=lambda path: path.name)
    assert files[2].name == "page-10.json"
    arguments = ["import", "--data-directory", tmp_path / "other", "--account", OTHER_SID, *files]
    preview = json_of(*arguments, "--dry-run")
    assert preview == {
        "would_store": 130,
        "already_there": 0,
        "sessions": 1,
        "reversed_sessions": 0,
        "roles": {"user": 65, "assistant": 65, "tool": 0, "knowledge": 0},
    }
    assert json_of(*arguments)["stored"] == 130
    assert json_of(*arguments, files[0], files[3])["already_there"] == 150
    with Server(tmp_path / "other") as server:
        assert listed(server, "s/é", (OTHER_SID, TOKEN)) == expected


def test_a_list_with_dates_of_its_callers_comes_back_in_its_order(tmp_path):
    create_account(tmp_path / "data")
    create_account(tmp_path / "other", OTHER_SID)
    with Server(tmp_path / "data") as server:
        for session, minutes in [("back", [9, 8, 7]), ("mixed", [5, 9, 1, 7, 3])]:
            url = f"{server.url}/v1/Sessions/{session}/Messages"
            for minute in minutes:
                body = {"role": "user", "content": {"n": minute}, "date_created": f"2024-05-01T10:0{minute}:00Z"}
                assert requests.post(url, json=body, auth=AUTH).ok
            (tmp_path / f"{session}.json").write_text(requests.get(url, auth=AUTH).text)
        expected = [listed(server, session) for session in ("back", "mixed")]
    arguments = ["import", "--data-directory", tmp_path / "other", "--account", OTHER_SID, *tmp_path.glob("*.json")]
    assert json_of(*arguments, "--dry-run")["reversed_sessions"] == 0
    command(*arguments)
    with Server(tmp_path / "other") as server:
        assert [listed(server, session, (OTHER_SID, TOKEN)) for session in ("back", "mixed")] == expected


def test_the_order_of_saved_pages_can_be_given(tmp_path):
    create_account(tmp_path)
    page = json.dumps({"messages": [message("s", number, id=f"aia_msg_{number}") for number in (3, 2, 4, 1, 0)]})
    arguments = ["import", "--data-directory", tmp_path, "--account", SID, "-"]
    error = command(*arguments, input=page, check=False).stderr
    assert "Error: The pages of session s do not list messages in one direction: aia_msg_2 (standard input, line 1, message 2) comes" in error
    assert json_of(*arguments, "--order", "newest-first", "--dry-run", input=page)["reversed_sessions"] == 1
    assert "oldest-first" in command(*arguments, "--order", "newest", input=page, check=False).stderr
    command(*arguments, "--order", "newest-first", input=page)
    with Server(tmp_path) as server:
        assert [m["id"] for m in listed(server, "s")] == [f"aia_msg_{number}" for number in (0, 1, 4, 2, 3)]


def test_an_order_without_saved_pages_is_refused(tmp_path):
    create_account(tmp_path)
    line = json.dumps(message("s", 1))
    result = command("import", "--data-directory", tmp_path, "--account", SID, "--order", "newest-first", "-", input=line, check=False)
    assert (result.returncode, result.stdout) == (64, "")
    assert "Error: --order is for saved pages, and the input has none. Leave it out, or name files with pages." in result.stderr


def test_an_input_may_have_more_files_than_a_process_may_open(tmp_path):
    create_account(tmp_path / "data")
    for number in range(300):
        page = {"messages": [message(f"s{number % 7}", number, id=f"aia_msg_{number}")], "meta": {"page": number // 7}}
        (tmp_path / f"{number}.json").write_text(json.dumps(page))
        (tmp_path / f"{number}.jsonl").write_text(json.dumps(message("lines", number)))
    process = subprocess.run(
        [PROGRAM, "import", "--data-directory", tmp_path / "data", "--account", SID, *tmp_path.glob("*.json*")],
        env=environment(),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)),
    )
    assert "Stored: 600. Already there: 0. Sessions in the input: 8." in process.stdout, process.stderr


def test_a_preview_says_what_would_be_stored(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", 1)])
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(message("s", number)) + "\n" for number in (1, 2, 3)))
    printed = command("import", "--data-directory", tmp_path, "--account", SID, "--dry-run", tmp_path / "in.jsonl").stdout
    assert printed == (
        "Would store: 2. Already there: 1. Sessions in the input: 1.\n"
        "Messages by role: user 2, assistant 1, tool 0, knowledge 0.\n"
        "Sessions whose pages list the newest message first, to be stored in reverse: 0.\n"
        "Nothing was stored.\n"
    )


def test_several_bad_lines_are_named_at_once(tmp_path):
    create_account(tmp_path)
    (tmp_path / "a.jsonl").write_text(json.dumps(message("s", 1)) + "\nnonsense\n")
    (tmp_path / "b.jsonl").write_text('{"session_id":"s","role":"user","content":7}\n')
    result = command(
        "import", "--data-directory", tmp_path, "--account", SID, tmp_path / "a.jsonl", tmp_path / "b.jsonl", check=False
    )
    assert result.returncode == 1
    # The first names the store.
    lines = result.stderr.splitlines()[1:]
    assert lines[0] == "Error: 2 messages cannot be imported:"
    assert lines[1].startswith(f"  {tmp_path}/a.jsonl: line 2 is not a JSON object")
    assert lines[2] == f'  {tmp_path}/b.jsonl: line 1 has a number as "content": it must be an object'
    assert lines[3] == "Nothing of the input was stored."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("session_id,role,content\ns,user,Hello\n", "looks like CSV, and import reads JSON. Convert each row"),
        ('[{"session_id":"s"}]', "is a JSON array, and import reads one message a line. Convert it: jq -c '.[]' FILE |"),
    ],
)
def test_another_form_is_recognized(tmp_path, text, words):
    create_account(tmp_path)
    result = command("import", "--data-directory", tmp_path, "--account", SID, "-", input=text, check=False)
    assert result.returncode == 1
    assert f"Error: standard input {words}" in result.stderr


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_an_import_at_once(tmp_path, first, second):
    create_account(tmp_path)
    with closing(sqlite3.connect(tmp_path / "understudy.sqlite", isolation_level=None)) as database:
        process = start_large_import(tmp_path, database)
        # It cannot end in order: it waits for this lock, and only after that it looks for the first signal.
        database.execute("BEGIN IMMEDIATE")
        time.sleep(0.5)
        process.send_signal(first)
        wait_until(lambda: not handles(process, first))
        assert process.poll() is None
        process.send_signal(second)
        process.communicate(timeout=2)
    assert process.returncode == -second


def handles(process, number):
    """Whether a process has a handler of its own for a signal."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"SigCgt:\t(\w+)", status)[1], 16) >> (number - 1) & 1


def start_large_import(directory, database):
    """Start to import 30,000 lines, and return the process when 1,000 of them are stored."""
    file = directory / "in.jsonl"
    file.write_text("".join(json.dumps(message(f"s{number // 100}", number)) + "\n" for number in range(30_000)))
    arguments = ["import", "--data-directory", directory, "--account", SID, file]
    process = subprocess.Popen([PROGRAM, *arguments], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while database.execute(COUNT).fetchone()[0] < 1_000:
        assert process.poll() is None
        time.sleep(0.005)
    return process


def test_an_import_can_be_interrupted_while_it_waits_for_its_input(tmp_path):
    create_account(tmp_path)
    arguments = [PROGRAM, "import", "--data-directory", tmp_path, "--account", SID, "-"]
    with subprocess.Popen(arguments, env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: process.poll() is not None or handles(process, signal.SIGINT))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == -signal.SIGINT
        assert "Interrupted while the input was being checked. Nothing of the input was stored." in process.stderr.read()


def test_an_interrupted_import_says_how_far_it_is(tmp_path):
    create_account(tmp_path)
    with closing(sqlite3.connect(tmp_path / "understudy.sqlite")) as database:
        process = start_large_import(tmp_path, database)
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=20)
        stored = database.execute(COUNT).fetchone()[0]
    assert (process.returncode, output) == (-signal.SIGINT, "")
    assert 1_000 <= stored < 30_000
    assert error.splitlines()[1:] == [
        f"Interrupted. The input is stored up to line {stored}: {stored} messages by this command. The same command continues."
    ]
    assert json_of(*process.args[1:])["stored"] == 30_000 - stored
