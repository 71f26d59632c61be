"""Writers that keep in mind what a server has acknowledged, and hold it to that."""

import requests
from support.understudy import AUTH, wait_until
from support.workers import Workers

BATCH = 5


def messages_url(server, session="s"):
    return f"{server.url}/v1/Sessions/{session}/Messages"


def append(server, texts, session="s"):
    body = [{"role": "user", "content": {"content": text}} for text in texts]
    body = body[0] if len(body) == 1 else {"messages": body}
    return requests.post(messages_url(server, session), json=body, auth=AUTH, timeout=60)


def is_unavailable(answer):
    return answer.status_code == 503 and answer.json()["code"] == 20503


def walk(server, session="s", size=100):
    """The texts of a session, by its pages from the first to the last."""
    url = f"{messages_url(server, session)}?PageSize={size}"
    texts = []
    while url:
        page = requests.get(url, auth=AUTH, timeout=60).json()
        texts += [message["content"]["content"] for message in page["messages"]]
        url = page["meta"]["next_page_url"]
    return texts


class Writers(Workers):
    """Threads that append, every other one in batches, and keep in mind what was acknowledged; and one that lists."""

    def __init__(self, server, count=8, *, session="s", refusals=(503,), may_vanish=False):
        """
        refusals: the statuses that the server may refuse with, and the errors' codes are those.
        may_vanish: whether the server may go away, which ends the threads.
        """
        super().__init__()
        self.server = server
        self.session = session
        self.acknowledged = []
        self.listed = []
        self.refused = 0
        self.odd = []
        self.refusals = refusals
        self.may_vanish = may_vanish
        self.count = count
        for number in range(count):
            self._add(self._run, self._write, number)
        self._add(self._run, self._read)

    def _run(self, body, *arguments):
        try:
            body(*arguments)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            if not self.may_vanish:
                self.odd.append(repr(error))

    def _read(self):
        """What has been listed once stays, in its place."""
        while not self._stopped.is_set():
            may_be_missing = not self.acknowledged
            answer = requests.get(f"{messages_url(self.server, self.session)}?PageSize=1000", auth=AUTH, timeout=60)
            if self._is_refused(answer) or (may_be_missing and answer.status_code == 404):
                continue
            listed = [message["content"]["content"] for message in answer.json().get("messages", [])]
            if answer.status_code != 200 or listed[: len(self.listed)] != self.listed:
                self.odd.append(answer.text)
            self.listed = listed

    def _is_refused(self, answer):
        return answer.status_code in self.refusals and answer.json()["code"] == 20_000 + answer.status_code

    @staticmethod
    def parts(batch):
        writer = int(batch.split("-")[0])
        return [f"{batch}-{part}" for part in range(BATCH if writer % 2 else 1)]

    def _write(self, writer):
        number = 0
        while not self._stopped.is_set():
            batch = f"{writer}-{number}"
            answer = append(self.server, self.parts(batch), self.session)
            if answer.status_code == 201:
                self.acknowledged.append(batch)
            elif self._is_refused(answer):
                self.refused += 1
            else:
                self.odd.append(answer.text)
            number += 1

    def go_on(self, count=20):
        """Wait until so many more have been acknowledged."""
        target = len(self.acknowledged) + count
        wait_until(lambda: len(self.acknowledged) >= target, seconds=40)

    def check(self, server=None):
        """All that was acknowledged is there once and whole, in each writer's order, and nothing came by half. What was
        listed is there, too.

        server: one on the same data that is asked in place of the one that was written to.
        """
        assert self.odd == []
        stored = walk(server or self.server, self.session, size=1_000)
        assert len(stored) == len(set(stored))
        assert stored[: len(self.listed)] == self.listed
        places = {text: place for place, text in enumerate(stored)}
        batches = dict.fromkeys(text.rsplit("-", 1)[0] for text in stored)
        for batch in batches:
            first, parts = places[f"{batch}-0"], self.parts(batch)
            assert stored[first : first + len(parts)] == parts
        # What was refused may be stored all the same, where the answer to its COMMIT was lost.
        assert set(self.acknowledged) <= set(batches)
        order = {batch: place for place, batch in enumerate(batches)}
        for writer in range(self.count):
            own = [order[batch] for batch in self.acknowledged if batch.startswith(f"{writer}-")]
            assert own == sorted(own)
