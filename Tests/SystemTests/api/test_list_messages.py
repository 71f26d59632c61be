"""The official Python SDK, unmodified, lists messages and sessions."""

import datetime
import time

import pytest
import requests
from support.messages import SESSIONS, message
from support.sdk import sdk
from support.understudy import AUTH, SID, Server, command, create_account, import_lines, json_of
from twilio.base.exceptions import TwilioException, TwilioRestException


def texts(messages):
    return [message.content["content"] for message in messages]


def expected(count):
    return [f"text {number}" for number in range(1, count + 1)]


@pytest.mark.parametrize("name", SESSIONS)
def test_list_gives_every_message_in_order(client, name):
    if name.endswith("/Messages"):
        name = name.replace("/", "%2F")  # What the SDK leaves to its caller: it does not encode slashes.
    messages = client.assistants.v1.sessions(name).messages.list(page_size=50)
    assert texts(messages) == expected(SESSIONS[name.replace("%2F", "/")])


@pytest.mark.parametrize("name", [name for name, count in SESSIONS.items() if count < 10])
def test_links_lead_through_sessions_of_every_name(client, name):
    messages = client.assistants.v1.sessions(name.replace("/Messages", "%2FMessages")).messages
    pages = [messages.page(page_size=1)]
    while (following := pages[-1].next_page()) is not None:
        pages.append(following)
    assert sum(map(texts, pages), []) == expected(SESSIONS[name])
    assert texts(pages[-1].previous_page()) == expected(SESSIONS[name])[-2:-1]


@pytest.mark.parametrize("name", ["conversations__IS1/CH2 é", "CA1"])
def test_a_session_is_reached_by_its_name(client, name):
    messages = client.assistants.v1.sessions(name).messages.list()
    assert {message.session_id for message in messages} <= {f"webhook:{name}", f"voice:{name}"}
    assert messages


@pytest.mark.parametrize("limit", [1, 49, 50, 51, 120, 121, 5000])
def test_list_with_a_limit(client, limit):
    messages = client.assistants.v1.sessions("s1").messages.list(limit=limit)
    assert texts(messages) == expected(min(limit, 120))


def test_a_limit_above_the_largest_page_walks_on(client):
    assert texts(client.assistants.v1.sessions("long").messages.list(limit=5000)) == expected(2500)


@pytest.mark.parametrize("page_size", [1, 7, 50, 119, 120, 121, 1000])
def test_every_page_size_gives_the_same(client, page_size):
    assert texts(client.assistants.v1.sessions("s1").messages.list(page_size=page_size)) == expected(120)


def test_stream(client):
    stream = client.assistants.v1.sessions("s1").messages.stream(limit=60, page_size=25)
    assert texts(stream) == expected(60)


def numbers(messages):
    return [message.meta["number"] for message in messages]


def test_a_walk_through_messages_of_1_mb_has_short_pages_and_meets_all(tmp_path):
    create_account(tmp_path)
    content = {"content": "x" * 1_000_000}
    import_lines(tmp_path, [message("long", number, content=content, meta={"number": number}) for number in range(1, 31)])
    with Server(tmp_path) as server:
        messages = sdk(server).assistants.v1.sessions("long").messages
        assert numbers(messages.list(page_size=1000)) == list(range(1, 31))
        page = messages.page(page_size=1000)
        forward = [numbers(page)]
        while (following := page.next_page()) is not None:
            page = following
            forward.append(numbers(page))
        assert [len(page) for page in forward] == [8, 8, 8, 6]
        back = forward[-1:]
        while (page := page.previous_page()) is not None:
            back.insert(0, numbers(page))
        assert sum(back, []) == list(range(1, 31))
        response = requests.get(f"{server.url}/v1/Sessions/long/Messages?PageSize=1000", auth=AUTH, stream=True)
        assert len(response.content) < 8 << 20


