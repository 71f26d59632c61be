"""The Debian package in a bare Debian 12."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

from serving import append, credentials, messages, serving

DATA = "/var/lib/understudy"
SETTINGS = "/etc/understudy.env"
# Written by the program of commit 5a9ceb4.
EARLIER = Path(__file__).parents[1] / "SystemTests/postgres/earlier/5a9ceb4"
EARLIER_KEY = "ab" * 32 + "\n"


def set_port(debian):
    with debian.path(SETTINGS).open("a") as settings:
        settings.write("UNDERSTUDY_PORT=0\n")


def mode(path):
    return path.stat().st_mode & 0o777


def test_an_installation_creates_a_database_serves_and_lists(debian, deb):
    printed = debian.install(deb)
    data = debian.path(DATA)
    assert f"credentials are in {DATA}/initial-credentials" in printed
    assert (mode(data), mode(data / "initial-credentials"), mode(debian.path(SETTINGS))) == (0o700, 0o600, 0o600)
    assert (data / "initial-credentials").owner() != "root"
    # Nothing of it ran as root.
    assert {path.stat().st_uid for path in data.iterdir()} == {data.stat().st_uid} != {0}
    set_port(debian)
    command, env = debian.service()
    auth = credentials(data / "initial-credentials")
    with serving(command, env) as (_, url):
        append(url, auth, "Hello")
        assert messages(url, auth) == ["Hello"]
    assert not debian.run("find", "/", "-xdev", "-name", "libswift*")


def test_the_manual_page_and_the_completions_name_the_commands(debian, deb):
    debian.install(deb)
    share = debian.path("/usr/share")
    page = gzip.decompress((share / "man/man1/understudy.1.gz").read_bytes()).decode()
    for text in (
        page,
        (share / "bash-completion/completions/understudy").read_text(),
        (share / "zsh/vendor-completions/_understudy").read_text(),
        (share / "fish/vendor_completions.d/understudy.fish").read_text(),
    ):
        assert re.search(r"data(\\-|-)directory", text)
        assert "backup" in text


def test_an_upgrade_keeps_data_and_settings_and_restarts(debian, deb, earlier_deb):
    debian.pretend_systemd()
    debian.install(earlier_deb)
    assert debian.systemd_calls()[-1] == "--quiet --system start understudy.service"
    put_earlier_data(debian)
    set_port(debian)
    settings = debian.path(SETTINGS).read_text()

    printed = debian.install(deb)
    assert debian.systemd_calls() == ["--system daemon-reload", "--quiet --system restart understudy.service"]
    assert "credentials" not in printed
    assert debian.path(SETTINGS).read_text() == settings
    assert_earlier_data_is_shown(debian)


def test_a_removal_keeps_data_and_settings_and_a_purge_deletes_them(debian, deb):
    debian.pretend_systemd()
    debian.install(deb)
    set_port(debian)
    auth = credentials(debian.path(DATA) / "initial-credentials")
    with serving(*debian.service()) as (_, url):
        append(url, auth, "kept")
    debian.systemd_calls()

    debian.run("apt-get", "remove", "--yes", "understudy")
    assert "stop understudy.service" in debian.systemd_calls()
    assert not debian.path("/usr/bin/understudy").exists()
    assert debian.path(SETTINGS).exists()

    assert "credentials" not in debian.install(deb)
    with serving(*debian.service()) as (_, url):
        assert messages(url, auth) == ["kept"]

    assert f"Deleting {DATA}" in debian.run("apt-get", "purge", "--yes", "understudy")
    assert not debian.path(DATA).exists()
    assert not debian.path(SETTINGS).exists()

    debian.install(deb)
    assert credentials(debian.path(DATA) / "initial-credentials") != auth


def test_a_missing_database_is_not_replaced_by_an_upgrade(debian, deb, earlier_deb):
    debian.install(earlier_deb)
    shutil.rmtree(debian.path(DATA))
    debian.install(deb)
    assert not debian.path(DATA).exists()
    command, env = debian.service()
    refused = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1 and DATA in refused.stderr
    assert not debian.path(DATA).exists()


def test_no_database_is_created_where_the_settings_name_postgresql(debian, deb):
    debian.path(SETTINGS).write_text("UNDERSTUDY_DATABASE_URL=postgresql://understudy@db.example.com/understudy\n")
    debian.install(deb)
    assert not debian.path(DATA).exists()


def put_earlier_data(debian):
    """Replace the data directory by one of the earlier program."""
    data = debian.path(DATA)
    owner = data.stat()
    for file in data.iterdir():
        file.unlink()
    (data / "secret.key").write_text(EARLIER_KEY)
    (data / "understudy.sqlite").write_bytes(gzip.decompress((EARLIER / "understudy.sqlite.gz").read_bytes()))
    for file in data.iterdir():
        file.chmod(0o600)
        shutil.chown(file, owner.st_uid, owner.st_gid)


def assert_earlier_data_is_shown(debian):
    expected = json.loads((EARLIER / "understudy.sqlite.json").read_text())
    auth = expected["key"]["sid"], expected["key"]["secret"]
    shown = expected["shown"]["/Sessions/notes/Messages"]["items"]
    with serving(*debian.service()) as (_, url):
        assert messages(url, auth, "notes") == [message["content"]["content"] for message in shown]
