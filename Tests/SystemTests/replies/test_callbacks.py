"""Replies reach webhooks: signed, at least once, and nothing else is reached."""

import random
import re
import socket
import threading
import time

import pytest
import requests
from support.assistants import make_assistant, send, transcript
from support.receivers import Receiver, ScriptedModel, complete, http_server, respond
from support.sdk import sdk
from support.understudy import AUTH, SID, TOKEN, Server, command, create_account, json_of
from twilio.request_validator import RequestValidator
from twilio.rest.assistants.v1.assistant.message import MessageList

PRIVATE = ["--model", "echo", "--allow-private", "webhooks"]


@pytest.fixture
def directory(tmp_path):
    create_account(tmp_path)
    return tmp_path


def assert_signed(callback, url):
    signature = callback["headers"]["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(url, callback["form"], signature)
    assert not RequestValidator(TOKEN).validate(url, {**callback["form"], "Body": "forged"}, signature)


def listed(directory):
    return json_of("webhook", "list", "--data-directory", directory)


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"nothing came of it in {seconds} s"
        time.sleep(0.1)
    return value


def test_a_reply_is_reported_to_the_webhook_and_signed(directory):
    receiver = Receiver()
    key = json_of("key", "create", "--data-directory", directory, "--account", SID)
    with http_server(receiver) as url, Server(directory, *PRIVATE) as server:
        assistant = make_assistant(server)
        webhook = f"{url}/callback?room=1&x=%20"
        # Signed with the account's token, also when an API key sends.
        for user, password in (AUTH, (key["sid"], key["secret"])):
            messages = sdk(server, user, password).assistants.v1.assistants(assistant).messages
            message = {"identity": "phone:+15550100", "body": "Hello é & +", "session_id": "IS1/CH2", "webhook": webhook}
            accepted = messages.create(MessageList.AssistantsV1ServiceAssistantSendMessageRequest(message))
            assert (accepted.status, accepted.session_id) == ("queued", "webhook:IS1/CH2")
        for callback in receiver.wait(2, seconds=5):
            assert callback["path"] == "/callback?room=1&x=%20"
            assert callback["headers"]["Content-Type"].startswith("application/x-www-form-urlencoded")
            assert callback["form"] == {
                "Status": "Success",
                "SessionId": "webhook:IS1/CH2",
                "Identity": "phone:+15550100",
                "Body": "Hello é & +",
                "Error": "",
                "AccountSid": SID,
            }
            assert_signed(callback, webhook)
        tokens = {callback["headers"]["I-Twilio-Idempotency-Token"] for callback in receiver.received}
        assert len(tokens) == 2
        said = [("user", "Hello é & +"), ("assistant", "Hello é & +")]
        assert transcript(server, "IS1/CH2") == said * 2
        wait_until(lambda: listed(directory) == [], 5)


# What a webhook's URL is given behind its host, and what is requested.
TARGETS = {
    "": "/",
    "#rc=3&rp=all": "/",
    "?a=b#rc=3": "/?a=b",
    "/x?": "/x",
    "/a b?c=%20b c": "/a%20b?c=%20b%20c",
    "/é?é=%c3%a9": "/%C3%A9?%C3%A9=%c3%a9",
    "/😀": "/%F0%9F%98%80",
    "/|[]^`{}\"<>?|[]\\^`{}\"<>'": "/%7C%5B%5D%5E%60%7B%7D%22%3C%3E?%7C%5B%5D%5C%5E%60%7B%7D%22%3C%3E%27",
    "/a\\b": "/a/b",
    "/100%?50%&%zz%a": "/100%25?50%25&%25zz%25a",
    "/a/./b/../c/%2E%2e/d/..": "/a/",
    "//a///b/": "//a///b/",
    "/a;?b": "/a%3B?b",
    "/a;b;c=d/e;f": "/a;b;c=d/e;f",
    "/-._~!$&'()*+,;=:@?-._~!$&()*+,;=:@/?": "/-._~!$&'()*+,;=:@?-._~!$&()*+,;=:@/?",
}


def test_the_url_that_is_signed_is_the_one_that_is_requested(directory):
    # A percent sign alone could become an escape that is not UTF-8, which is refused.
    printable = set(map(chr, range(0x20, 0x7F))) - {"%"}
    alphabet = [*printable, *"é😀\u0301\u00a0\u2028", "%20", "%C3%A9", "%2e", "%zz", "%7", "%%4", "../", "//", ";"]
    receiver = Receiver()
    with http_server(receiver) as url, Server(directory, *PRIVATE) as server:
        assistant = make_assistant(server)
        host = url.removeprefix("http://")
        webhooks = {f"{url}{given}": (host, requested) for given, requested in TARGETS.items()}
        port = host.split(":")[1]
        for base in (f"HTTP://LocalHost:{port}", f"  http://localhost:0{port}"):
            webhooks[f"{base}/"] = (f"localhost:{port}", "/")
        for loopback in ("127.1", "0x7F000001", "2130706433"):
            webhooks[f"http://{loopback}:{port}"] = (host, "/")
        for _ in range(150):
            webhooks[f"{url}/{''.join(random.choices(alphabet, k=12))}"] = (host, None)
        for number, webhook in enumerate(webhooks):
            assert send(server, assistant, str(number), f"s{number}", webhook=webhook).status_code == 202
        receiver.wait(len(webhooks), seconds=60)
        assert len(receiver.received) == len(webhooks)
        given = list(webhooks)
        for callback in receiver.received:
            webhook = given[int(callback["form"]["Body"])]
            expected_host, expected_target = webhooks[webhook]
            assert callback["headers"]["Host"] == expected_host
            assert expected_target in (callback["target"], None), webhook
            # Nothing is encoded that was encoded before.
            assert not re.search("%25(?=20|C3%25A9|2e)", callback["target"]), webhook
            assert_signed(callback, f"http://{callback['headers']['Host']}{callback['target']}")


def test_a_url_whose_path_is_not_utf_8_is_refused_rather_than_called_without_it(directory):
    with Server(directory, *PRIVATE) as server:
        assistant = make_assistant(server)
        for path in ("/caf%E9", "/%A9?a=b", "/é/%f0%9f%98"):
            answer = send(server, assistant, "Hello", webhook=f"http://127.0.0.1:9{path}")
            assert (answer.status_code, "percent escapes are UTF-8" in answer.text) == (400, True)


def test_a_url_with_a_control_character_or_a_host_beyond_ascii_is_refused(directory):
    with Server(directory, *PRIVATE) as server:
        assistant = make_assistant(server)
        # A body with a NUL is refused before its webhook is read.
        for character in [*map(chr, range(1, 0x20)), "\x7f"]:
            for webhook in (f"http://127.0.0.1/a{character}b", f"http://127.0.0.1/#{character}", f"{character}http://a/"):
                answer = send(server, assistant, "Hello", webhook=webhook)
                assert (answer.status_code, "control characters" in answer.text) == (400, True)
        answer = send(server, assistant, "Hello", webhook="http://bücher.example/")
        assert (answer.status_code, "Punycode" in answer.text) == (400, True)


def test_a_failure_is_reported_too(directory):
    receiver = Receiver()
    with http_server(receiver) as url, Server(directory, "--allow-private-callbacks") as server:
        assert send(server, make_assistant(server), "Hello", webhook=url).status_code == 202
        callback = receiver.wait(1, seconds=5)[0]
        assert (callback["form"]["Status"], callback["form"]["Body"]) == ("Failed", "")
        assert "--model-url" in callback["form"]["Error"]
        assert_signed(callback, f"{url}/")
        assert callback["target"] == "/"
        assert transcript(server) == [("user", "Hello")]


def test_a_receiver_that_fails_is_tried_again_with_the_same_token(directory):
    receiver = Receiver(lambda handler: respond(handler, 500), lambda handler: respond(handler, 204))
    with http_server(receiver) as url, Server(directory, *PRIVATE) as server:
        assistant = make_assistant(server)
        send(server, assistant, "Hello", webhook=url)
        first, second = receiver.wait(2, seconds=15)
        # The first retry comes within 10 s.
        assert 1 < second["time"] - first["time"] < 10
        assert first["headers"]["I-Twilio-Idempotency-Token"] == second["headers"]["I-Twilio-Idempotency-Token"]
        assert first["form"] == second["form"]
        wait_until(lambda: listed(directory) == [], 5)
        time.sleep(1)
        assert len(receiver.received) == 2
        assert transcript(server) == [("user", "Hello"), ("assistant", "Hello")]


def test_redirects_are_not_followed_and_what_was_given_up_can_be_resent(directory):
    elsewhere = Receiver()
    with http_server(elsewhere) as other:
        receiver = Receiver(lambda handler: respond(handler, 302, Location=other))
        with http_server(receiver) as url, Server(directory, *PRIVATE, "--webhook-retry-time", "1") as server:
            send(server, make_assistant(server), "Hello", webhook=url)
            failed = wait_until(lambda: [item for item in listed(directory) if item["status"] == "failed"], 10)
            assert [(item["attempts"], item["url"]) for item in failed] == [(1, f"{url}/")]
            assert (failed[0]["account_sid"], failed[0]["session_id"]) == (SID, "webhook:s")
            assert "next_attempt" not in failed[0]
            shown = command("callback", "list", "--data-directory", directory).stdout
            assert f"failed  {SID}  session webhook:s  1 attempts, no further attempt  {url}/" in shown
            assert "status 302" in failed[0]["last_error"]
            assert elsewhere.received == []
            receiver.answers = [lambda handler: respond(handler, 200, b"x" * 1_000_000)]
            command("webhook", "resend", failed[0]["number"], "--data-directory", directory)
            first, second = receiver.wait(2, seconds=5)
            assert first["form"] == second["form"]
            assert first["headers"]["I-Twilio-Idempotency-Token"] == second["headers"]["I-Twilio-Idempotency-Token"]
            wait_until(lambda: listed(directory) == [], 5)
    none = command("webhook", "resend", "7", "--data-directory", directory, check=False)
    assert (none.returncode, "There is no failed webhook 7." in none.stderr) == (1, True)
    assert "Webhooks to be retried: 0" in command("webhook", "resend", "--all", "--data-directory", directory).stdout
    assert command("webhook", "resend", "--data-directory", directory, check=False).returncode == 64


def test_a_callback_comes_though_the_server_was_killed_before_the_reply(directory):
    def slow(handler):
        time.sleep(2)
        complete(handler, "reply")

    receiver = Receiver()
    with http_server(ScriptedModel(slow)) as model, http_server(receiver) as url:
        arguments = ["--model", "m", "--model-url", model, "--allow-private-callbacks"]
        with Server(directory, *arguments) as server:
            assistant = make_assistant(server)
            for text in ("one", "two"):
                assert send(server, assistant, text, webhook=url).status_code == 202
            server.process.kill()
        assert receiver.received == []
        with Server(directory, *arguments) as server:
            callbacks = receiver.wait(2, seconds=25)
            assert_signed(callbacks[0], f"{url}/")
            said = [("user", "one"), ("assistant", "reply"), ("user", "two"), ("assistant", "reply")]
            assert transcript(server) == said


def test_a_callback_comes_though_the_server_was_stopped_before_the_reply(directory):
    def slow(handler):
        time.sleep(3)
        complete(handler, "reply")

    receiver = Receiver()
    with http_server(ScriptedModel(slow)) as model, http_server(receiver) as url:
        arguments = ["--model", "m", "--model-url", model, "--allow-private-callbacks"]
        with Server(directory, *arguments) as server:
            assert send(server, make_assistant(server), "one", webhook=url).status_code == 202
            time.sleep(0.5)
            start = time.monotonic()
            server.stop()
            assert time.monotonic() - start < 5
        with Server(directory, *arguments) as server:
            # The turn was given back, so that nobody waits for its lease.
            receiver.wait(1, seconds=8)
            assert transcript(server) == [("user", "one"), ("assistant", "reply")]


def test_a_callback_under_way_comes_again_after_a_kill(directory):
    receiver = Receiver(lambda handler: time.sleep(5), lambda handler: respond(handler, 204))
    with http_server(receiver) as url:
        with Server(directory, *PRIVATE) as server:
            send(server, make_assistant(server), "Hello", webhook=url)
            receiver.wait(1, seconds=5)
            server.process.kill()
        with Server(directory, *PRIVATE) as server:
            first, second = receiver.wait(2, seconds=45)
            assert first["form"] == second["form"]
            assert transcript(server) == [("user", "Hello"), ("assistant", "Hello")]


def test_nothing_private_is_reached_unless_the_operator_says_so(directory):
    receiver = Receiver()
    with http_server(receiver) as url, Server(directory, "--model", "echo") as server:
        assistant = make_assistant(server)
        port = url.rsplit(":", 1)[1]
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "127.1", "10.0.0.1"):
            answer = send(server, assistant, "Hello", webhook=f"http://{host}:{port}/")
            assert (answer.status_code, answer.json()["code"]) == (400, 20001)
            assert "--allow-private webhooks" in answer.json()["message"]
        # The machine's own name is known to be private only when it is resolved.
        name = socket.gethostname()
        assert socket.gethostbyname(name)
        assert send(server, assistant, "Hello", webhook=f"http://{name}:{port}/").status_code == 202
        error = wait_until(lambda: [item["last_error"] for item in listed(directory) if item["last_error"]], 10)
        assert "private address" in error[0] and "--allow-private webhooks" in error[0]
    assert receiver.received == []


