"""What is sent to an assistant is answered by a model, and both are in the transcript."""

import gzip
import json
import threading
import time
from email.utils import formatdate
from pathlib import Path

import pytest
import requests
from support.assistants import make_assistant, send, transcript
from support.postgres_server import free_port
from support.receivers import (
    LITELLM_KEY, LITELLM_MODELS, Receiver, ScriptedModel, close_at_once, close_half_way, complete, http_server, litellm,
    respond,
)
from support.sdk import sdk
from support.understudy import AUTH, Server, create_account, import_lines
from support.workers import in_parallel
from twilio.rest.assistants.v1.assistant import AssistantList
from twilio.rest.assistants.v1.assistant.message import MessageList


@pytest.fixture
def directory(tmp_path):
    create_account(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def model_url(tmp_path_factory):
    with litellm(tmp_path_factory.mktemp("litellm")) as url:
        yield url


def test_a_conversation_by_the_sdk_with_a_model_that_is_not_ours(directory, model_url):
    arguments = ["--model", "mock", "--model-url", model_url]
    with Server(directory, *arguments, env={"UNDERSTUDY_MODEL_KEY": LITELLM_KEY}) as server:
        assistants = sdk(server).assistants.v1.assistants
        made = assistants.create(
            AssistantList.AssistantsV1ServiceCreateAssistantRequest({"name": "Ann", "personality_prompt": "Be kind."})
        )
        assert made.model == "mock"
        for text in ("Hello", "And again é"):
            reply = assistants(made.id).messages.create(
                MessageList.AssistantsV1ServiceAssistantSendMessageRequest(
                    {"identity": "email:a@example.com", "body": text, "session_id": "conversations__IS1/CH2"}
                )
            )
            assert (reply.status, reply.error) == ("success", "")
            assert (reply.body, reply.session_id) == (LITELLM_MODELS["mock"], "conversations__IS1/CH2")
        said = transcript(server, "conversations__IS1/CH2")
        replies = [("assistant", LITELLM_MODELS["mock"])] * 2
        assert said == [("user", "Hello"), replies[0], ("user", "And again é"), replies[1]]
        log = server.stop()
    assert LITELLM_KEY not in log


def test_an_assistant_can_have_a_model_of_its_own(directory, model_url):
    key = directory / "key"
    key.write_text(LITELLM_KEY + "\n")
    with Server(directory, "--model", "mock", "--model-url", model_url, "--model-key-file", key) as server:
        assistant = make_assistant(server, model="other")
        assert send(server, assistant, "Hello").json()["body"] == LITELLM_MODELS["other"]
        # A model that the server does not have.
        answer = send(server, make_assistant(server, model="unknown"), "Hello").json()
        assert (answer["status"], answer["body"]) == ("failed", "")
        assert "answered with status 400: " in answer["error"]
        assert "unknown" in answer["error"]


def test_a_wrong_key_is_a_clear_failure_and_shown_to_nobody(directory, model_url):
    key = "sk-a-wrong-key-0123456789"
    arguments = ["--model", "mock", "--model-url", model_url]
    with Server(directory, *arguments, env={"UNDERSTUDY_MODEL_KEY": key}) as server:
        answer = send(server, make_assistant(server), "Hello")
        assert (answer.status_code, answer.json()["status"]) == (200, "failed")
        assert "answered with status" in answer.json()["error"]
        assert transcript(server) == [("user", "Hello")]
        log = server.stop()
    assert key not in log + answer.text


def test_the_model_is_told_the_prompt_and_the_history(directory):
    model = ScriptedModel(lambda handler: complete(handler, "first"), lambda handler: complete(handler, "second"))
    with http_server(model) as url, Server(directory, "--model", "m", "--model-url", url + "/v1/") as server:
        assistant = make_assistant(server, personality_prompt="You are Ann.")
        send(server, assistant, "one")
        appended = [{"role": "user", "content": {"content": "two"}}, {"role": "assistant", "content": {"output": "three"}}]
        requests.post(f"{server.url}/v1/Sessions/s/Messages", json={"messages": appended}, auth=AUTH)
        assert send(server, assistant, "four", mode="email").json()["body"] == "second"
    request = model.asked[1]
    assert request["model"] == "m"
    assert request["messages"][0]["role"] == "system"
    assert request["messages"][0]["content"].startswith("You are Ann.")
    assert "email" in request["messages"][0]["content"]
    assert [(message["role"], message["content"]) for message in request["messages"][1:]] == [
        ("user", "one"),
        ("assistant", "first"),
        ("user", "two"),
        ("assistant", "three"),
        ("user", "four"),
    ]


def send_much(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    for _ in range(100):
        handler.wfile.write(b" " * (1 << 20))


def dribble(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.5)


@pytest.mark.parametrize(
    "misbehave, error, asked",
    [
        (lambda handler: time.sleep(30), "did not answer within 3 s", 1),
        (dribble, "did not answer within 3 s", 1),
        (lambda handler: respond(handler, 200, b"<html></html>", "text/html"), "something else than a chat", 1),
        (lambda handler: respond(handler, 200, b"[]"), "something else than a chat", 1),
        (lambda handler: respond(handler, 200, b'{"choices":[]}'), "gave no text", 1),
        (lambda handler: complete(handler, None), "gave no text", 1),
        (lambda handler: complete(handler, "\0 \n"), "gave no text", 1),
        (lambda handler: complete(handler, None, reasoning="hm"), "only its reasoning", 1),
        (lambda handler: complete(handler, "", reasoning_content="hm"), "only its reasoning", 1),
        (lambda handler: complete(handler, "<think>hm", "length"), "limit of tokens", 1),
        (lambda handler: refuse(handler, 200, {"message": "No such thing"}), "an error: No such thing", 1),
        (lambda handler: refuse(handler, 200, {"message": "Not now", "code": 429}), "an error: Not now", None),
        (lambda handler: refuse(handler, 400, "Too long: http://10.0.0.5/x"), "status 400: Too long: (URL)", 1),
        (lambda handler: refuse(handler, 401, "sk-what-it-has-of-it"), "status 401: it does not accept the key", 1),
        (lambda handler: respond(handler, 404, b"{}"), "status 404", 1),
        (lambda handler: respond(handler, 302, Location="/elsewhere"), "status 302", 1),
        (lambda handler: respond(handler, 500, b"{}"), "status 500", None),
        (lambda handler: respond(handler, 429, b"{}", Retry_After="0"), "status 429", 4),
        (lambda handler: respond(handler, 429, b"{}", Retry_After="3600"), "status 429", 1),
        (close_at_once, "broke the connection", None),
        (close_half_way, "broke the connection", None),
        (send_much, "more than 4194304 bytes", 1),
    ],
)
def test_a_model_that_misbehaves_is_a_clear_failure(directory, misbehave, error, asked):
    model = ScriptedModel(misbehave)
    arguments = ["--model", "m", "--model-timeout", "3", "--model-url"]
    with http_server(model) as url, Server(directory, *arguments, url) as server:
        assistant = make_assistant(server)
        start = time.monotonic()
        answer = send(server, assistant, "Hello")
        assert time.monotonic() - start < 6
        assert answer.status_code == 200
        assert answer.json()["status"] == "failed"
        assert error in answer.json()["error"]
        assert url not in answer.text
        assert len(model.asked) == asked if asked else len(model.asked) >= 1
        # The user's message stays, and the next turn works.
        model.answers = [lambda handler: complete(handler, "better")]
        assert send(server, assistant, "Again").json()["body"] == "better"
        assert transcript(server) == [("user", "Hello"), ("user", "Again"), ("assistant", "better")]
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        assert peak < 150_000, "kB"


def test_a_model_that_is_too_busy_or_breaks_down_is_asked_again(directory):
    model = ScriptedModel(
        lambda handler: respond(handler, 503),
        close_half_way,
        lambda handler: respond(handler, 429, Retry_After="1"),
        lambda handler: complete(handler, "at last"),
    )
    with http_server(model) as url, Server(directory, "--model", "m", "--model-url", url) as server:
        assert send(server, make_assistant(server), "Hello").json()["body"] == "at last"
    assert len(model.asked) == 4


def test_a_model_that_cannot_be_reached_is_a_clear_failure(directory):
    with Server(directory, "--model", "m", "--model-url", "http://127.0.0.1:1/v1") as server:
        start = time.monotonic()
        answer = send(server, make_assistant(server), "Hello").json()
        assert time.monotonic() - start < 10
        assert (answer["status"], "cannot be reached" in answer["error"]) == ("failed", True)
        assert "127.0.0.1" not in answer["error"]


def refuse(handler, status, error):
    respond(handler, status, json.dumps({"error": error}).encode())


def body_of(content):
    return b'{"choices":[{"finish_reason":"stop","message":{"content":' + content + b"}}]}"


@pytest.mark.parametrize(
    "content, text",
    [
        (b'"a\\u0000b"', "ab"),
        (b'"a\\ud83d b"', "a\ufffd b"),
        (b'"a\xf0\x9f b"', "a\ufffd b"),
        (b'"<think>\\nhm\\n</think>\\n\\na <think> b"', "a <think> b"),
        (b'[{"type":"text","text":"a"},{"type":"output_text","text":" b"}]', "a b"),
        (b'"' + "é\\n".encode() * 900_000 + b'"', None),
    ],
    ids=["nul", "surrogate", "utf-8", "reasoning", "parts", "long"],
)
def test_a_reply_is_the_same_text_everywhere(directory, content, text):
    model = ScriptedModel(lambda handler: respond(handler, 200, body_of(content)))
    receiver = Receiver()
    arguments = ["--model", "m", "--allow-private-callbacks", "--model-url"]
    with http_server(model) as url, http_server(receiver) as webhook, Server(directory, *arguments, url) as server:
        assistant = make_assistant(server)
        headers = {"Idempotency-Key": "k"}
        first, again = [send(server, assistant, "Hello", headers=headers) for _ in range(2)]
        assert again.headers["Idempotent-Replayed"] == "true" and again.text == first.text
        send(server, assistant, "Hello", "t", webhook=webhook)
        reported = receiver.wait(1, seconds=10)[0]["form"]
        stored = [sdk(server).assistants.v1.sessions(name).messages.list()[1] for name in ("s", "webhook:t")]
        said = first.json()["body"]
        assert said == text or (text is None and ("é\n" * 900_000).startswith(said) and len(said) > 200_000)
        assert (first.json()["status"], reported["Status"], reported["Body"]) == ("success", "Success", said)
        for message in stored:
            assert message.content == {"content": said, "output": said}
            assert message.meta == {"finish_reason": "stop", **({} if text else {"truncated": True})}


def test_the_longest_reply_can_be_put_appended_and_imported(directory):
    model = ScriptedModel(lambda handler: complete(handler, "\\\"" * 500_000, reasoning="é" * 200_000))
    arguments = ["--model", "m", "--keep-reasoning", "--model-url"]
    with http_server(model) as url, Server(directory, *arguments, url) as server:
        assert send(server, make_assistant(server), "Hello").json()["status"] == "success"
        messages = f"{server.url}/v1/Sessions/s/Messages"
        listed = requests.get(messages, auth=AUTH).json()["messages"][1]
        assert listed["meta"]["truncated"] and len(listed["content"]["content"]) > 200_000

        def encoded(fields):
            return json.dumps({name: listed[name] for name in fields}, ensure_ascii=False).encode()

        put = requests.put(f"{messages}/{listed['id']}", encoded(["content", "meta"]), auth=AUTH)
        assert (put.status_code, put.json()["content"]) == (200, listed["content"])
        post = requests.post(messages, encoded(["role", "content", "meta"]), auth=AUTH)
        assert post.status_code == 201
    fields = ["id", "assistant_id", "identity", "role", "content", "meta", "date_created", "date_updated"]
    line = {"session_id": "other", **{name: listed[name] for name in fields}, "id": "aia_msg_1"}
    assert import_lines(directory, [line])["stored"] == 1


def test_what_the_server_says_of_a_reply_is_in_its_meta_and_a_cut_one_is_counted(directory):
    address = f"127.0.0.1:{free_port()}"
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 1}}
    said = {"model": "m-2026", "usage": usage}
    model = ScriptedModel(
        lambda handler: complete(handler, "whole", reasoning_content="hm", **said),
        lambda handler: complete(handler, "cut", "length", **said),
    )
    arguments = ["--model", "m", "--keep-reasoning", "--metrics-address", address, "--model-url"]
    with http_server(model) as url, Server(directory, *arguments, url) as server:
        assistant = make_assistant(server)
        assert [send(server, assistant, "Hello").json()["body"] for _ in range(2)] == ["whole", "cut"]
        messages = sdk(server).assistants.v1.sessions("s").messages.list()
        assert messages[1].meta == {"finish_reason": "stop", **said, "reasoning": "hm"}
        assert messages[3].meta == {"finish_reason": "length", **said}
        metrics = requests.get(f"http://{address}/metrics").text.splitlines()
        assert 'understudy_replies_cut_total{reason="length"} 1.0' in metrics
        assert 'understudy_replies_cut_total{reason="size"} 0.0' in metrics
        log = server.stop()
    assert log.count("a reply was cut off") == 1 and "reason=length" in log


