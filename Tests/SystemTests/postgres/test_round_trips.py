"""How often the program waits for PostgreSQL, counted on the wire."""

import contextlib
import select
import socket
import threading
from urllib.parse import urlsplit, urlunsplit

import requests
from support.understudy import SID, TOKEN, Server, prepare_postgres

COUNT = 500
MAXIMUM = 10


class CountingProxy:
    """Passes connections on to a server, and counts the answers that a client has waited for."""

    def __init__(self, address):
        self._address = address
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.round_trips = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client):
        is_waiting = False
        with client, socket.create_connection(self._address) as server:
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    if source is client:
                        is_waiting = True
                        server.sendall(data)
                        continue
                    self.round_trips += is_waiting
                    is_waiting = False
                    client.sendall(data)


def test_500_messages_are_appended_in_few_round_trips(empty_url, tmp_path):
    env = prepare_postgres(empty_url, tmp_path)
    parts = urlsplit(env["UNDERSTUDY_DATABASE_URL"])
    proxy = CountingProxy((parts.hostname, parts.port))
    login, _, _ = parts.netloc.rpartition("@")
    url = urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}"))
    messages = [{"role": "user", "content": {"content": f"text {number}"}} for number in range(COUNT)]
    with Server(
        tmp_path, "--database-connections", "1", env={**env, "UNDERSTUDY_DATABASE_URL": url}
    ) as server, contextlib.closing(proxy), requests.Session() as client:
        client.auth = (SID, TOKEN)

        def append(session):
            before = proxy.round_trips
            path = f"{server.url}/v1/Sessions/{session}/Messages"
            assert client.post(path, json={"messages": messages}).status_code == 201
            return proxy.round_trips - before

        # The first prepares the statements. Of the others, the least counts: the server also asks for turns now and then.
        append("webhook:warm")
        to_new_session = min(append(f"webhook:{number}") for number in range(3))
        to_session = min(append("webhook:0") for _ in range(3))
        page = client.get(f"{server.url}/v1/Sessions/webhook:0/Messages?PageSize=1000").json()
        assert [message["content"] for message in page["messages"]] == [m["content"] for m in messages + messages]
    assert max(to_new_session, to_session) <= MAXIMUM, (to_new_session, to_session)
