"""The Python wheel in a fresh virtual environment, on a machine without Swift."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from serving import append, messages, serving

# Hides Swift's libraries from the command, in a namespace of its own.
HIDE = f'mount -t tmpfs none "{os.environ["DEV_SWIFT"]}" && exec "$0" "$@"'


@pytest.fixture(scope="module")
def environment(dist, tmp_path_factory):
    """The folder with the programs of a virtual environment that has the wheel."""
    folder = tmp_path_factory.mktemp("wheel") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin/pip", "install", "--quiet", "--no-index", next(dist.glob("*.whl"))], check=True)
    return folder / "bin"


def without_swift(environment, *arguments):
    """A command line of the installed program, and its environment."""
    command = ["unshare", "--mount", "sh", "-c", HIDE, str(environment / "understudy"), *map(str, arguments)]
    return command, {"PATH": f"{environment}:/usr/bin:/bin"}


def run(environment, *arguments):
    command, env = without_swift(environment, *arguments)
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


def test_the_program_has_the_wheels_version(environment, dist):
    version = next(dist.glob("*.whl")).name.split("-")[1]
    assert re.match(rf"{re.escape(version)}( \(commit [0-9a-f]{{7,}}(-dirty)?\))?\n$", run(environment, "--version").stdout)


def test_exit_codes_are_the_programs(environment, tmp_path):
    assert run(environment, "serve", "--nonsense").returncode == 64
    assert run(environment, "backup", "--data-directory", tmp_path / "none", tmp_path / "backup").returncode == 1


def test_a_closed_pipe_ends_it_like_the_program(environment, dist):
    def code(command, env):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            return subprocess.run(command, env=env, stdout=writing, stderr=subprocess.DEVNULL, timeout=60).returncode
        finally:
            os.close(writing)

    assert code(*without_swift(environment, "--help")) == code([dist / "understudy", "--help"], None)


def test_it_runs_from_a_folder_of_its_own(dist, tmp_path):
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)}
    wheel = next(dist.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--target", tmp_path, wheel]
    subprocess.run(pip, check=True)
    result = subprocess.run([tmp_path / "bin/understudy", "--version"], env=env, check=True, capture_output=True, text=True)
    assert result.stdout


def test_it_serves_and_lists_with_its_own_libraries(environment, tmp_path):
    created = run(environment, "account", "create", "--data-directory", tmp_path / "data")
    auth = tuple(re.findall(r": +(\S+)", created.stdout))
    with serving(*without_swift(environment, "serve", "--data-directory", tmp_path / "data", "--port", 0)) as (process, url):
        append(url, auth, "Hello")
        assert messages(url, auth) == ["Hello"]
        # The launcher is gone: signals reach the program itself.
        maps = Path(f"/proc/{process.pid}/maps").read_text()
    libraries = set(re.findall(r"(/\S*/(lib(?:pq|ssl|sqlite3|deflate)\S*))", maps))
    assert libraries and all(str(environment.parent) in path for path, _ in libraries)


def test_ctrl_c_stops_it_in_order(environment, tmp_path):
    run(environment, "account", "create", "--data-directory", tmp_path / "data")
    command, env = without_swift(environment, "serve", "--data-directory", tmp_path / "data", "--port", 0)
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("Understudy listens on ")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)
    assert process.returncode == 0