def test_a_compressed_response_is_understood_and_bounded(directory):
    def compressed(text, coding="gzip"):
        body = gzip.compress(body_of(json.dumps(text).encode()))
        return lambda handler: respond(handler, 200, body, Content_Encoding=coding)

    model = ScriptedModel(compressed("a reply"), compressed("x" * (1 << 25)))
    with http_server(model) as url, Server(directory, "--model", "m", "--model-url", url) as server:
        assistant = make_assistant(server)
        assert send(server, assistant, "Hello").json()["body"] == "a reply"
        assert "more than 4194304 bytes" in send(server, assistant, "Hello").json()["error"]
    assert len(model.asked) == 2


def test_the_words_of_a_model_are_in_the_error_and_the_log_but_no_secret(directory):
    key = "sk-a-key-0123456789"
    said = f"No model 'm' for {key}, ask" + " again" * 200
    model = ScriptedModel(lambda handler: refuse(handler, 200, {"message": f"{handler.headers['Host']}: {said}"}))
    arguments = ["--model", "m", "--model-url"]
    with http_server(model) as url, Server(directory, *arguments, url, env={"UNDERSTUDY_MODEL_KEY": key}) as server:
        answer = send(server, make_assistant(server), "Hello")
        error = answer.json()["error"]
        assert "(address)" in error and "No model 'm' for (secret), ask again" in error and len(error) < 600
        log = server.stop()
    assert "No model 'm' for (secret)" in log
    assert key not in answer.text + log
    assert url.removeprefix("http://") not in answer.text


