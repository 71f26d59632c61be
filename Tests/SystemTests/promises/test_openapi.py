"""Whatever is sent, the answer is one that the server's OpenAPI document describes."""

import base64
import collections
import datetime
import importlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from support.messages import message
from support.paths import SUPPORT
from support.receivers import http_server, respond
from support.reliability import amount, record
from support.understudy import AUTH, SID, TOKEN, Server, create_account, import_lines

pytestmark = pytest.mark.promise

LISTS = {
    "ListAssistants": "/v1/Assistants",
    "ListTools": "/v1/Tools",
    "ListPolicies": "/v1/Policies",
    "ListSessions": "/v1/Sessions",
    "ListMessages": "/v1/Sessions/s1/Messages",
}
# How often a value is a known one, so that most requests get where something is done.
OFTEN = 0.9


def fill(directory):
    """Store what the requests are to find, and more to delete."""
    sessions = {"s1": 60, "webhook:w/x é": 60, "voice:v": 3} | {f"delete{number}": 2 for number in range(100)}
    import_lines(
        directory,
        [
            message(session, number, id=f"aia_msg_{number}", assistant_id="aia_asst_1")
            for session, count in sessions.items()
            for number in range(1, count + 1)
        ],
    )


def make_assistants(server, count):
    return [
        requests.post(f"{server.url}/v1/Assistants", json={"name": f"a{number}"}, auth=AUTH).json()["id"]
        for number in range(count)
    ]


def make_tools(server, assistants):
    """Create a tool with a policy for each assistant."""
    return [
        requests.post(
            f"{server.url}/v1/Tools",
            json={
                "name": "t", "type": "WEBHOOK", "enabled": True, "assistant_id": assistant,
                "policy": {"policy_details": {}},
            },
            auth=AUTH,
        ).json()["id"]
        for assistant in assistants
    ]


def page_tokens(server, path):
    """The tokens of a list's second, third and first page."""
    pages = [requests.get(f"{server.url}{path}?PageSize=2", auth=AUTH).json()["meta"]]
    pages.append(requests.get(pages[0]["next_page_url"], auth=AUTH).json()["meta"])
    urls = pages[0]["next_page_url"], pages[1]["next_page_url"], pages[1]["previous_page_url"]
    return [url.partition("PageToken=")[2] for url in urls]


def known_values(assistants, tools, tokens):
    """What parameters of operations are to be, OFTEN."""
    sessions, messages = ["s1", "w/x é", "webhook:w/x é"], ["aia_msg_1", "aia_msg_60"]
    values = {operation: {"query.PageToken": tokens[path]} for operation, path in LISTS.items()}
    # A token is for one session.
    values["ListMessages"]["path.sessionId"] = ["s1"]
    for operation in "FetchAssistant", "UpdateAssistant", "CreateMessage":
        values[operation] = {"path.id": assistants[:5]}
    values["DeleteAssistant"] = {"path.id": assistants[5:]}
    for operation in "FetchTool", "UpdateTool":
        values[operation] = {"path.id": tools[:5]}
    values["DeleteTool"] = {"path.id": tools[5:]}
    values["ListToolsByAssistant"] = {"path.assistantId": assistants[:5]}
    for operation in "CreateAssistantToolAttachment", "DeleteAssistantToolAttachment":
        values[operation] = {"path.assistantId": assistants[:5], "path.id": tools[:5]}
    values["FetchSession"] = {"path.id": sessions}
    values["DeleteSession"] = {"path.id": [f"delete{number}" for number in range(100)]}
    values["AppendMessages"] = {"path.sessionId": sessions}
    for operation in "FetchMessage", "UpdateMessage":
        values[operation] = {"path.sessionId": sessions, "path.id": messages}
    values["DeleteMessage"] = {
        "path.sessionId": sessions,
        "path.id": [f"aia_msg_{number}" for number in range(2, 60)],
    }
    return values


def configuration(values):
    """The text of schemathesis' file of settings, which is TOML; JSON's strings and lists are TOML's too."""
    lines = ["[auth.basic]", f"username = {json.dumps(SID)}", f"password = {json.dumps(TOKEN)}"]
    # Each is a walk of several requests.
    lines += ["[phases.stateful.generation]", f"max-examples = {amount(5, 1_000)}"]
    for operation, parameters in values.items():
        for parameter, known in parameters.items():
            lines += [f'[dictionaries."{operation} {parameter}"]', f"values = {json.dumps(known)}"]
        lines += ["[[operations]]", f'include-operation-id = "{operation}"', "[operations.parameters]"]
        lines += [
            f'"{parameter}" = {{ dictionary = "{operation} {parameter}", probability = {OFTEN} }}'
            for parameter in parameters
        ]
    return "\n".join(lines) + "\n"


