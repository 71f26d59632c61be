"""The unit of the Debian package, in a Debian that systemd has booted."""

import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

from debian import ENVIRONMENT
from waiting import wait_until

UNIT = "/lib/systemd/system/understudy.service"
# In tenths. Up to 19, systemd calls it OK.
MAXIMUM_EXPOSURE = 19


def test_systemd_runs_the_service_and_finds_nothing_wrong_with_the_unit(debian, deb):
    debian.install(deb)
    debian.run("apt-get", "install", "--yes", "--no-install-recommends", "systemd-sysv")
    verified = debian.attempt("systemd-analyze", "verify", UNIT)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
    debian.run("systemd-analyze", "security", "--offline=true", f"--threshold={MAXIMUM_EXPOSURE}", UNIT)

    with booted(debian) as run:
        wait_until(lambda: "running" in run("systemctl", "is-system-running", check=False))
        wait_until(lambda: run("understudy", "health", check=False))
        assert json.loads(run("understudy", "health"))["status"] == "ok"
        first = main_process(run)
        run("systemctl", "restart", "understudy")
        wait_until(lambda: run("understudy", "health", check=False))
        assert main_process(run) != first
        run("systemctl", "stop", "understudy")
        assert run("systemctl", "show", "--value", "--property=Result,ExecMainStatus", "understudy").split() == ["success", "0"]
        messages = run("journalctl", "--unit=understudy", "--output=cat")
        assert messages.count("Started address=http://127.0.0.1:8080") == messages.count(" Stopped\n") == 2


@contextmanager
def booted(debian):
    """Boot the Debian in a container with a network of its own; gives what runs a command in it and returns what that prints."""
    options = ["--directory", debian.root, "--boot", "--private-network", "--register=no", "--keep-unit", "--console=pipe", "--quiet"]
    container = subprocess.Popen(["systemd-nspawn", *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        children = Path(f"/proc/{container.pid}/task/{container.pid}/children")
        init = wait_until(lambda: next((pid for pid in children.read_text().split() if is_systemd(pid)), None))

        def run(*command, check=True):
            entering = ["nsenter", "--target", init, "--mount", "--pid", "--uts", "--ipc", "--net", "--", *command]
            result = subprocess.run(entering, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
            assert not check or result.returncode == 0, result.stdout + result.stderr
            return result.stdout

        wait_until(lambda: Path(f"/proc/{init}/root/run/systemd/private").exists())
        yield run
    finally:
        # Shuts the system down.
        container.terminate()
        container.wait(60)


def is_systemd(pid):
    return Path(f"/proc/{pid}/comm").read_text() == "systemd\n"


def main_process(run):
    return run("systemctl", "show", "--value", "--property=MainPID", "understudy")