def test_an_error_that_means_overload_is_asked_again_with_any_status(directory):
    model = ScriptedModel(
        lambda handler: refuse(handler, 200, {"message": "Overloaded", "type": "overloaded_error"}),
        lambda handler: respond(handler, 429, Retry_After=formatdate(time.time() + 3, usegmt=True)),
        lambda handler: complete(handler, "at last"),
    )
    with http_server(model) as url, Server(directory, "--model", "m", "--model-url", url) as server:
        start = time.monotonic()
        assert send(server, make_assistant(server), "Hello").json()["body"] == "at last"
        # The date is in whole seconds.
        assert 2 < time.monotonic() - start < 10
        # A date behind the time that a reply may take is no use.
        model.answers = [lambda handler: respond(handler, 429, Retry_After=formatdate(time.time() + 3_600, usegmt=True))]
        start = time.monotonic()
        assert "status 429" in send(server, make_assistant(server), "Hello").json()["error"]
        assert time.monotonic() - start < 2
    assert len(model.asked) == 4


def test_empty_texts_are_not_told_to_the_model(directory):
    def strict(handler):
        texts = [message["content"] for message in model.asked[-1]["messages"] if message["role"] != "system"]
        complete(handler, "fine") if all(texts) else refuse(handler, 400, "content must not be empty")

    model = ScriptedModel(strict)
    with http_server(model) as url, Server(directory, "--model", "m", "--model-url", url) as server:
        said = [("user", "one"), ("assistant", ""), ("user", " "), ("assistant", "\n")]
        appended = [{"role": role, "content": {"content": text}} for role, text in said]
        requests.post(f"{server.url}/v1/Sessions/s/Messages", json={"messages": appended}, auth=AUTH)
        assert send(server, make_assistant(server), "two").json()["body"] == "fine"
    assert model.asked[0]["messages"][-1]["content"] == "one\n\ntwo"


