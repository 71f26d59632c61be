"""A server that has the conversations too, and how it is asked for them."""

import dataclasses
import json
from collections.abc import Callable

from measuring import AUTHORIZATION, fetch, load, run


@dataclasses.dataclass
class Peer:
    """Where the pages are.

    paths: of the page of each conversation, in the conversations' order.
    texts: takes an answer's JSON and gives its messages' texts, the oldest first.
    """

    address: str
    paths: list[str]
    texts: Callable[[dict], list[str]]
    authorization: str = AUTHORIZATION

    def check(self, conversations):
        """Every page has every message of its conversation, and no other."""
        for path, conversation in zip(self.paths, conversations, strict=True):
            answer = json.loads(fetch(self.address, path, self.authorization))
            assert self.texts(answer) == [text for _, text in conversation], f"{self.address}{path} has other messages"

    def load(self, connections, seconds):
        return load(
            self.address, self.paths, connections=connections, seconds=seconds, authorization=self.authorization
        )

    def size(self):
        """The mean of the pages' sizes in bytes."""
        return sum(len(fetch(self.address, path, self.authorization)) for path in self.paths) / len(self.paths)


def installed(environment, *packages):
    """The versions of a virtual environment's packages and Python, in words."""
    script = (
        "import importlib.metadata, platform, sqlite3, sys\n"
        "for name in sys.argv[1:]: print(name, importlib.metadata.version(name), end=', ')\n"
        "print('Python', platform.python_version() + ', SQLite', sqlite3.sqlite_version)"
    )
    return run(environment / "bin/python", "-c", script, *packages).strip()
