"""The container image with the program of dist/, built on a bare Debian by buildah."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from debian import ENVIRONMENT, Debian
from serving import append, messages, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def buildah(tmp_path_factory):
    """Runs buildah with a storage of its own."""
    storage = tmp_path_factory.mktemp("buildah")
    options = ["--storage-driver", "vfs", "--root", storage / "root", "--runroot", storage / "run"]

    def run(*arguments):
        result = subprocess.run(["buildah", *options, *arguments], capture_output=True, text=True, timeout=600, cwd=ROOT)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout.strip()

    yield run
    run("rm", "--all")
    run("rmi", "--all", "--force")


@pytest.fixture(scope="module")
def image(buildah, tree):
    base = buildah("from", "scratch")
    buildah("copy", base, tree, "/")
    buildah("commit", "--format", "docker", base, "localhost/debian")
    return buildah(
        "build", "--quiet", "--isolation", "chroot", "--format", "docker", "--build-arg", "RUNTIME_IMAGE=localhost/debian",
        "--build-arg", "PROGRAM=dist", "--build-arg", "VERSION=1.2.3", "--build-arg", "COMMIT=abc1234", ".",
    )  # fmt: skip


def test_it_has_a_numeric_user_a_health_check_and_labels(buildah, image):
    config = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
    user = config["User"].split(":")[0]
    assert user.isdigit() and int(user) != 0
    assert config["Healthcheck"]["Test"] == ["CMD", "understudy", "health"]
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()}
    assert (labels["version"], labels["revision"]) == ("1.2.3", "abc1234")
    assert {"title", "description", "licenses"} <= labels.keys()


def test_its_command_serves_as_that_user(buildah, image):
    config = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
    container = buildah("from", image)
    debian = Debian(Path(buildah("mount", container)))
    user, group = config["User"].split(":")

    def entering(*arguments):
        return debian.entering("setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--", *config["Entrypoint"], *arguments)

    env = {**ENVIRONMENT, **dict(variable.split("=", 1) for variable in config["Env"]), "UNDERSTUDY_PORT": "0"}
    printed = subprocess.run(entering("account", "create"), env=env, check=True, capture_output=True, text=True).stdout
    auth = tuple(re.findall(r": +(\S+)", printed))
    with serving(entering(*config["Cmd"]), env) as (_, url):
        url = url.replace("0.0.0.0", "127.0.0.1")
        subprocess.run(entering("health", "--url", url), env=env, check=True)
        append(url, auth, "Hello")
        assert messages(url, auth) == ["Hello"]