def test_turns_of_a_session_come_one_by_one_and_some_wait(directory):
    def slow(handler):
        time.sleep(1)
        complete(handler, "reply")

    model = ScriptedModel(slow)
    arguments = ["--model", "m", "--max-waiting-turns", "3", "--model-url"]
    with http_server(model) as url, Server(directory, *arguments, url) as server:
        assistant = make_assistant(server)
        answers = in_parallel([lambda: send(server, assistant, "Hello") for _ in range(10)])
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) == 6
        assert {answer.json()["code"] for answer in refused} == {20429}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
        assert [role for role, _ in transcript(server)] == ["user", "assistant"] * 4
        # Sessions do not wait for each other.
        start = time.monotonic()
        answers = in_parallel([lambda name=f"t{n}": send(server, assistant, "Hello", name) for n in range(40)])
        assert {answer.json()["status"] for answer in answers} == {"success"}
        assert time.monotonic() - start < 8
        log = server.stop()
    # What takes long because the model does is nothing to warn of.
    assert "Slow request" not in log


def test_a_caller_who_hangs_up_does_not_cancel_the_turn(directory):
    def slow(handler):
        time.sleep(1)
        complete(handler, "reply")

    with http_server(ScriptedModel(slow)) as url, Server(directory, "--model", "m", "--model-url", url) as server:
        with pytest.raises(requests.exceptions.ReadTimeout):
            send(server, make_assistant(server), "Hello", timeout=0.3)
        time.sleep(2)
        assert transcript(server) == [("user", "Hello"), ("assistant", "reply")]


