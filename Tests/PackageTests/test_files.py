"""What is in dist/, and how compose.yaml and the Dockerfile go together."""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from packageurl import PackageURL
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
TOOLS = Path(sys.executable).parent


def test_the_checksums_are_of_all_files(dist):
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=dist, check=True)
    listed = {line.split()[1] for line in (dist / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in dist.iterdir()} - {"SHA256SUMS"}


def test_the_size_is_within_its_limit(deb):
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


def test_every_package_has_the_alerts_and_the_dashboard(dist, deb, tmp_path):
    subprocess.run(["dpkg-deb", "--extract", deb, tmp_path / "deb"], check=True)
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path / "tarball", filter="data")
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as archive:
        archive.extractall(tmp_path / "wheel")
    for name in ("alerts.yaml", "grafana-dashboard.json"):
        text = (ROOT / "deploy" / name).read_text()
        assert (tmp_path / "deb/usr/share/understudy" / name).read_text() == text
        for folder, pattern in (("tarball", "*/share/understudy"), ("wheel", "*.data/data/share/understudy")):
            [share] = (tmp_path / folder).glob(pattern)
            assert (share / name).read_text() == text


def test_the_wheel_has_the_licenses_of_the_libraries_in_it(dist):
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as archive:
        files = [name for name in archive.namelist() if not name.endswith("/")]
        texts = {name.split("/licenses/")[1]: archive.read(name).decode() for name in files if "/licenses/" in name}
        [metadata] = (archive.read(name).decode() for name in files if name.endswith(".dist-info/METADATA"))
    for package in ("libpq5", "libssl3", "libldap-2.5-0", "libgnutls30"):
        assert len(texts[f"debian/{package}/copyright"]) > 1_000
    # They only name the texts of these.
    named = set(re.findall(r"/usr/share/common-licenses/([\w.+-]*\w)", "".join(texts.values())))
    assert {"LGPL-2.1", "GPL-3"} <= named
    for name in named:
        assert "Copyright" in texts[f"debian/common-licenses/{name}"] or "License" in texts[f"debian/common-licenses/{name}"]
    assert set(re.findall("^License-File: (.*)$", metadata, re.MULTILINE)) == set(texts)


def test_the_sbom_is_valid_and_names_what_is_linked_and_bundled(dist):
    path = next(dist.glob("*.spdx.json"))
    subprocess.run([TOOLS / "pyspdxtools", "--infile", path], check=True)
    document = json.loads(path.read_text())
    names = {package["SPDXID"]: package["name"] for package in document["packages"]}
    relations = {
        (names.get(one["spdxElementId"]), one["relationshipType"], names[one["relatedSpdxElement"]])
        for one in document["relationships"]
    }
    purls = [one["referenceLocator"] for package in document["packages"] for one in package.get("externalRefs", [])]
    assert any(purl.startswith("pkg:deb/debian/libstdc%2B%2B6@") for purl in purls)
    # In the form that the specification makes of them.
    assert purls == [PackageURL.from_string(purl).to_string() for purl in purls]
    wheel = next(dist.glob("*.whl")).name
    for library in ("GRDB.swift", "swift-nio", "Swift", "BoringSSL, in swift-nio-ssl", "zlib, in swift-nio-extras"):
        assert ("understudy", "STATIC_LINK", library) in relations
    assert ("understudy", "DYNAMIC_LINK", "libpq5") in relations
    # Every library that the wheel brings along is of a package that is named.
    with zipfile.ZipFile(dist / wheel) as archive:
        assert any(name.startswith("understudy.libs/libpq") for name in archive.namelist())
    bundled = {other for one, kind, other in relations if (one, kind) == (wheel, "CONTAINS")}
    assert {"understudy", "libpq5", "libsqlite3-0", "libdeflate0", "libssl3"} <= bundled


def test_the_labels_of_the_image_have_arguments_in_compose_yaml():
    services = YAML(typ="safe").load(ROOT / "compose.yaml")["services"]
    label = r'^ +org\.opencontainers\.image\.\w+="\$(\w+)"'
    arguments = set(re.findall(label, (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert arguments == {"VERSION", "COMMIT"}
    for name in ("understudy", "create"):
        given = services[name]["build"]["args"]
        assert given == {argument: f"${{{argument}:-}}" for argument in arguments}


def test_compose_yaml_follows_the_compose_specification():
    subprocess.run(
        [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"], check=True
    )
