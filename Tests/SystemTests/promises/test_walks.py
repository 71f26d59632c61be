"""Paging is exact under writes: a walk meets each message that is there all the time once and in its place."""

import http.client
import itertools
import json
import random
import threading
import traceback
import zlib
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from support.reliability import amount, record
from support.understudy import AUTHORIZATION, Server, create_account, prepare_postgres
from support.workers import Workers

pytestmark = pytest.mark.promise

PROMISE = "Paging is exact under writes"
WRITERS = 8
WALKERS = 3
# Of one session; then the next one is begun.
WALKS = 20
# Of a session: those that stay, and those that are among them and are deleted while it is walked.
STABLE, DOOMED = 300, 300
# Of a writer, that it has appended and not deleted yet.
OWN = 20
# Later than everything.
NEVER = float("inf")


@dataclass
class Life:
    """When a message came, was changed and went, by the test's clock; each took from a moment to another."""

    begun: int
    id: str = ""
    there: int = NEVER
    going: int = NEVER
    gone: int = NEVER
    # How often it was changed, as far as is known for sure, and as it may be.
    edits: int = 0
    edits_begun: int = 0


def role(text):
    return "user" if zlib.crc32(text.encode()) % 3 else "assistant"


@dataclass
class Listing:
    """Which messages are walked through, and in which order."""

    order: str
    role: str | None

    @property
    def query(self):
        return f"Order={self.order}" + (f"&Role={self.role}" if self.role else "")

    def matches(self, text):
        return self.role in (None, role(text))


@dataclass
class Walk:
    """What was met from one moment to another, in its order; and how often each had been changed when it began."""

    begun: int
    ended: int
    edits: dict
    met: list = field(default_factory=list)


class Client:
    """A connection to each server, which are asked at random."""

    def __init__(self, servers):
        self.connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=60) for server in servers]

    def __call__(self, method, target, body=None):
        connection = random.choice(self.connections)
        connection.request(method, target, body and json.dumps(body), {"Authorization": AUTHORIZATION})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 201, 204), (method, target, answer.status, text)
        return json.loads(text) if text else None