def test_a_key_makes_a_send_happen_once(directory):
    def slow(handler):
        time.sleep(3)
        complete(handler, "reply")

    with http_server(ScriptedModel(slow)) as url, Server(directory, "--model", "m", "--model-url", url) as server:
        assistant = make_assistant(server)
        headers = {"Idempotency-Key": "k"}
        answers = in_parallel([lambda: send(server, assistant, "Hello", headers=headers) for _ in range(50)])
        codes = [answer.status_code for answer in answers]
        assert (codes.count(200), codes.count(409)) == (1, 49)
        first = next(answer for answer in answers if answer.status_code == 200)
        again = send(server, assistant, "Hello", headers=headers)
        assert (again.status_code, again.text) == (200, first.text)
        assert send(server, assistant, "Other", headers=headers).status_code == 400
        assert transcript(server) == [("user", "Hello"), ("assistant", "reply")]


def test_a_turn_under_way_is_finished_after_a_kill(directory):
    def slow(handler):
        time.sleep(1.5)
        complete(handler, "reply")

    model = ScriptedModel(slow)
    with http_server(model) as url:
        arguments = ["--model", "m", "--model-url", url]
        with Server(directory, *arguments) as server:
            assistant = make_assistant(server)
            with pytest.raises(requests.exceptions.RequestException):
                threading.Timer(0.7, server.process.kill).start()
                send(server, assistant, "Hello", headers={"Idempotency-Key": "k"})
        with Server(directory, *arguments) as server:
            deadline = time.monotonic() + 20
            while (again := send(server, assistant, "Hello", headers={"Idempotency-Key": "k"})).status_code == 409:
                assert time.monotonic() < deadline
                time.sleep(0.2)
            assert again.json()["body"] == "reply"
            assert transcript(server) == [("user", "Hello"), ("assistant", "reply")]
