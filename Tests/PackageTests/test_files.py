"""What is in dist/, and compose.yaml."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
TOOLS = Path(sys.executable).parent


def test_the_checksums_are_of_all_files(dist):
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=dist, check=True)
    listed = {line.split()[1] for line in (dist / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in dist.iterdir()} - {"SHA256SUMS"}


def test_the_sizes_are_within_their_limits(dist, deb):
    assert (dist / "understudy").stat().st_size <= 62 * MEGABYTE
    assert deb.stat().st_size <= 20 * MEGABYTE


def test_the_program_needs_only_libraries_of_the_system(dist):
    needed = subprocess.run(["ldd", dist / "understudy"], check=True, capture_output=True, text=True).stdout
    assert "swift" not in needed and "Foundation" not in needed and os.environ["DEV_SWIFT"] not in needed


def test_the_version_names_the_commit(dist):
    printed = subprocess.run([dist / "understudy", "--version"], check=True, capture_output=True, text=True).stdout
    assert printed.endswith(f" (commit {os.environ['DEV_COMMIT']})\n")


def test_the_manual_page_has_no_errors(dist, tmp_path):
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        page = next(member for member in archive if member.name.endswith("/understudy.1.gz"))
        (tmp_path / "understudy.1.gz").write_bytes(archive.extractfile(page).read())
    result = subprocess.run(
        ["man", "--warnings", "--local-file", tmp_path / "understudy.1.gz"],
        env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert result.stderr == ""
    assert "understudy serve" in result.stdout


def test_the_sbom_is_valid_and_names_what_is_linked_and_bundled(dist):
    path = next(dist.glob("*.spdx.json"))
    subprocess.run([TOOLS / "pyspdxtools", "--infile", path], check=True)
    document = json.loads(path.read_text())
    names = {package["SPDXID"]: package["name"] for package in document["packages"]}
    relations = {
        (names.get(one["spdxElementId"]), one["relationshipType"], names[one["relatedSpdxElement"]])
        for one in document["relationships"]
    }
    wheel = next(dist.glob("*.whl")).name
    for library in ("GRDB.swift", "swift-nio", "Swift", "BoringSSL, in swift-nio-ssl", "zlib, in swift-nio-extras"):
        assert ("understudy", "STATIC_LINK", library) in relations
    assert ("understudy", "DYNAMIC_LINK", "libpq5") in relations
    # Every library that the wheel brings along is of a package that is named.
    with zipfile.ZipFile(dist / wheel) as archive:
        assert any(name.startswith("understudy.libs/libpq") for name in archive.namelist())
    bundled = {other for one, kind, other in relations if (one, kind) == (wheel, "CONTAINS")}
    assert {"understudy", "libpq5", "libsqlite3-0", "libdeflate0", "libssl3"} <= bundled


def test_compose_yaml_follows_the_compose_specification():
    subprocess.run(
        [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"], check=True
    )