class Session(Workers):
    """A session, with writers that change it, and all that is known of its messages."""

    def __init__(self, servers, name):
        super().__init__()
        self.servers = servers
        self.path = f"/v1/Sessions/{name}/Messages"
        self.clock = itertools.count()
        self.lives = {}
        self.faults = []
        client = Client(servers)
        kinds = ["stable"] * STABLE + ["doomed"] * DOOMED
        random.shuffle(kinds)
        texts = [f"first-{number}-{kind}" for number, kind in enumerate(kinds)]
        for start in range(0, len(texts), 500):
            self.append(client, texts[start : start + 500])
        self.stable = [text for text in texts if text.endswith("stable")]
        self.doomed = [text for text in texts if text.endswith("doomed")]
        for number in range(WRITERS):
            self._add(self._run, number)

    # MARK: Writing

    def append(self, client, texts):
        for text in texts:
            self.lives[text] = Life(next(self.clock))
        messages = [{"role": role(text), "content": {"content": text, "edits": 0}} for text in texts]
        stored = client("POST", self.path, {"messages": messages})["messages"]
        for text, message in zip(texts, stored):
            life = self.lives[text]
            life.id = message["id"]
            life.there = next(self.clock)

    def change(self, client, text):
        life = self.lives[text]
        life.edits_begun += 1
        content = {"content": text, "edits": life.edits_begun}
        client("PUT", f"{self.path}/{life.id}", {"content": content})
        life.edits = life.edits_begun

    def delete(self, client, text):
        life = self.lives[text]
        life.going = next(self.clock)
        client("DELETE", f"{self.path}/{life.id}")
        life.gone = next(self.clock)

    def take_doomed(self, text=None):
        """One that is to be deleted, and is by nobody else: any, or this one if it still is."""
        try:
            if text is None:
                return self.doomed.pop(random.randrange(len(self.doomed)))
            self.doomed.remove(text)
            return text
        except (ValueError, IndexError):
            return None

    def _run(self, writer):
        client, own, number = Client(self.servers), [], 0
        try:
            while not self._stopped.is_set():
                draw = random.random()
                if len(own) > OWN or (own and draw < 0.3):
                    self.delete(client, own.pop(random.randrange(len(own))))
                elif draw < 0.5:
                    # Each is changed by one writer alone.
                    self.change(client, self.stable[random.randrange(writer, STABLE, WRITERS)])
                elif draw < 0.55:
                    if text := self.take_doomed():
                        self.delete(client, text)
                else:
                    texts = [f"{writer}-{number}-{part}" for part in range(random.choice([1, 1, 2, 5]))]
                    number += 1
                    self.append(client, texts)
                    own += texts
        except Exception:
            self.faults.append(traceback.format_exc())

    def __exit__(self, *error):
        super().__exit__(*error)
        Client(self.servers)("DELETE", self.path.removesuffix("/Messages"))

    def counts(self):
        """How many messages were appended and deleted, and how often one was changed."""
        lives = self.lives.values()
        return {
            "messages appended": sum(life.there < NEVER for life in lives),
            "changed": sum(life.edits for life in lives),
            "deleted": sum(life.gone < NEVER for life in lives),
        }

    # MARK: Walking

    def begin_walk(self):
        edits = {text: self.lives[text].edits for text in self.stable}
        return Walk(next(self.clock), NEVER, edits)

    def page(self, client, target):
        page = client("GET", target)
        met = [(message["content"]["content"], message["content"]["edits"]) for message in page["messages"]]
        neighbors = [page["meta"][name] for name in ("next_page_url", "previous_page_url")]
        # Nothing is left where the page's tokens lie.
        for text in {met[0][0], met[-1][0]} if met else ():
            if random.random() < 0.2 and self.take_doomed(text):
                self.delete(client, text)
        return met, *(url and urlsplit(url)._replace(scheme="", netloc="").geturl() for url in neighbors)

    def walk(self, client, size, listing):
        """Walk from the first page to the last, and back again; both walks, and how many pages they had."""
        forward, pages = self.begin_walk(), 0
        target = f"{self.path}?PageSize={size}&{listing.query}"
        while target:
            # It may be the last.
            back = self.begin_walk()
            back.met, target, previous = self.page(client, target)
            forward.met += back.met
            pages += 1
        forward.ended = next(self.clock)
        while previous:
            met, _, previous = self.page(client, previous)
            back.met = met + back.met
            pages += 1
        back.ended = next(self.clock)
        return [forward, back], pages

    def walk_often(self, count):
        """Have some walk at the same time until there were so many walks; how many pages these had."""
        left, pages = itertools.count(2, 2), []

        def walk_and_check():
            client = Client(self.servers)
            try:
                while next(left) <= count and not self.faults:
                    listing = Listing(random.choice(["asc", "desc"]), random.choice([None, "user", "assistant"]))
                    walks, number = self.walk(client, int(2 ** random.uniform(1, 9)), listing)
                    for walk in walks:
                        self.check(walk, listing)
                    pages.append(number)
            except Exception:
                self.faults.append(traceback.format_exc())

        threads = [threading.Thread(target=walk_and_check) for _ in range(WALKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(pages)

    def check(self, walk, listing):
        """The walk met nothing twice, nothing that was not there, and all that was there all the time, in its order."""
        if listing.order == "desc":
            walk.met.reverse()
        assert all(listing.matches(text) for text, _ in walk.met)
        met = {text for text, _ in walk.met}
        assert len(met) == len(walk.met)
        for life in map(self.lives.get, met):
            assert life.begun < walk.ended and life.gone > walk.begun
        missed = [
            text
            for text, life in list(self.lives.items())
            if listing.matches(text) and life.there < walk.begun and life.going > walk.ended and text not in met
        ]
        assert missed == []
        # What was stored before another was begun comes before it, and what came from one writer is in its order.
        latest, latest_of = -1, {}
        for text, edits in walk.met:
            life, writer = self.lives[text], text.partition("-")[0]
            assert latest < life.there
            assert latest_of.get(writer, -1) < life.begun
            latest, latest_of[writer] = max(latest, life.begun), life.begun
            # Each as its writer knew it to be, or newer.
            assert walk.edits.get(text, 0) <= edits <= life.edits_begun


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def kind(request):
    return request.param


@pytest.fixture
def env(request, kind, tmp_path):
    """The environment of programs on a store of the kind, which has an account."""
    if kind == "PostgreSQL":
        return prepare_postgres(request.getfixturevalue("empty_url"), tmp_path)
    create_account(tmp_path)
    return {}


def test_walks_are_exact_while_others_write(env, kind, tmp_path):
    walks, pages, counts = amount(60, 1_000), 0, Counter()
    with ExitStack() as stack:
        directories = [tmp_path] if kind == "SQLite" else [tmp_path / "a", tmp_path / "b"]
        servers = [stack.enter_context(Server(directory, env=env)) for directory in directories]
        for number in range(walks // WALKS):
            with Session(servers, f"s{number}") as session:
                pages += session.walk_often(WALKS)
            assert not session.faults, "\n".join(session.faults)
            counts.update(session.counts())
    changes = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    place = "SQLite" if kind == "SQLite" else "two servers on PostgreSQL"
    record(PROMISE, f"{place}: {walks:,} walks over {pages:,} pages beside {WRITERS} writers ({changes}): each exact")