def test_the_environment_and_the_configuration_file_allow_private_webhooks(directory, tmp_path):
    config = tmp_path / "config.json"
    config.write_text('{"allow-private": "webhooks"}')
    receiver = Receiver()
    with http_server(receiver) as url:
        for arguments, env in (([], {"UNDERSTUDY_ALLOW_PRIVATE": "webhooks"}), (["--config-file", config], {})):
            with Server(directory, "--model", "echo", *arguments, env=env) as server:
                assert send(server, make_assistant(server), "Hello", webhook=url).status_code == 202
        receiver.wait(2, seconds=10)
    refused = command("serve", "--data-directory", directory, "--allow-private", "webhooks,tool", check=False)
    assert refused.returncode == 64
    assert '--allow-private has an unknown value "tool". Allowed: webhooks.' in refused.stderr


def test_many_callbacks_are_delivered_side_by_side(directory):
    def slow(handler):
        time.sleep(0.2)
        respond(handler, 204)

    receiver = Receiver(slow)
    with http_server(receiver) as url, Server(directory, *PRIVATE) as server:
        assistant = make_assistant(server)
        threads = [
            threading.Thread(target=send, args=[server, assistant, "Hello", f"s{number}"], kwargs={"webhook": url})
            for number in range(60)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        receiver.wait(60, seconds=15)
        sessions = {callback["form"]["SessionId"] for callback in receiver.received}
        assert sessions == {f"webhook:s{number}" for number in range(60)}


def test_what_was_accepted_is_answered_once_however_often_the_server_is_killed(directory):
    receiver = Receiver()
    accepted = []
    with http_server(receiver) as url:
        assistant = None
        for _ in range(5):
            with Server(directory, *PRIVATE) as server:
                assistant = assistant or make_assistant(server)

                def work(writer):
                    while True:
                        text = f"{writer}-{random.getrandbits(64)}"
                        try:
                            answer = send(server, assistant, text, f"s{writer}", {"Idempotency-Key": text}, webhook=url)
                        except requests.exceptions.RequestException:
                            return
                        assert answer.status_code in (202, 429)
                        if answer.status_code == 202:
                            accepted.append(text)

                threads = [threading.Thread(target=work, args=[writer]) for writer in range(8)]
                for thread in threads:
                    thread.start()
                time.sleep(random.uniform(0.1, 0.5))
                server.process.kill()
                for thread in threads:
                    thread.join()
        with Server(directory, *PRIVATE) as server:
            # What was under way when the server was killed is taken up when its lease ends.
            wait_until(lambda: {item["form"]["Body"] for item in receiver.received} >= set(accepted), 60)
            wait_until(lambda: listed(directory) == [], 60)
            said = [message for writer in range(8) for message in transcript(server, f"s{writer}", page_size=1000)]
    assert len(accepted) > 50
    messages = [text for role, text in said if role == "user"]
    assert set(accepted) <= set(messages)
    # Every message has its reply behind it, and there is one of each.
    assert said == [pair for text in messages for pair in (("user", text), ("assistant", text))]
    assert len(set(messages)) == len(messages)
