"""How many allocations a page costs: a figure that does not depend on the machine, so that what makes it dearer is seen."""

import pytest
import requests
from support.messages import message
from support.preload import preloaded
from support.understudy import SID, TOKEN, Server, create_account, import_lines

REQUESTS = 500
# A tenth more than it is, and for the smaller ones what looking up credentials every half second adds on a slow machine.
MOST = {"read": 58, "kept": 22, "304": 22}


@pytest.fixture(scope="module")
def malloc_counter(tmp_path_factory):
    return preloaded("malloc_counter.c", tmp_path_factory.mktemp("malloc"))


@pytest.mark.parametrize("case", MOST)
def test_a_page_costs_few_allocations(tmp_path, malloc_counter, case):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", number) for number in range(1, 101)])
    counter = tmp_path / "counter"
    counter.write_bytes(bytes(8))
    env = {**malloc_counter, "MALLOC_COUNTER": str(counter)}
    with Server(tmp_path, "--page-cache", "0" if case == "read" else "1", env=env) as server:
        with requests.Session() as session:
            session.auth = (SID, TOKEN)
            url = f"{server.url}/v1/Sessions/s/Messages"
            headers = {"If-None-Match": session.get(url).headers["ETag"]} if case == "304" else {}

            def ask():
                for _ in range(REQUESTS):
                    answer = session.get(url, headers=headers)
                    assert answer.status_code == (304 if headers else 200)

            ask()
            before = int.from_bytes(counter.read_bytes(), "little")
            ask()
            count = (int.from_bytes(counter.read_bytes(), "little") - before) / REQUESTS
    assert 0 < count <= MOST[case]
