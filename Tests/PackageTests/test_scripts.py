"""What the packaging scripts do on other machines than this one."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LICENSE = "import dependencies; print(dependencies.swift_license())"
GIT = ["git", "-c", "user.name=n", "-c", "user.email=n@example.com"]


@pytest.mark.parametrize("layout", ["usr/lib/swift", "home/.local/share/swiftly/toolchains/6.3.1/usr/lib/swift"])
def test_the_license_of_swift_is_found_where_the_compiler_is(tmp_path, layout):
    resources = tmp_path / layout
    file = resources.parents[1] / "share/swift/LICENSE.txt"
    file.parent.mkdir(parents=True)
    file.write_text("license")
    assert license_of_swift(tmp_path, resources).stdout == f"{file}\n"


def test_a_toolchain_without_a_license_is_a_clear_error(tmp_path):
    failed = license_of_swift(tmp_path, tmp_path / "lib/swift")
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"Cannot find Swift's license: there is no {tmp_path}/share/swift/LICENSE.txt")
    assert "https://www.swift.org/install/linux/" in failed.stderr and "Traceback" not in failed.stderr


def license_of_swift(folder, resources):
    """Where the license is found with a compiler that has its resources there, behind a launcher as swiftly has it."""
    programs = folder / "bin"
    programs.mkdir()
    information = json.dumps({"paths": {"runtimeResourcePath": str(resources)}})
    (programs / "launcher").write_text(f"#!/bin/sh\necho '{information}'\n")
    (programs / "launcher").chmod(0o755)
    for name in ("swift", "swiftc"):
        (programs / name).symlink_to("launcher")
    env = {"PATH": f"{programs}:/usr/bin:/bin", "PYTHONPATH": str(ROOT / "scripts/packaging"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-c", LICENSE], env=env, capture_output=True, text=True)


@pytest.fixture
def checkout(tmp_path):
    """A Git repository with the scripts."""
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", root / "scripts")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "m", "--date", "@1700000000 +0000"]):
        env = {"PATH": "/usr/bin:/bin", "GIT_COMMITTER_DATE": "@1700000000 +0000"}
        subprocess.run([*GIT, *command], cwd=root, env=env, check=True)
    return root


def described(root):
    """The commit and the date that the scripts find in a folder."""
    script = '. scripts/common.sh; export_source_date; echo "$DEV_COMMIT,$SOURCE_DATE_EPOCH"'
    env = {"PATH": "/usr/bin:/bin"}
    result = subprocess.run(["bash", "-euc", script], cwd=root, env=env, check=True, capture_output=True, text=True)
    return result.stdout.strip().split(",")


def test_the_commit_and_the_date_are_those_of_the_checkout(checkout):
    commit, date = described(checkout)
    head = subprocess.run([*GIT, "rev-parse", "HEAD"], cwd=checkout, check=True, capture_output=True, text=True).stdout
    assert head.startswith(commit) and len(commit) == 7
    assert date == "1700000000"
    with (checkout / "scripts/common.sh").open("a") as file:
        file.write("# changed\n")
    assert described(checkout) == [f"{commit}-dirty", date]


def test_sources_inside_of_another_repository_have_no_commit(checkout):
    inside = checkout / "inside"
    shutil.copytree(ROOT / "scripts", inside / "scripts")
    commit, date = described(inside)
    assert commit == "" and int(date) > 1_700_000_000
