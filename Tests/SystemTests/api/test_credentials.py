"""Auth tokens and API keys: how they change while programs go on, what they are for, and how much an account may ask."""

import time

import pytest
import requests
from support.assistants import make_assistant
from support.messages import message
from support.receivers import Receiver, http_server
from support.sdk import sdk
from support.understudy import AUTH, OTHER_SID, SID, TOKEN, Server, command, create_account, import_lines, json_of
from support.writers import append, messages_url
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator


@pytest.fixture
def directory(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", number) for number in range(1, 4)])
    return tmp_path


def status(server, user, password):
    return requests.get(f"{server.url}/v1/Sessions", auth=(user, password)).status_code


def token(directory, verb, *arguments, **options):
    return command("account", "token", verb, "--data-directory", directory, "--account", SID, *arguments, **options)


def test_an_auth_token_changes_while_programs_go_on(directory):
    with Server(directory, "--model", "echo", "--allow-private-callbacks") as server:
        assistant = make_assistant(server)
        new = json_of("account", "token", "create", "--data-directory", directory, "--account", SID)["secondary_auth_token"]
        assert new != TOKEN
        assert (status(server, SID, TOKEN), status(server, SID, new)) == (200, 200)
        assert len(sdk(server, password=new).assistants.v1.sessions("s").messages.list()) == 3
        assert "primary" in token(directory, "promote").stdout
        time.sleep(0.6)
        assert (status(server, SID, TOKEN), status(server, SID, new)) == (401, 200)
        assert token(directory, "promote", check=False).returncode == 1
        # Callbacks are signed with the primary.
        receiver = Receiver()
        with http_server(receiver) as url:
            answer = requests.post(
                f"{server.url}/v1/Assistants/{assistant}/Messages",
                json={"identity": "user_id:alice", "body": "Hello", "session_id": "s", "webhook": f"{url}/hook"},
                auth=(SID, new),
            )
            assert answer.status_code == 202
            (callback,) = receiver.wait(1, 10)
        signature = callback["headers"]["X-Twilio-Signature"]
        assert RequestValidator(new).validate(f"{url}/hook", callback["form"], signature)


def test_a_secondary_token_can_be_taken_away(directory):
    with Server(directory) as server:
        new = json_of("account", "token", "create", "--data-directory", directory, "--account", SID)["secondary_auth_token"]
        assert status(server, SID, new) == 200
        token(directory, "delete")
        time.sleep(0.6)
        assert (status(server, SID, TOKEN), status(server, SID, new)) == (200, 401)
    refused = command("account", "token", "create", "--data-directory", directory, "--account", OTHER_SID, check=False)
    assert (refused.returncode, OTHER_SID in refused.stderr) == (1, True)


def test_the_database_and_its_backup_hold_no_secret_as_it_is(directory, tmp_path):
    at = ["--data-directory", directory, "--account", SID]
    secrets = [
        TOKEN, json_of("account", "token", "create", *at)["secondary_auth_token"], json_of("key", "create", *at)["secret"],
        (directory / "secret.key").read_text().strip(),
    ]
    with Server(directory, "--model", "echo") as server:
        credential = {"write_key": "the key of a segment"}
        make_assistant(server, segment_credential=credential)
        command("backup", "--data-directory", directory, tmp_path / "backup")
        files = [*directory.glob("understudy.sqlite*"), tmp_path / "backup"]
        assert len(files) == 4
        for file in files:
            content = file.read_bytes()
            for secret in (*secrets, *credential.values()):
                assert secret.encode() not in content
                if len(secret) == 64:
                    assert bytes.fromhex(secret) not in content


def test_a_key_that_may_only_read_changes_nothing(directory):
    keys = {
        read_only: json_of("key", "create", "--data-directory", directory, "--account", SID, *(["--read-only"] * read_only))
        for read_only in (False, True)
    }
    listed = json_of("key", "list", "--data-directory", directory, "--account", SID)
    assert {key["sid"]: key["read_only"] for key in listed} == {key["sid"]: flag for flag, key in keys.items()}
    reader = (keys[True]["sid"], keys[True]["secret"])
    with Server(directory, "--model", "echo") as server:
        assistant = make_assistant(server)
        url = messages_url(server)
        before = requests.get(url, auth=AUTH).json()
        one = f"{url}/{before['messages'][0]['id']}"
        assert requests.get(url, auth=reader).json() == before
        assert requests.head(one, auth=reader).status_code == 200
        assert len(sdk(server, *reader).assistants.v1.sessions("s").messages.list()) == 3
        item = {"role": "user", "content": {"content": "x"}}
        say = {"identity": "user_id:alice", "body": "Hello", "session_id": "s"}
        for method, path, body in [
            ("POST", url, item), ("PUT", one, {"meta": {}}), ("DELETE", one, None),
            ("DELETE", f"{server.url}/v1/Sessions/s", None), ("POST", f"{server.url}/v1/Assistants", {"name": "Eve"}),
            ("PUT", f"{server.url}/v1/Assistants/{assistant}", {"name": "Eve"}),
            ("DELETE", f"{server.url}/v1/Assistants/{assistant}", None),
            ("POST", f"{server.url}/v1/Assistants/{assistant}/Messages", say),
        ]:
            answer = requests.request(method, path, json=body, auth=reader)
            assert (answer.status_code, answer.json()["code"]) == (403, 20006), path
        with pytest.raises(TwilioRestException) as refused:
            sdk(server, *reader).assistants.v1.assistants(assistant).delete()
        assert (refused.value.status, refused.value.code) == (403, 20006)
        assert requests.get(url, auth=AUTH).json() == before
        assert requests.post(url, json=item, auth=(keys[False]["sid"], keys[False]["secret"])).status_code == 201


def test_an_account_asks_no_more_than_it_may(directory):
    create_account(directory, sid=OTHER_SID)
    with Server(directory, "--max-request-rate", "5") as server:
        answers = []
        with requests.Session() as session:
            # As many more as a slow machine may make room for meanwhile.
            while len(answers) < 200 and not any(answer.status_code == 429 for answer in answers):
                answers.append(session.get(messages_url(server), auth=AUTH))
        refused = answers.pop()
        assert [answer.status_code for answer in answers] == [200] * len(answers)
        assert len(answers) >= 5
        assert (refused.status_code, refused.json()["code"]) == (429, 20429)
        assert refused.headers["Retry-After"] == "1"
        assert status(server, OTHER_SID, TOKEN) == 200
        time.sleep(1)
        assert append(server, ["x"]).status_code == 201
        log = server.stop()
    assert log.count("as many requests as it may") == 1


@pytest.mark.parametrize("rate", ["0", "-1", "x", "1000001"])
def test_a_rate_that_is_none_is_refused(directory, rate):
    refused = command("serve", "--data-directory", directory, f"--max-request-rate={rate}", check=False)
    assert (refused.returncode, "max-request-rate" in refused.stderr) == (64, True)
