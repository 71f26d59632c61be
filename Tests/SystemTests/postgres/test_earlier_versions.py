"""What an earlier version left behind is shown as it was, by either store, and survives a move from one to the other."""

import gzip
import json
import subprocess
from pathlib import Path

import pytest
import requests
from support.databases import PSQL
from support.understudy import OTHER_SID, SEALING_KEY, SID, TOKEN, Server, command, json_of, using, wait_until

OTHER_TOKEN = "another horse battery staple"
HOST = {"Host": "understudy.test"}
EARLIER = Path(__file__).parent / "earlier"
VERSIONS = sorted(version.name for version in EARLIER.iterdir() if version.is_dir())


def unpacked(version, name):
    folder = EARLIER / version
    return gzip.decompress((folder / f"{name}.gz").read_bytes()), json.loads((folder / f"{name}.json").read_text())


def get(server, path, auth=(SID, TOKEN)):
    answer = requests.get(f"{server.url}/v1{path}", auth=auth, headers=HOST, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


def items(server, url, field, **options):
    """All items of a list from one of its pages on."""
    found = []
    while url:
        page = get(server, url, **options)
        found += page[field]
        following = page["meta"]["next_page_url"]
        url = following and following.split("/v1", 1)[1]
    return found


def assert_goes_on(directory, expected, env=None):
    """A server shows what the earlier one did, to the same credentials, and goes on with what that had begun."""
    options = {"auth": (expected["key"]["sid"], expected["key"]["secret"])}
    with Server(directory, "--model", "echo", env=env) as server:
        for path, shown in expected["shown"].items():
            field = path.rsplit("/", 1)[1].lower()
            assert unchanging(items(server, f"{path}?PageSize=4", field)) == unchanging(shown["items"])
            if shown["second"]:
                rest = items(server, shown["second"], field, **options)
                assert unchanging(rest) == unchanging(shown["items"][4:])
        theirs = items(server, "/Sessions/theirs/Messages?PageSize=4", "messages", auth=(OTHER_SID, OTHER_TOKEN))
        assert [message["content"]["content"] for message in theirs] == [str(number) for number in range(9)]
        # A model was being asked.
        said = wait_until(lambda: len(said := get(server, "/Sessions/waiting/Messages")["messages"]) == 2 and said)
        assert [message["content"]["content"] for message in said] == ["waits"] * 2
    at, env = using(directory, env)
    urls = [webhook["url"] for webhook in json_of("webhook", "list", *at, env=env)]
    assert "http://127.0.0.1:9/" in urls


def unchanging(items):
    """Without the session whose turn goes on."""
    return [item for item in items if item["id"] != "webhook:waiting"]


def data_directory(path):
    path.mkdir(mode=0o700)
    (path / "secret.key").write_text(SEALING_KEY["UNDERSTUDY_SECRET_KEY"] + "\n")
    return path


@pytest.mark.parametrize("version", VERSIONS)
def test_a_data_directory_of_an_earlier_version_goes_on_there_and_in_postgresql(empty_url, tmp_path, version):
    database, expected = unpacked(version, "understudy.sqlite")
    old, new = data_directory(tmp_path / "old"), data_directory(tmp_path / "new")
    (old / "understudy.sqlite").write_bytes(database)
    postgres = {**SEALING_KEY, "UNDERSTUDY_DATABASE_URL": empty_url}
    command("database", "migrate", env=postgres)
    command("copy", "--from", old, "--to", empty_url)
    command("copy", "--from", empty_url, "--to", new)
    for env, directory in ((None, old), (None, new), (postgres, data_directory(tmp_path / "empty"))):
        at, _ = using(directory, env)
        command("check", *at, env=env)
        assert_goes_on(directory, expected, env)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_postgresql_database_of_an_earlier_version_goes_on_there_and_in_a_directory(empty_url, tmp_path, version):
    dump, expected = unpacked(version, "postgres.sql")
    subprocess.run([PSQL, "--quiet", "--set", "ON_ERROR_STOP=1", empty_url], input=dump, check=True, capture_output=True)
    postgres = {**SEALING_KEY, "UNDERSTUDY_DATABASE_URL": empty_url}
    assert "--finish" in command("database", "migrate", env=postgres).stdout
    assert "--finish" not in command("database", "migrate", "--finish", env=postgres).stdout
    directory = data_directory(tmp_path / "data")
    command("copy", "--from", empty_url, "--to", directory)
    for env, directory in ((None, directory), (postgres, data_directory(tmp_path / "empty"))):
        at, _ = using(directory, env)
        command("check", *at, env=env)
        assert_goes_on(directory, expected, env)
