"""Nobody sees another's data, whatever ids, names, page tokens and keys they bring."""

import base64
import functools
import http.client
import itertools
import json
import random
import re
import string
import threading
from collections import namedtuple
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from support.paths import ROOT
from support.receivers import ScriptedModel, complete, http_server
from support.reliability import amount, record
from support.understudy import (
    AUTH, OTHER_SID, SID, TRUSTING, Server, command, create_account, json_of, prepare_postgres, using,
)

pytestmark = pytest.mark.promise

PROMISE = "Nobody sees another's data"
OTHER_TOKEN = "another horse, another staple"
OTHER = (OTHER_SID, OTHER_TOKEN)

Answer = namedtuple("Answer", "status headers body")


class Caller:
    """Somebody with credentials, or without, on a connection of their own; each request comes from another address."""

    _addresses = itertools.count()

    def __init__(self, server, user=None, password=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}"} if user else {}

    def __call__(self, method, target, body="", headers=None):
        address = f"2001:db8:0:{next(self._addresses) % 65_536:x}::1"
        headers = {**self.headers, "X-Forwarded-For": address, **(headers or {})}
        self.connection.request(method, target, body.encode(), headers)
        answer = self.connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())

    def json(self, target):
        answer = self("GET", target)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)


# MARK: The API

