"""PostgreSQL servers of a test's own, to be stopped, cut off and filled up."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

BIN = Path("/usr/lib/postgresql/15/bin")


def as_user(*arguments, check=True, timeout=60):
    """Run a command as an ordinary user: PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*prefix, *map(str, arguments)], check=check, capture_output=True, text=True, timeout=timeout, cwd="/"
    )


def as_root(*arguments):
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run([*prefix, *map(str, arguments)], check=True, capture_output=True, timeout=30)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class PostgresServer:
    """A server on a free port of 127.0.0.1, whose superuser is `understudy`; gone when the `with` block is left."""

    def __init__(self, *, primary=None, tmpfs=None, settings=()):
        """
        primary: the server that this one is a standby of.
        tmpfs: a size like "200M" of the file system that the data lie on.
        settings: lines for postgresql.conf.
        """
        self.directory = Path(tempfile.mkdtemp(prefix="understudy-postgres-"))
        self.data = self.directory / "data"
        self.port = free_port()
        self.mounted = False
        try:
            self._prepare(primary, tmpfs, settings)
            self.start()
        except BaseException:
            self.__exit__()
            raise

    def _prepare(self, primary, tmpfs, settings):
        if tmpfs:
            as_root("mount", "-t", "tmpfs", "-o", f"size={tmpfs}", "tmpfs", self.directory)
            self.mounted = True
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres")
        if primary:
            as_user(
                BIN / "pg_basebackup", "--pgdata", self.data, "--write-recovery-conf", "--checkpoint", "fast",
                "--dbname", primary.url(),
            )
        else:
            as_user(
                BIN / "initdb", "--pgdata", self.data, "--username", "understudy", "--auth", "trust",
                "--encoding", "UTF8", "--no-locale", "--wal-segsize", "1",
            )
        lines = [
            f"port = {self.port}", "listen_addresses = '127.0.0.1'", f"unix_socket_directories = '{self.directory}'",
            "min_wal_size = 4MB", "max_wal_size = 16MB", "max_wal_senders = 4", *settings,
        ]
        conf = self.data / "postgresql.conf"
        conf.write_text(conf.read_text() + "\n".join(lines) + "\n")

    def url(self, database="postgres", user="understudy"):
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self):
        self._ctl("start", "--log", self.directory / "log")

    def stop(self, mode="fast"):
        self._ctl("stop", "--mode", mode)

    def promote(self):
        self._ctl("promote")

    def sql(self, statement, database="postgres", check=True):
        """Run statements, and return what they print."""
        return subprocess.run(
            [BIN / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", statement, self.url(database)],
            check=check, capture_output=True, text=True, timeout=60,
        ).stdout.strip()

    def _ctl(self, command, *arguments):
        as_user(BIN / "pg_ctl", "--pgdata", self.data, "--wait", "--silent", command, *arguments)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        as_user(BIN / "pg_ctl", "--pgdata", self.data, "--mode", "immediate", "--silent", "stop", check=False)
        if self.mounted:
            as_root("umount", self.directory)
        shutil.rmtree(self.directory)
