"""The Debian package in a bare Debian 12."""

import gzip
import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from debian import USER
from documents import OPERATING, block
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
    # What the program itself prints would only confuse here.
    assert "Store: " not in printed and "new, empty database" not in printed
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
    set_port(debian)
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
    # The key of the service goes there.
    assert mode(debian.path(DATA)) == 0o700
    assert list(debian.path(DATA).iterdir()) == []


def test_the_documented_way_to_postgresql_keeps_what_was_stored(debian, deb, database_url):
    debian.install(deb)
    set_port(debian)
    auth = credentials(debian.path(DATA) / "initial-credentials")
    with serving(*debian.service()) as (_, url):
        append(url, auth, "Hello")
    name_database(debian, database_url)
    debian.pretend_systemd()
    debian.run("bash", "-c", SUDO + block(OPERATING, "as_service() {"))
    # It is not read any more.
    (debian.path(DATA) / "understudy.sqlite").unlink()
    with serving(*debian.service()) as (_, url):
        assert messages(url, auth) == ["Hello"]


def test_a_first_account_is_created_in_postgresql_as_documented(debian, deb, database_url):
    name_database(debian, database_url)
    debian.install(deb)
    set_port(debian)
    function = block(OPERATING, "as_service() {").split("}\n")[0] + "}\n"
    printed = debian.run("bash", "-c", f"{SUDO}{function}as_service understudy database migrate\nas_service understudy account create\n")
    assert [path.name for path in debian.path(DATA).iterdir() if path.name != "open.lock"] == ["secret.key"]
    auth = tuple(re.findall(r"(?:Account SID|Auth token): +(\S+)", printed))
    with serving(*debian.service()) as (_, url):
        append(url, auth, "Hello")
        assert messages(url, auth) == ["Hello"]


# There is nobody but root.
SUDO = 'set -e\nsudo() { "$@"; }\n'


def name_database(debian, url):
    """Name a database in the settings as the documentation says: the password by itself, and both in quotes."""
    user, password, rest = re.fullmatch(r"postgresql://(.*):(.*)@(.*)", url).groups()
    with debian.path(SETTINGS).open("a") as settings:
        settings.write(f"UNDERSTUDY_DATABASE_URL='postgresql://{user}@{rest}'\nPGPASSWORD='{password}'\n")


def test_the_way_back_to_an_earlier_version_is_as_documented(debian, deb):
    debian.install(deb)
    set_port(debian)
    put_earlier_data(debian)
    # As a newer version leaves them.
    database, copy = (debian.path(DATA) / name for name in ("understudy.sqlite", "understudy.sqlite.version-10"))
    shutil.copy(database, copy)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("INSERT INTO grdb_migrations VALUES ('999 newer')")
        connection.commit()
    own(debian, debian.path(DATA))
    command, env = debian.service()
    refused = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1 and "by a newer version" in refused.stderr
    debian.run("bash", "-c", "set -e\n" + block(OPERATING, "mv understudy.sqlite* newer").replace("understudy.sqlite.version-…", copy.name))
    assert_earlier_data_is_shown(debian)


@pytest.mark.parametrize(
    ("failing", "argument"), [("sed", "auth_token"), ("sync", "initial-credentials"), ("mv", "secret.key"), ("mv", "backup.sqlite")]
)
def test_credentials_are_not_lost_if_an_installation_fails_on_the_way(debian, deb, failing, argument):
    data = debian.path(DATA)
    obstacle = debian.let_fail(failing, argument)
    failed = debian.attempt_to_install(deb)
    assert failed.returncode != 0 and f"{failing} fails" in failed.stderr
    obstacle.unlink()
    assert not (data / "understudy.sqlite").exists()
    debian.run("dpkg", "--configure", "--pending")
    assert {path.name for path in data.iterdir()} == {"initial-credentials", "secret.key", "understudy.sqlite"}
    assert_serves(debian)
    auth = credentials(data / "initial-credentials")
    assert [account["sid"] for account in accounts(debian)] == [auth[0]]


