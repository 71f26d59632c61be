"""Nobody guesses a token, and nobody who has the right one is held up by those who try."""

import pytest
import requests
from support.messages import message
from support.understudy import SID, TOKEN, Server, create_account, import_lines


@pytest.fixture
def directory(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s1", 1)])
    return tmp_path


def status(server, token, forwarded=None):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = requests.get(f"{server.url}/v1/Sessions/s1/Messages", auth=(SID, token), headers=headers)
    if answer.status_code == 429:
        assert answer.json()["code"] == 20429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
    return answer.status_code


def test_the_tenth_failed_login_is_told_to_wait_and_the_right_token_is_not(directory):
    with Server(directory) as server:
        assert [status(server, f"guess {number}") for number in range(12)] == [401] * 9 + [429] * 3
        assert status(server, TOKEN) == 200
        # A stranger's word for its address is not taken.
        assert status(server, "guess", "192.0.2.1") == 429
        missing = requests.get(f"{server.url}/v1/Sessions/s1/Messages")
        assert missing.status_code == 401
        log = server.stop()
    assert "guess" not in log


def test_a_trusted_proxy_is_believed_about_the_address(directory):
    with Server(directory, "--trusted-proxies", "127.0.0.0/8,10.0.0.0/8") as server:
        for number in range(9):
            assert status(server, "guess", f"203.0.113.{number}, 192.0.2.1, 10.0.0.1") == 401
        assert status(server, "guess", "192.0.2.1") == 429
        assert status(server, "guess", "192.0.2.1, 192.0.2.2") == 401
        assert status(server, "guess", "192.0.2.1, nonsense") == 401
        assert status(server, TOKEN, "192.0.2.1") == 200
