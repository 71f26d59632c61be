"""Tools are created, attached, listed, changed, detached, and deleted by the official SDK, on both stores."""

import json

import pytest
from support.sdk import sdk
from support.understudy import Server, create_account, prepare_postgres
from twilio.base.exceptions import TwilioRestException
from twilio.rest.assistants.v1.assistant import AssistantList
from twilio.rest.assistants.v1.tool import ToolList

META = {
    "url": "https://example.com/weather?flowSid=FW1&limitDomains=a&limitDomains=b",
    "method": "GET",
    "input_schema": "export type Data = { /** Of the forecast. */ date: string }",
}


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def api(request, tmp_path):
    if request.param == "SQLite":
        env = {}
        create_account(tmp_path)
    else:
        env = prepare_postgres(request.getfixturevalue("empty_url"), tmp_path)
    with Server(tmp_path, env=env) as server:
        yield sdk(server).assistants.v1


def new_tool(**fields):
    if "policy" in fields:
        fields["policy"] = ToolList.AssistantsV1ServiceCreatePolicyRequest(fields["policy"])
    return ToolList.AssistantsV1ServiceCreateToolRequest({"type": "WEBHOOK", "enabled": True, **fields})


def new_assistant(api, name="Ann"):
    return api.assistants.create(AssistantList.AssistantsV1ServiceCreateAssistantRequest({"name": name}))


def test_a_tool_from_its_creation_to_its_end(api):
    # As the vendor's sample does it: created unattached, and then attached by a call whose body is empty.
    assistant = new_assistant(api)
    tool = api.tools.create(new_tool(name="Weather", description="Tells the weather. é😀", meta=META))
    assert tool.id.startswith("aia_tool_")
    assert (tool.name, tool.type, tool.enabled, tool.requires_auth) == ("Weather", "WEBHOOK", True, False)
    assert (tool.description, tool.meta) == ("Tells the weather. é😀", META)
    # The SDK for Python wants a body, which the original did not send, either: it raises, and the tool is attached.
    with pytest.raises(json.JSONDecodeError):
        api.assistants(assistant.id).assistants_tools(tool.id).create()
    assert [listed.id for listed in api.assistants(assistant.id).assistants_tools.list()] == [tool.id]
    [shown] = api.assistants(assistant.id).fetch().tools
    assert (shown["id"], shown["meta"]) == (tool.id, META)

    changed = api.tools(tool.id).update(ToolList.AssistantsV1ServiceUpdateToolRequest({"enabled": False}))
    assert (changed.enabled, changed.name, changed.meta) == (False, "Weather", META)
    fetched = api.tools(tool.id).fetch()
    assert (fetched.enabled, fetched.policies) == (False, [])
    assert fetched.url.endswith(f"/v1/Tools/{tool.id}")

    for _ in range(2):
        assert api.assistants(assistant.id).assistants_tools(tool.id).delete()
    assert api.assistants(assistant.id).assistants_tools.list() == []
    assert api.assistants(assistant.id).fetch().tools == []
    assert api.tools(tool.id).delete()
    with pytest.raises(TwilioRestException) as error:
        api.tools(tool.id).fetch()
    assert (error.value.status, error.value.code) == (404, 20404)


def test_lists_of_tools_and_policies_are_walked(api):
    assistant, other = new_assistant(api), new_assistant(api, "Bob")
    names = [f"tool {number}" for number in range(7)]
    tools = [
        api.tools.create(
            new_tool(
                name=name,
                assistant_id=(assistant, other)[number % 2].id,
                policy={"name": name, "type": "t", "policy_details": {"number": number}},
            )
        )
        for number, name in enumerate(names)
    ]
    assert [tool.name for tool in api.tools.list(page_size=3)] == names
    assert [tool.name for tool in api.tools.list(assistant_id=other.id, page_size=2)] == names[1::2]
    assert [tool.name for tool in api.assistants(assistant.id).assistants_tools.list(page_size=3)] == names[::2]
    assert [policy.name for policy in api.policies.list(page_size=3)] == names
    [policy] = api.policies.list(tool_id=tools[4].id)
    assert (policy.name, policy.type, policy.policy_details) == ("tool 4", "t", {"number": 4})
    # No knowledge has any.
    assert api.policies.list(knowledge_id="aia_know_1") == []
    [fetched] = api.tools(tools[4].id).fetch().policies
    assert fetched["id"] == policy.id
