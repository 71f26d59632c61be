"""Assistants are made, read, changed, listed and deleted by the official SDK."""

from datetime import datetime

import pytest
from support.sdk import sdk
from support.understudy import Server, create_account
from twilio.base.exceptions import TwilioRestException
from twilio.rest.assistants.v1.assistant import AssistantList


@pytest.fixture
def assistants(tmp_path):
    create_account(tmp_path)
    with Server(tmp_path) as server:
        yield sdk(server).assistants.v1.assistants


def request(**fields):
    if "customer_ai" in fields:
        fields["customer_ai"] = AssistantList.AssistantsV1ServiceCustomerAi(fields["customer_ai"])
    return AssistantList.AssistantsV1ServiceCreateAssistantRequest(fields)


def test_an_assistant_from_its_creation_to_its_end(assistants):
    made = assistants.create(
        request(
            name="Ann",
            personality_prompt="Be kind. é😀",
            customer_ai={"perception_engine_enabled": True, "personalization_engine_enabled": False},
        )
    )
    assert made.id.startswith("aia_asst_")
    assert (made.name, made.owner, made.personality_prompt, made.model) == ("Ann", "", "Be kind. é😀", "")
    assert made.customer_ai == {"perception_engine_enabled": True, "personalization_engine_enabled": False}
    assert isinstance(made.date_created, datetime)

    fetched = assistants(made.id).fetch()
    assert (fetched.name, fetched.tools, fetched.knowledge) == ("Ann", [], [])
    assert fetched.url.endswith(f"/v1/Assistants/{made.id}")

    # The SDK sends null for every field that is not given.
    changed = assistants(made.id).update(
        AssistantList.AssistantsV1ServiceUpdateAssistantRequest({"owner": "The company"})
    )
    assert (changed.name, changed.owner, changed.personality_prompt) == ("Ann", "The company", "Be kind. é😀")
    assert changed.customer_ai == made.customer_ai

    assert assistants(made.id).delete()
    with pytest.raises(TwilioRestException) as error:
        assistants(made.id).fetch()
    assert (error.value.status, error.value.code) == (404, 20404)


def test_a_list_of_assistants_is_walked(assistants):
    names = [f"assistant {number}" for number in range(7)]
    for name in names:
        assistants.create(request(name=name))
    assert [assistant.name for assistant in assistants.list(page_size=3)] == names