def accounts(debian):
    listing = ["understudy", "account", "list", "--data-directory", DATA, "--format", "json"]
    return json.loads(debian.run("runuser", "--user", USER, "--", *listing))


def test_a_directory_of_the_service_keeps_its_key_and_its_credentials(debian, deb):
    debian.add_user()
    data = debian.path(DATA)
    data.mkdir(mode=0o700)
    (data / "secret.key").write_text(EARLIER_KEY)
    (data / "initial-credentials").write_text("of a database to be restored")
    own(debian, data)
    debian.install(deb)
    assert (data / "secret.key").read_text() == EARLIER_KEY
    assert (data / "initial-credentials.~1~").read_text() == "of a database to be restored"
    assert_serves(debian)


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_the_log_of_a_lost_database_is_not_put_into_a_new_one(debian, deb, suffix):
    debian.add_user()
    data = debian.path(DATA)
    data.mkdir(mode=0o700)
    (data / f"understudy.sqlite{suffix}").write_text("what was written last")
    own(debian, data)
    assert f"{DATA} has the log of a database without its database" in debian.install(deb)
    assert [path.name for path in data.iterdir()] == [f"understudy.sqlite{suffix}"]


def own(debian, path):
    """Give a directory with its files to the service's user."""
    debian.run("chown", "--recursive", f"{USER}:", f"/{path.relative_to(debian.root)}")


def assert_serves(debian):
    set_port(debian)
    auth = credentials(debian.path(DATA) / "initial-credentials")
    with serving(*debian.service()) as (_, url):
        append(url, auth, "Hello")
        assert messages(url, auth) == ["Hello"]


@pytest.mark.parametrize("is_link", [False, True])
def test_a_directory_of_another_user_is_left_as_it_is(debian, deb, is_link):
    other = debian.path("/srv/other" if is_link else DATA)
    other.mkdir(mode=0o750, parents=True)
    if is_link:
        debian.path(DATA).symlink_to("/srv/other")
    printed = debian.install(deb)
    assert f"{DATA} exists and does not belong to the user understudy" in printed
    assert (other.stat().st_uid, mode(other), list(other.iterdir())) == (0, 0o750, [])
    # What it says to do works.
    for line in re.findall("^  (chown .*|runuser .*)", printed, re.MULTILINE):
        printed = debian.run(*line.split())
    assert re.search("Account SID: AC.*\nAuth token: +[0-9a-f]{32}", printed)


def test_a_database_of_another_user_is_left_as_it_is(debian, deb):
    data = debian.path(DATA)
    data.mkdir(mode=0o700)
    put_earlier_data(debian)
    printed = debian.install(deb)
    assert f"{DATA} exists and does not belong to the user understudy" in printed
    assert "account create" not in printed and (data / "understudy.sqlite").owner() == "root"
    [line] = re.findall("^  (chown .*)", printed, re.MULTILINE)
    debian.run(*line.split())
    set_port(debian)
    assert_earlier_data_is_shown(debian)


def test_a_purge_does_not_follow_a_link(debian, deb):
    debian.add_user()
    elsewhere = debian.path("/srv/understudy")
    elsewhere.mkdir(mode=0o700)
    own(debian, elsewhere)
    debian.path(DATA).symlink_to("/srv/understudy")
    debian.install(deb)
    assert (elsewhere / "understudy.sqlite").exists()
    printed = debian.run("apt-get", "purge", "--yes", "understudy")
    assert f"Deleting the symbolic link {DATA}, but not what is in /srv/understudy" in printed
    assert not debian.path(DATA).is_symlink()
    assert (elsewhere / "understudy.sqlite").exists()


def test_a_database_that_was_there_before_gets_no_account(debian, deb):
    debian.add_user()
    data = debian.path(DATA)
    data.mkdir(mode=0o700)
    put_earlier_data(debian)
    own(debian, data)
    assert "credentials" not in debian.install(deb)
    set_port(debian)
    assert_earlier_data_is_shown(debian)


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
