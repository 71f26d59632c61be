"""What the server takes of memory for the pages that it keeps."""

import http.client

from support.messages import message
from support.processes import anonymous
from support.understudy import AUTHORIZATION, Server, create_account, import_lines


def test_short_pages_take_no_more_than_they_are_given(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message(f"s{number}", 1) for number in range(12_000)])
    with Server(tmp_path, "--page-cache", "16") as server:
        before = anonymous(server)
        headers = {"Authorization": AUTHORIZATION}
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        for number in range(12_000):
            # Kept when it is asked for the second time; room is made for as many as could come.
            for _ in range(2):
                connection.request("GET", f"/v1/Sessions/s{number}/Messages?PageSize=1000", headers=headers)
                assert connection.getresponse().read()
        # 16.8, and what serving takes.
        assert 10 < anonymous(server) - before < 30
