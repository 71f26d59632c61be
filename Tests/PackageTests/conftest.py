import os
import subprocess
import uuid
from pathlib import Path

import pytest
from debian import Debian

ROOT = Path(__file__).parents[2]
SCRATCH = Path(os.environ["DEV_SCRATCH"])


@pytest.fixture(scope="session")
def dist():
    """The folder with the packages."""
    return ROOT / "dist"


@pytest.fixture(scope="session")
def deb(dist):
    return next(dist.glob("*.deb"))


@pytest.fixture(scope="session")
def earlier_deb():
    """The same program as an earlier version."""
    return next(SCRATCH.glob("*.deb"))


@pytest.fixture(scope="session")
def tree():
    """A bare Debian, as debootstrap installs it. Not to be changed."""
    return SCRATCH / "debian"


@pytest.fixture
def database_url():
    """The URL of an empty PostgreSQL database."""
    server, _, _ = os.environ["DEV_DATABASE_URL"].rpartition("/")
    name = f"packages_{uuid.uuid4().hex}"
    subprocess.run(["psql", "--quiet", "--command", f"CREATE DATABASE {name} ENCODING UTF8", f"{server}/postgres"], check=True)
    yield f"{server}/{name}"
    subprocess.run(["psql", "--quiet", "--command", f"DROP DATABASE {name} (FORCE)", f"{server}/postgres"], check=True)


@pytest.fixture
def debian(tree, tmp_path):
    root = tmp_path / "debian"
    subprocess.run(["cp", "--archive", "--reflink=auto", tree, root], check=True)
    yield Debian(root)
    subprocess.run(["rm", "-rf", "--one-file-system", root], check=True)