def run(server, document, webhook, cases, seed):
    """Run schemathesis on the document, and return how often each operation got each status."""
    directory = document.parent
    assistants = make_assistants(server, 100)
    tools = make_tools(server, assistants)
    tokens = {path: page_tokens(server, path) for path in LISTS.values()}
    settings = directory / "schemathesis.toml"
    settings.write_text(configuration(known_values(assistants, tools, tokens)))
    answers, test = directory / "answers.json", directory / "test.json"
    test.write_text(json.dumps({"webhook": webhook, "tokens": tokens, "answers": str(answers)}))
    env = {
        **os.environ,
        "OPENAPI_TEST": str(test),
        "SCHEMATHESIS_HOOKS": str(SUPPORT / "openapi_hooks.py"),
    }
    schemathesis = [Path(sys.executable).with_name("schemathesis"), "--config-file", settings, "run", document]
    options = ["--url", server.url, "--max-examples", str(cases), "--seed", str(seed), "--no-color"]
    finished = subprocess.run([*schemathesis, *options], cwd=directory, env=env, capture_output=True, text=True)
    assert finished.returncode == 0, f"seed {seed}:\n{finished.stdout}{finished.stderr}"
    counts = collections.defaultdict(collections.Counter)
    for operation, status, count in json.loads(answers.read_text()):
        counts[operation][status] = count
    return counts


def test_no_input_gets_an_answer_that_is_not_described(tmp_path):
    directory = tmp_path / "data"
    create_account(directory)
    fill(directory)
    cases, seed = amount(25, 1_000), amount(1, random.randrange(2**32))
    arguments = ["--model", "echo", "--allow-private-callbacks", "--trusted-proxies", "127.0.0.1"]
    with http_server(lambda handler, _: respond(handler, 204)) as webhook, Server(directory, *arguments) as server:
        # As a file: where it came from, schemathesis would not look again.
        document = tmp_path / "openapi.json"
        document.write_bytes(requests.get(f"{server.url}/openapi.json").content)
        answers = run(server, document, webhook, cases, seed)
    paths = json.loads(document.read_bytes())["paths"].values()
    described = {path[method]["operationId"] for path in paths for method in path if method != "parameters"}
    # Where nothing is ever done, little is tested.
    assert {operation for operation, counts in answers.items() if any(200 <= s < 300 for s in counts)} == described
    requested = sum(sum(counts.values()) for counts in answers.values())
    record(
        "No input breaks it",
        f"schemathesis: {requested:,} requests to {len(described)} operations, up to {cases:,} of them made at random for each, "
        "all answered as openapi.json says",
    )


def generated_client(url, directory, monkeypatch):
    """Have openapi-python-client make a client of the server's description, and return how to import a module of it."""
    document, settings = directory / "openapi.json", directory / "settings.yaml"
    document.write_bytes(requests.get(f"{url}/openapi.json").content)
    # Nothing is formatted afterwards.
    settings.write_text("post_hooks: []\n")
    generator = Path(sys.executable).with_name("openapi-python-client")
    options = ["--path", document, "--output-path", directory / "generated", "--config", settings, "--fail-on-warning"]
    finished = subprocess.run([generator, "generate", *options], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "warning" not in (finished.stdout + finished.stderr).lower()
    monkeypatch.syspath_prepend(directory / "generated")
    return lambda name: importlib.import_module(f"understudy_client{name}")


def test_a_generated_client_has_every_operation_and_lists_every_message(tmp_path, monkeypatch):
    directory, name = tmp_path / "data", "webhook:conversations__IS1/CH2 é 100%"
    create_account(directory)
    import_lines(directory, [message(name, number) for number in range(1, 2_346)])
    with Server(directory) as server:
        module = generated_client(server.url, tmp_path, monkeypatch)
        document = json.loads((tmp_path / "openapi.json").read_bytes())
        described = [method for path in document["paths"].values() for method in path if method != "parameters"]
        assert len(list((tmp_path / "generated").glob("understudy_client/api/*/[!_]*.py"))) == len(described) == 27
        token = base64.b64encode(":".join(AUTH).encode()).decode()
        client = module("").AuthenticatedClient(base_url=server.url, token=token, prefix="Basic")
        list_messages = module(".api.messages.list_messages")
        pages, parameters = [], {}
        while not pages or parameters:
            pages.append(list_messages.sync(name, client=client, page_size=100, **parameters))
            url = pages[-1].meta.next_page_url
            parameters = {"page_token": parse_qs(urlsplit(url).query)["PageToken"][0]} if url else {}
        messages = [message for page in pages for message in page.messages]
        assert [message.content["content"] for message in messages] == [f"text {number}" for number in range(1, 2_346)]
        assert len(pages) == 24
        assert messages[0].role is module(".models").Role.USER
        assert messages[0].date_created == datetime.datetime(2024, 5, 1, 10, 0, 1, tzinfo=datetime.timezone.utc)
        unknown = list_messages.sync("unknown", client=client)
        assert isinstance(unknown, module(".models").ListMessagesResponse404)
        assert (unknown.code, unknown.status) == (20404, 404)
