"""Databases on the PostgreSQL server whose URL is in DEV_DATABASE_URL; the test run starts one."""

import os
import subprocess
import uuid
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from support.postgres_server import BIN

PSQL = BIN / "psql"


def server_url():
    return os.environ["DEV_DATABASE_URL"]


def sql(statement, url=None):
    """Run statements in the database of a URL, or in the server's own, and return what they print."""
    arguments = ["--quiet", "--tuples-only", "--no-align", "--command", statement, url or server_url()]
    return subprocess.run([PSQL, *arguments], check=True, capture_output=True, text=True, timeout=30).stdout.strip()


def with_path(path):
    return urlunsplit(urlsplit(server_url())._replace(path=path))


@contextmanager
def empty_database():
    """A database that is dropped when the `with` block is left. Yields its URL."""
    name = f"test_{uuid.uuid4().hex}"
    sql(f"CREATE DATABASE {name}")
    try:
        yield with_path("/" + name)
    finally:
        sql(f"DROP DATABASE {name} WITH (FORCE)")
