"""What was acknowledged is stored, whenever the server is killed and whenever the power fails."""

import random
import shutil
import subprocess
import time

import pytest
import requests
from support.reliability import amount, record
from support.understudy import AUTH, Server, command, create_account
from support.writers import Writers, messages_url

pytestmark = pytest.mark.promise


def write_until_killed(directory, session, env=None):
    """Have a server of the directory killed at a random moment while eight write, and return these."""
    with Server(directory, env=env) as server:
        with Writers(server, session=session, may_vanish=True) as writers:
            writers.go_on(8)
            # Up to some checkpoints of the write-ahead log.
            time.sleep(random.uniform(0, 1))
            server.process.kill()
            server.process.wait()
        return writers


def checked(directory, writers):
    """Start a server of the directory, hold it to what the writers know, and return how long its first page took."""
    start = time.monotonic()
    with Server(directory) as server:
        assert requests.get(messages_url(server, writers.session), auth=AUTH, timeout=10).status_code == 200
        seconds = time.monotonic() - start
        writers.check(server)
    return seconds


def check_rounds(rounds, directory, power=None):
    """Write and kill so often, and return how many batches were acknowledged, and the longest that a start took.

    power: what is cut after each kill.
    """
    history, slowest = [], 0
    for number in range(rounds):
        env = power.prepare() if power else None
        history.append(write_until_killed(directory, f"s{number}", env))
        if power:
            power.cut()
        command("check", "--data-directory", directory)
        slowest = max(slowest, checked(directory, history[-1]))
    with Server(directory) as server:
        for writers in history:
            writers.check(server)
    return sum(len(writers.acknowledged) for writers in history), slowest


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    create_account(tmp_path)
    rounds = amount(5, 100)
    acknowledged, slowest = check_rounds(rounds, tmp_path)
    assert slowest < 1
    record(
        "Acknowledged means stored",
        f"{rounds} kills, {acknowledged:,} batches acknowledged, all stored whole; the slowest start took {slowest:.2f} s",
    )


# MARK: Power


SECTOR = 512


class Power:
    """The power of a disk. When it is cut, the disk has what it was told to keep of a directory; of what was written since,
    it has nothing, or some sectors, for it writes them in the order that it likes.
    """

    def __init__(self, directory, disk):
        self.directory = directory
        self.kept = directory.with_name(f"{directory.name}-kept")
        self.disk = disk

    def prepare(self):
        """Return the environment of a server whose power can be cut: all that there is now is on the disk."""
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.directory, self.kept)
        return {**self.disk, "DISK_DIRECTORY": str(self.directory), "DISK_KEPT": str(self.kept)}

    def cut(self):
        """Make the directory what the disk has kept."""
        share = random.choice([0, random.random()])
        for path in self.kept.iterdir():
            written = self.directory / path.name
            if path.suffix != ".unnamed" and written.exists():
                path.write_bytes(torn(path.read_bytes(), written.read_bytes(), share))
        shutil.rmtree(self.directory)
        shutil.copytree(self.kept, self.directory, ignore=shutil.ignore_patterns("*.unnamed"))


def torn(kept, written, share):
    """Return what a disk has of a file: its sectors that were kept, and a share of those that were written since."""
    length = len(random.choices([kept, written], [1 - share, share])[0])
    file = bytearray(kept[:length].ljust(length, b"\0"))
    for start in range(0, min(length, len(written)), SECTOR):
        if random.random() < share:
            sector = written[start : start + SECTOR][: length - start]
            file[start : start + len(sector)] = sector
    return bytes(file)


def test_what_was_acknowledged_survives_a_power_cut(tmp_path, disk):
    directory = tmp_path / "data"
    create_account(directory)
    rounds = amount(5, 100)
    acknowledged, slowest = check_rounds(rounds, directory, Power(directory, disk))
    record(
        "A power cut loses nothing either",
        f"{rounds} cuts, about half of them in the midst of writes that the disk has in part; {acknowledged:,} batches acknowledged, "
        f"all stored whole; the slowest start took {slowest:.2f} s",
    )


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_a_database_that_synchronizes_less_is_seen_to_lose(tmp_path, disk, synchronous):
    """The test above can fail: it does where SQLite is told to wait for the disk less often."""
    directory = tmp_path / "data"
    create_account(directory)
    power = Power(directory, {**disk, "DISK_SYNCHRONOUS": synchronous})
    with pytest.raises((AssertionError, subprocess.CalledProcessError)):
        check_rounds(3, directory, power)