# What is sent to each route that reads a body. A new one needs a line here.
BODIES = {
    ("/v1/Assistants", "POST"): '{"name":"Another"}',
    ("/v1/Assistants/{assistant}", "PUT"): '{"name":"Another","personality_prompt":"Another."}',
    ("/v1/Assistants/{assistant}/Tools/{tool}", "POST"): "",
    ("/v1/Tools", "POST"): '{"name":"Another","type":"WEBHOOK","enabled":true,"assistant_id":"{assistant}"}',
    ("/v1/Tools/{tool}", "PUT"): '{"name":"Another","assistant_id":"{assistant}"}',
    ("/v1/Assistants/{assistant}/Messages", "POST"): (
        '{"identity":"user_id:another","body":"Another","session_id":"{session}"}'
    ),
    ("/v1/Sessions/{session}/Messages", "POST"): (
        '{"role":"user","content":{"content":"Another"},"assistant_id":"{assistant}"}'
    ),
    ("/v1/Sessions/{session}/Messages/{message}", "PUT"): '{"content":{"content":"Another"}}',
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def routes():
    """The methods of each path of the API, as the table of routes has them; a path names its parameters by what they are."""
    source = (ROOT / "Sources" / "AssistantsAPI" / "Routing" / "Routes.swift").read_text()
    methods = {}
    for row in re.split(r"\bRoute\(", source)[1:]:
        path = re.search(r'"(/[^"]*)"', row)[1]
        names = {"Assistants": "assistant", "Sessions": "session", "Messages": "message", "Tools": "tool"}
        for collection, name in names.items():
            path = re.sub(rf"/{collection}/{{\w+}}", f"/{collection}/{{{name}}}", path)
        methods[path] = {method.upper() for method in re.findall(r"\.(\w+): \.for(?:Anyone|Accounts)\b", row)}
    assert methods and all(methods.values())
    return methods


def fields(text):
    return set(re.findall(r"{(\w+)}", text))


def filled(text, values):
    for name, value in values.items():
        text = text.replace("{%s}" % name, value)
    return text


# MARK: Data

# Both accounts have these, with the same ids of messages.
SHARED = ["shared", "webhook:shared/room é"]
# Only the one that is looked for has these.
PRIVATE = ["private", "webhook:private/room é", "voice:call"]
MARK = "what is said to A alone"
OTHER_MARK = "what is said to B alone"


def fill_account(caller, directory, env, sid, mark, sessions):
    """Give an account sessions of five messages each, and three assistants with a tool each, all with a mark in them."""
    lines = [
        {
            "session_id": session,
            "id": f"aia_msg_{session.strip('é ').replace('/', '-').replace(':', '-')}-{number}",
            "role": "user",
            "content": {"content": f"{mark} {number}"},
            "meta": {"mark": mark},
            "identity": f"user_id:{mark}",
        }
        for session in sessions
        for number in range(5)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    at, env = using(directory, env)
    json_of("import", *at, "--account", sid, "-", input=text, env=env)
    for _ in range(3):
        body = {"name": mark, "owner": mark, "personality_prompt": mark}
        answer = caller("POST", "/v1/Assistants", json.dumps(body))
        assert answer.status == 201
        policy = {"name": mark, "description": mark, "type": mark, "policy_details": {"mark": mark}}
        body = {"name": mark, "description": mark, "meta": {"mark": mark}, "type": "WEBHOOK", "enabled": True}
        body |= {"policy": policy, "assistant_id": json.loads(answer.body)["id"]}
        assert caller("POST", "/v1/Tools", json.dumps(body)).status == 201


def everything(caller):
    """All that an account's lists say, and all that each thing of theirs says of itself."""
    found = {}

    def read(target):
        answer = caller("GET", target)
        assert answer.status == 200, answer.body
        found[target] = (answer.headers["ETag"], answer.body)
        return json.loads(answer.body)

    for session in read("/v1/Sessions?PageSize=1000")["sessions"]:
        path = f"/v1/Sessions/{quote(session['id'])}"
        read(path)
        for message in read(f"{path}/Messages?PageSize=1000")["messages"]:
            read(f"{path}/Messages/{message['id']}")
    # Every message has this word.
    assert read("/v1/Messages?PageSize=1000&Query=said")["messages"]
    for assistant in read("/v1/Assistants?PageSize=1000")["assistants"]:
        read(f"/v1/Assistants/{assistant['id']}")
        read(f"/v1/Assistants/{assistant['id']}/Tools")
    for tool in read("/v1/Tools?PageSize=1000")["tools"]:
        assert read(f"/v1/Tools/{tool['id']}")["policies"]
    assert read("/v1/Policies?PageSize=1000")["policies"]
    return found


def tokens_of(caller, target):
    """The page tokens that lead from a list's second page to the next and the previous one."""
    first = caller.json(f"{target}?PageSize=1")["meta"]
    second = caller.json(urlsplit(first["next_page_url"])._replace(scheme="", netloc="").geturl())["meta"]
    return [parse_qs(urlsplit(second[url]).query)["PageToken"][0] for url in ("next_page_url", "previous_page_url")]


LISTS = ["/v1/Sessions", "/v1/Assistants", "/v1/Tools", "/v1/Policies", *(f"/v1/Sessions/{quote(name)}/Messages" for name in SHARED + PRIVATE)]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def kind(request):
    return request.param


@pytest.fixture
def env(request, kind, tmp_path):
    """The environment of programs on a store of the kind, which has two accounts."""
    if kind == "SQLite":
        env = {}
        create_account(tmp_path)
    else:
        env = prepare_postgres(request.getfixturevalue("empty_url"), tmp_path)
    create_account(tmp_path, OTHER_SID, OTHER_TOKEN, env)
    return env


Accounts = namedtuple("Accounts", "server a b a_key b_key")


@pytest.fixture
def accounts(env, tmp_path):
    """A server with the data of two accounts, a caller for each, and their API keys."""
    at, env = using(tmp_path, env)
    keys = [json_of("key", "create", *at, "--account", sid, env=env) for sid in (SID, OTHER_SID)]
    with Server(tmp_path, "--model", "echo", *TRUSTING, env=env) as server:
        a, b = Caller(server, *AUTH), Caller(server, *OTHER)
        fill_account(a, tmp_path, env, SID, MARK, SHARED + PRIVATE)
        fill_account(b, tmp_path, env, OTHER_SID, OTHER_MARK, SHARED)
        # Pages are kept when they are asked for the second time.
        for target in LISTS * 3:
            a.json(target)
        yield Accounts(server, a, b, *((key["sid"], key["secret"]) for key in keys))
        for caller in (a, b):
            caller.connection.close()


# MARK: Ids and names


@functools.cache
def nobodys(text):
    """A name or id of the same form and length that is nobody's."""
    prefix = re.match("aia_[a-z]+_|webhook:|voice:|P[AB]|", text)[0]
    draw = random.Random(text).choice
    return prefix + re.sub("[A-Za-z0-9]", lambda _: draw("abcdef0123456789"), text[len(prefix) :])


def pairs(text, theirs, own):
    """What a text's fields can be filled with: what is another's or one's own, and what is nobody's or one's own."""
    names = sorted(fields(text))
    choices = [
        [(value, nobodys(value)) for value in theirs[name]] + [(value, value) for value in own.get(name, [])]
        for name in names
    ]
    for chosen in itertools.product(*choices):
        if any(their != other for their, other in chosen) or not names:
            yield tuple(dict(zip(names, values)) for values in (zip(*chosen) if names else ((), ())))


def said(answer, target, values):
    """What an answer says, but for what was asked for, and what was made for it alone."""
    text = answer.body.replace(target.partition("?")[0], "PATH")
    for value in values.values():
        text = text.replace(value, "NAME")
    text = re.sub(r"aia_\w+_[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
    text = re.sub(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"', "DATE", text)
    headers = [pair for pair in answer.headers.items() if pair[0].lower() not in ("twilio-request-id", "date")]
    return answer.status, sorted(headers), text


def test_what_is_anothers_is_like_what_is_nowhere(accounts, kind):
    server, a, b, _, b_key = accounts
    methods = routes()
    assert set(BODIES) == {(path, method) for path in methods for method in methods[path] & {"POST", "PUT", "PATCH"}}
    assert set().union(*methods.values()) <= set(METHODS)
    theirs = {
        "session": [*PRIVATE, "private/room é", "call"],
        "assistant": [a.json("/v1/Assistants")["assistants"][-1]["id"]],
        "message": [a.json(f"/v1/Sessions/{quote(name)}/Messages")["messages"][2]["id"] for name in PRIVATE],
        "tool": [a.json("/v1/Tools")["tools"][-1]["id"]],
        "token": [token for target in LISTS for token in tokens_of(a, target)],
    }
    own_assistant = b.json("/v1/Assistants")["assistants"][-1]["id"]
    before = everything(a)
    tried = 0

    def compare(caller, method, text, body, own):
        """Ask for what is another's and for what is nobody's, and return the status of both."""
        nonlocal tried
        for both in pairs(text + body, theirs, own):
            answers = []
            for values in both:
                target = filled(text, {name: quote(value) for name, value in values.items()})
                answer = caller(method, target, filled(body, values))
                assert MARK not in answer.body
                answers.append(said(answer, target, values))
                tried += 1
                if method == "POST" and answer.status in (200, 201) and "session" in values:
                    assert caller("DELETE", f"/v1/Sessions/{quote(values['session'])}").status == 204
            assert answers[0] == answers[1], (method, text, both)
            yield answers[0][0]

    for caller in (b, Caller(server, *b_key), Caller(server)):
        for path, method in itertools.product(methods, METHODS):
            # A message of another's is looked for in one's own session, too, and a session of another's name made.
            body = BODIES.get((path, method), "")
            has_own = body or "{tool}" in path
            own = {"assistant": [own_assistant] if has_own else [], "session": SHARED if "{message}" in path else []}
            statuses = set(compare(caller, method, path, body, own))
            if caller.headers and fields(path) and method != "POST":
                assert statuses <= {404, 405}
            if method in ("GET", "HEAD") and "meta" in json.loads(a("GET", filled(path, {"session": "shared"})).body):
                statuses = set(compare(caller, method, path + "?PageToken={token}", "", {"session": SHARED}))
                assert statuses == {400 if caller.headers else 401}
    assert everything(a) == before
    record(
        PROMISE,
        f"{kind}: {tried:,} requests with what is another's, by each method at each of {len(methods)} paths, "
        "answered as if it were nowhere",
    )


def test_what_one_does_to_things_of_the_same_names_is_done_to_ones_own(accounts):
    _, a, b, *_ = accounts
    before = everything(a)
    for name in SHARED:
        path = f"/v1/Sessions/{quote(name)}"
        texts = [message["content"]["content"] for message in b.json(f"{path}/Messages")["messages"]]
        assert texts == [f"{OTHER_MARK} {number}" for number in range(5)]
        one, two = (message["id"] for message in b.json(f"{path}/Messages?PageSize=2")["messages"])
        assert a("GET", f"{path}/Messages/{one}").status == 200
        assert b("PUT", f"{path}/Messages/{one}", '{"content":{"content":"Another"}}').status == 200
        assert b("DELETE", f"{path}/Messages/{two}").status == 204
        assert b("POST", f"{path}/Messages", '{"role":"user","content":{}}').status == 201
        assert everything(a) == before
        assert b("DELETE", path).status == 204
        assert everything(a) == before


def test_a_page_that_another_has_is_not_ones_own(accounts):
    """Neither a tag of another's page, nor that their page is kept, says anything of one's own."""
    _, a, b, *_ = accounts
    target = f"/v1/Sessions/{SHARED[0]}/Messages"
    tag = a("GET", target).headers["ETag"]
    assert a("GET", target, headers={"If-None-Match": tag}).status == 304
    answer = b("GET", target, headers={"If-None-Match": tag})
    assert (answer.status, MARK in answer.body, OTHER_MARK in answer.body) == (200, False, True)
    target = f"/v1/Sessions/{PRIVATE[0]}/Messages"
    tag = a("GET", target).headers["ETag"]
    for tags in (tag, "*"):
        assert b("GET", target, headers={"If-None-Match": tags}).status == 404


# MARK: Keys


def test_an_idempotency_key_is_each_accounts_own(accounts):
    server, a, b, *_ = accounts
    key = {"Idempotency-Key": "the same"}
    target = f"/v1/Sessions/{SHARED[0]}/Messages"
    body = '{"role":"user","content":{"content":"once"}}'
    first = a("POST", target, body, key)
    other = b("POST", target, body, key)
    assert (first.status, other.status, other.headers["Idempotent-Replayed"]) == (201, 201, None)
    assert json.loads(other.body)["account_sid"] == OTHER_SID
    assert json.loads(other.body)["id"] != json.loads(first.body)["id"]
    for caller, answer in ((a, first), (b, other)):
        again = caller("POST", target, body, key)
        assert (again.status, again.headers["Idempotent-Replayed"], again.body) == (201, "true", answer.body)
    # A key of another's that is taken does not make one's own request a wrong one.
    key = {"Idempotency-Key": "another"}
    assert a("POST", target, body, key).status == 201
    assert b("POST", target, body.replace("once", "twice"), key).headers["Idempotent-Replayed"] is None
    assert len(a.json(target)["messages"]) == len(b.json(target)["messages"]) == 7


def test_a_key_whose_request_is_under_way_is_free_to_others(env, tmp_path):
    is_asked, release = threading.Event(), threading.Event()

    def slow(handler):
        is_asked.set()
        release.wait(20)
        complete(handler, MARK)

    model = ScriptedModel(slow, lambda handler: complete(handler, OTHER_MARK))
    with http_server(model) as url, Server(tmp_path, "--model", "m", "--model-url", url, env=env) as server:
        answers = {}

        def ask(sid, token):
            caller = Caller(server, sid, token)
            assistant = json.loads(caller("POST", "/v1/Assistants", '{"name":"Ann"}').body)["id"]
            body = '{"identity":"user_id:alice","body":"Hello","session_id":"s"}'
            answers[sid] = caller("POST", f"/v1/Assistants/{assistant}/Messages", body, {"Idempotency-Key": "k"})

        thread = threading.Thread(target=ask, args=AUTH)
        thread.start()
        assert is_asked.wait(20)
        ask(*OTHER)
        release.set()
        thread.join()
        assert {sid: (answer.status, json.loads(answer.body)["body"]) for sid, answer in answers.items()} == {
            SID: (200, MARK), OTHER_SID: (200, OTHER_MARK)
        }


def test_credentials_open_their_own_account_alone(accounts, env, tmp_path):
    server, a, b, a_key, b_key = accounts
    nobody = [("AC" + "0" * 32, "nobody has this token"), ("SK" + "0" * 32, "nobody has this secret")]
    right = {AUTH: a, a_key: a, OTHER: b, b_key: b}
    refused = set()
    everyone = [*right, *nobody]
    for user, password in itertools.product(*zip(*everyone)):
        answer = Caller(server, user, password)("GET", "/v1/Sessions")
        if caller := right.get((user, password)):
            assert answer.body == caller("GET", "/v1/Sessions").body
        else:
            refused.add(str(said(answer, "", {})))
    # All of them, of users that there are and that there are not, are told the same.
    assert len(refused) == 1 and "(401, " in refused.pop()

    at, env = using(tmp_path, env)

    def revoke(key):
        return command("key", "revoke", key, "--account", OTHER_SID, *at, check=False, env=env)

    theirs, nobodys = revoke(a_key[0]), revoke(nobody[1][0])
    assert theirs.returncode == 1
    assert theirs.stderr.replace(a_key[0], "") == nobodys.stderr.replace(nobody[1][0], "")
    assert Caller(server, *a_key)("GET", "/v1/Sessions").status == 200
    record(PROMISE, f"{len(everyone) ** 2} users with passwords: the {len(right)} right ones open their own account")


# MARK: Page tokens

LETTERS = string.ascii_letters + string.digits + "-_"


def altered(token, others, draw):
    """Texts that are made of a token, and of others of the same form."""
    text, payload = token.encode(), base64.urlsafe_b64decode(token[2:])

    def flipped(data, bit):
        return bytes(byte ^ (1 << bit % 8 if place == bit // 8 else 0) for place, byte in enumerate(data))

    yield from (flipped(text, bit) for bit in range(8 * len(text)))
    yield from (text[:2] + base64.urlsafe_b64encode(flipped(payload, bit)) for bit in range(8 * len(payload)))
    yield from (text[:end] for end in range(len(text)))
    yield from (text[start:] for start in range(1, len(text)))
    yield from (text + bytes([byte]) for byte in range(256))
    yield from (text + draw.randbytes(length) for length in (2, 4, 48, 1_000))
    yield from (text * count for count in (2, 3, 50))
    for other in draw.sample(others, 10):
        yield from (text[:end] + other.encode()[end:] for end in range(1, len(text)))
    yield from (prefix + text[2:] for prefix in (b"PA", b"PB", b"PC", b"pa", b"pb", b"AP", b"", b"\0\0"))
    for encode in (base64.b64encode, base64.b32encode, base64.b16encode, base64.b85encode):
        yield text[:2] + encode(payload)
    yield from (text.lower(), text.upper(), text.swapcase(), text[::-1], payload, text[:2] + payload)
    yield from (pad + text for pad in (b"=", b" ", b"\n", b"\t", b"\0", b"%00", b"&", "\ufeff".encode()))
    yield from (text + pad for pad in (b"==", b"===", b"====", b"\r\n", b"%3D", b"%00"))
    # Percent-encoded a second time, and in letters that only look alike.
    yield "".join(f"%{byte:02X}" for byte in text).encode()
    yield "".join(chr(byte + 0xFEE0) for byte in text).encode()
    for _ in range(50):
        yield draw.randbytes(len(text))
        yield text[:2] + draw.randbytes(48)
        yield text[:2] + "".join(draw.choices(LETTERS, k=48)).encode()
        # The seal with another place, and the place with another seal.
        yield text[:2] + base64.urlsafe_b64encode(draw.randbytes(18) + payload[18:])
        yield text[:2] + base64.urlsafe_b64encode(payload[:18] + draw.randbytes(18))


def test_no_token_that_was_altered_is_taken(accounts, kind):
    _, a, *_ = accounts
    draw = random.Random(1)
    lists = {token: target for target in LISTS for token in tokens_of(a, target)}
    right = {token: a("GET", f"{lists[token]}?PageToken={token}") for token in lists}
    assert {answer.status for answer in right.values()} == {200}
    texts = {}
    for token in lists:
        texts.update(dict.fromkeys(altered(token, list(lists), draw), lists[token]))
    for token in lists:
        texts.pop(token.encode(), None)
    chosen = draw.sample(sorted(texts), amount(1_000, 10_000))
    for text in chosen:
        answer = a("GET", f"{texts[text]}?PageToken={quote(text, safe='')}")
        assert answer.status == 400 and json.loads(answer.body)["code"] == 20001, (text, answer)
    for token, answer in right.items():
        assert a("GET", f"{lists[token]}?PageToken={token}").body == answer.body
    record(PROMISE, f"{kind}: {len(chosen):,} altered page tokens, all refused")