def test_pages_lead_forward_and_back(client):
    messages = client.assistants.v1.sessions("s1").messages
    pages = [messages.page(page_size=50)]
    while (following := pages[-1].next_page()) is not None:
        pages.append(following)
    contents = [texts(page) for page in pages]
    assert [len(page) for page in contents] == [50, 50, 20]
    assert sum(contents, []) == expected(120)
    page = messages.page(page_size=50).next_page().next_page()
    assert texts(page.previous_page()) == contents[1]


def test_walk_back(client):
    page = client.assistants.v1.sessions("s1").messages.page(page_size=50)
    second = page.next_page()
    third = second.next_page()
    assert third.next_page() is None
    again = third.previous_page()
    assert texts(again) == [f"text {number}" for number in range(51, 101)]
    first = again.previous_page()
    assert texts(first) == expected(50)
    assert first.previous_page() is None


def test_get_page(client):
    messages = client.assistants.v1.sessions("s1").messages
    url = messages.page(page_size=50).next_page_url
    assert texts(messages.get_page(url)) == [f"text {number}" for number in range(51, 101)]


def test_a_full_last_page_is_the_last(client):
    page = client.assistants.v1.sessions("exact").messages.page(page_size=50).next_page()
    assert len(texts(page)) == 50
    assert page.next_page_url is None


def test_every_field_of_a_message(client):
    message = client.assistants.v1.sessions("CA1").messages.list()[0]
    assert message.id.startswith("aia_msg_")
    assert message.account_sid == SID
    assert message.assistant_id.startswith("aia_asst_")
    assert message.session_id == "voice:CA1"
    assert message.identity == "user_id:unknown"
    assert message.role == "user"
    assert message.content == {"content": "text 1"}
    assert message.meta == {}
    assert message.date_created == datetime.datetime(2024, 5, 1, 10, 0, 1, tzinfo=datetime.timezone.utc)
    assert isinstance(message.date_updated, datetime.datetime)


def test_sessions_are_listed_and_fetched(client):
    listed = client.assistants.v1.sessions.list(page_size=2)
    assert {session.id for session in listed} == set(SESSIONS)
    for session in listed:
        if session.id.endswith("/Messages"):
            continue
        fetched = client.assistants.v1.sessions(session.id).fetch()
        assert fetched.id == session.id
        assert fetched.verified is False
        assert isinstance(fetched.date_created, datetime.datetime)
        assert fetched.assistant_id == session.assistant_id


def test_an_api_key_works_until_it_is_revoked(server):
    key = json_of("key", "create", "--data-directory", server.directory, "--account", SID, "--name", "test")
    client = sdk(server, key["sid"], key["secret"])
    assert len(client.assistants.v1.sessions("CA1").messages.list()) == 3
    listed = json_of("key", "list", "--data-directory", server.directory, "--account", SID)
    assert [entry["sid"] for entry in listed] == [key["sid"]]
    command("key", "revoke", key["sid"], "--data-directory", server.directory, "--account", SID)
    time.sleep(1)
    with pytest.raises(TwilioException) as error:
        client.assistants.v1.sessions("CA1").messages.list()
    assert error.value.args[1].status_code == 401


@pytest.mark.parametrize("password", ["wrong", " "])
def test_wrong_credentials_are_a_401(server, password):
    client = sdk(server, SID, password)
    with pytest.raises(TwilioRestException) as error:
        client.assistants.v1.sessions("s1").fetch()
    assert error.value.status == 401
    assert error.value.code == 20003
    with pytest.raises(TwilioException) as error:
        client.assistants.v1.sessions("s1").messages.list()
    assert error.value.args[1].status_code == 401


def test_an_unknown_session_is_a_404(client):
    with pytest.raises(TwilioRestException) as error:
        client.assistants.v1.sessions("unknown").fetch()
    assert error.value.status == 404
    assert error.value.code == 20404
    with pytest.raises(TwilioException) as error:
        client.assistants.v1.sessions("unknown").messages.list()
    assert error.value.args[1].status_code == 404
