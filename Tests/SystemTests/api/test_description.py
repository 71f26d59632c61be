"""Answers agree with the official API description, where DEV_API_DESCRIPTION names its file."""

import json
import os

import jsonschema
import pytest
import requests
from support.understudy import SID, TOKEN, Server, create_account

PATH = os.environ.get("DEV_API_DESCRIPTION")


def schema_of(operation_path, method="get", status="200"):
    with open(PATH) as file:
        description = json.load(file)
    content = description["paths"][operation_path][method]["responses"][status]["content"]["application/json"]
    return all_required({"components": description["components"], **content["schema"]})


def all_required(schema):
    """Make every property required and nullable where it says so: the description leaves that open."""
    if isinstance(schema, list):
        return [all_required(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: all_required(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        # Understudy has no users, so policies have no `user_sid`.
        schema["required"] = [name for name in schema["properties"] if name != "user_sid"]
        schema["additionalProperties"] = False
    if schema.get("nullable"):
        schema["type"] = [schema["type"], "null"]
    return schema


if PATH:

    @pytest.mark.parametrize(
        "operation, path",
        [
            ("/v1/Sessions/{sessionId}/Messages", "/v1/Sessions/s1/Messages"),
            ("/v1/Sessions/{sessionId}/Messages", "/v1/Sessions/s1/Messages?PageSize=1"),
            ("/v1/Sessions", "/v1/Sessions?PageSize=2"),
            ("/v1/Sessions/{id}", "/v1/Sessions/s1"),
        ],
    )
    def test_answers_agree_with_the_description(server, operation, path):
        answer = requests.get(server.url + path, auth=(SID, TOKEN))
        jsonschema.validate(
            answer.json(), schema_of(operation), format_checker=jsonschema.FormatChecker(["date-time", "uri"])
        )

    def test_assistants_agree_with_the_description(tmp_path):
        list, one, send = "/v1/Assistants", "/v1/Assistants/{id}", "/v1/Assistants/{id}/Messages"
        message = {"identity": "user_id:alice", "body": "Hello"}
        create_account(tmp_path)
        with Server(tmp_path, "--model", "echo", "--allow-private-callbacks") as server, requests.Session() as session:
            session.auth = (SID, TOKEN)
            made = session.post(server.url + list, json={"name": "Ann"})
            path = f"{server.url}{list}/{made.json()['id']}"
            webhook = {**message, "webhook": "http://127.0.0.1:1/"}
            for answer, schema in [
                (made, schema_of(list, "post", "201")),
                (session.get(path), schema_of(one)),
                (session.put(path, json={"owner": "o"}), schema_of(one, "put")),
                (session.get(server.url + list), schema_of(list)),
                (session.post(f"{path}/Messages", json=message), schema_of(send, "post")),
                (session.post(f"{path}/Messages", json=webhook), schema_of(send, "post", "202")),
            ]:
                jsonschema.validate(
                    answer.json(), schema, format_checker=jsonschema.FormatChecker(["date-time", "uri"])
                )

    def test_tools_agree_with_the_description(tmp_path):
        create_account(tmp_path)
        tool = {"name": "t", "type": "WEBHOOK", "enabled": True, "policy": {"policy_details": {"a": 1}}}
        with Server(tmp_path) as server, requests.Session() as session:
            session.auth = (SID, TOKEN)
            assistant = session.post(f"{server.url}/v1/Assistants", json={"name": "Ann"}).json()["id"]
            made = session.post(f"{server.url}/v1/Tools", json={**tool, "assistant_id": assistant})
            path = f"{server.url}/v1/Tools/{made.json()['id']}"
            of_assistant = "/v1/Assistants/{assistantId}/Tools"
            for answer, schema in [
                (made, schema_of("/v1/Tools", "post", "201")),
                (session.get(path), schema_of("/v1/Tools/{id}")),
                (session.put(path, json={"name": "u"}), schema_of("/v1/Tools/{id}", "put")),
                (session.get(f"{server.url}/v1/Tools"), schema_of("/v1/Tools")),
                (session.get(f"{server.url}/v1/Assistants/{assistant}/Tools"), schema_of(of_assistant)),
                (session.get(f"{server.url}/v1/Assistants/{assistant}"), schema_of("/v1/Assistants/{id}")),
                (session.get(f"{server.url}/v1/Policies"), schema_of("/v1/Policies")),
            ]:
                jsonschema.validate(
                    answer.json(), schema, format_checker=jsonschema.FormatChecker(["date-time", "uri"])
                )
