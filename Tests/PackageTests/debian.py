"""A Debian in a folder, and what runs in it."""

import shlex
import shutil
import subprocess

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
USER = "understudy"
# /proc is mounted in a namespace of its own, which goes with the command. Every step replaces its process by the next one.
ENTER = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
SYSTEMCTL = """#!/bin/sh
echo "$*" >>/systemctl.log
case "$*" in *is-enabled*) echo enabled ;; esac
"""

FAILING = """#!/bin/sh
case "$(id --user --name) $*" in
{user}*{argument}*)
    echo "{name} fails" >&2
    exit 1
    ;;
esac
exec /usr/bin/{name} "$@"
"""


class Debian:
    def __init__(self, root):
        self.root = root
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        # A tree that is thrown away need not be synchronized after every file.
        (root / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")

    def run(self, *command, env=ENVIRONMENT):
        """Run a command to its end, as root, and return what it printed."""
        result = self.attempt(*command, env=env)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def attempt(self, *command, env=ENVIRONMENT):
        """The same, but the command may fail; return how it ended."""
        return subprocess.run(self.entering(*command), env=env, capture_output=True, text=True, timeout=600)

    def entering(self, *command):
        """The command that runs another one here."""
        return ["unshare", "--mount", "sh", "-c", ENTER, str(self.root), *map(str, command)]

    def install(self, package):
        """Install a package's file, with what it depends on, and keep changed settings; return what was printed."""
        result = self.attempt_to_install(package)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr

    def attempt_to_install(self, package):
        """The same, but it may fail; return how it ended."""
        shutil.copy(package, self.root / "tmp")
        options = ["--yes", "--no-install-recommends", "--option", "Dpkg::Options::=--force-confold"]
        return self.attempt("apt-get", "install", *options, f"/tmp/{package.name}")

    def add_user(self):
        """Create the service's user as the package does."""
        self.run("apt-get", "install", "--yes", "--no-install-recommends", "adduser")
        self.run("adduser", "--system", "--group", "--quiet", "--home", "/var/lib/understudy", "--no-create-home", USER)

    def let_fail(self, name, argument):
        """Let a program fail where the service's user runs it with a certain argument; the returned file is what does that."""
        # It comes before /usr/bin in the path that apt gives to dpkg.
        program = self.path(f"/usr/sbin/{name}")
        program.write_text(FAILING.format(user=USER, name=name, argument=argument))
        program.chmod(0o755)
        return program

    def pretend_systemd(self):
        """Let systemd seem to run; `systemd_calls` returns what it was asked to do."""
        (self.root / "run/systemd/system").mkdir(parents=True)
        systemctl = self.root / "usr/bin/systemctl"
        systemctl.write_text(SYSTEMCTL)
        systemctl.chmod(0o755)

    def systemd_calls(self):
        """What systemd was asked to do since the last call, without questions."""
        log = self.root / "systemctl.log"
        calls = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [call for call in calls if "is-enabled" not in call and "is-active" not in call]

    def path(self, path):
        return self.root / path.lstrip("/")

    def service(self):
        """The command and the environment that systemd gives the service, by its unit."""
        unit = self.path("/lib/systemd/system/understudy.service").read_text().splitlines()
        settings = dict(line.split("=", 1) for line in unit if "=" in line and not line.startswith("#"))
        lines = self.path(settings["EnvironmentFile"].removeprefix("-")).read_text().splitlines()
        variables = {
            name: shlex.split(value)[0] if value else ""
            for name, value in (line.split("=", 1) for line in lines if line and not line.startswith("#"))
        }
        user = ["setpriv", "--reuid", settings["User"], "--regid", settings["Group"], "--init-groups", "--"]
        command = self.entering(*user, *shlex.split(settings["ExecStart"]))
        name, value = settings["Environment"].split("=", 1)
        return command, {**ENVIRONMENT, name: value, **variables}
