"""What becomes of the program, and of what it has acknowledged, when PostgreSQL fails."""

import random
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest
import requests
from support.postgres_server import BIN, PostgresServer, as_user
from support.understudy import AUTH, SEALING_KEY, Server, command, prepare_postgres, using, wait_until
from support.writers import Writers, append, is_unavailable, messages_url, walk


@contextmanager
def served(postgres, tmp_path, url=None):
    env = prepare_postgres(postgres.url(), tmp_path)
    with Server(tmp_path, env={**env, "UNDERSTUDY_DATABASE_URL": url or postgres.url()}) as server:
        yield server


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_is_restarted_loses_nothing(tmp_path, mode):
    with PostgresServer() as postgres, served(postgres, tmp_path) as server:
        with Writers(server) as writers:
            writers.go_on()
            postgres.stop(mode)
            wait_until(lambda: is_unavailable(requests.get(messages_url(server), auth=AUTH, timeout=10)))
            assert is_unavailable(requests.get(f"{server.url}/ready", timeout=10))
            assert requests.get(f"{server.url}/health", timeout=10).status_code == 200
            refused = writers.refused
            wait_until(lambda: writers.refused > refused)
            postgres.start()
            start = time.monotonic()
            writers.go_on()
            assert time.monotonic() - start < 10
            assert requests.get(f"{server.url}/ready", timeout=10).status_code == 200
        writers.check()


def test_a_connection_killed_in_the_middle_of_a_transaction_loses_nothing(tmp_path):
    kill = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name LIKE 'understudy%' AND xact_start IS NOT NULL AND random() < 0.5
        """
    with PostgresServer() as postgres, served(postgres, tmp_path) as server:
        with Writers(server) as writers:
            for _ in range(40):
                postgres.sql(kill)
                time.sleep(random.random() * 0.05)
            assert writers.refused > 0
            writers.go_on()
        writers.check()


def test_a_walk_goes_on_over_a_failover(tmp_path):
    with PostgresServer() as primary:
        env = prepare_postgres(primary.url(), tmp_path)
        with PostgresServer(primary=primary) as standby:
            # What is acknowledged is on both.
            primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.sql("SELECT pg_reload_conf()")
            wait_until(lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync")
            url = (
                f"postgresql://understudy@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
                "?target_session_attrs=read-write"
            )
            with Server(tmp_path, env={**env, "UNDERSTUDY_DATABASE_URL": url}) as server:
                there = [f"old-{number}" for number in range(500)]
                assert append(server, there, "w").status_code == 201
                texts = []
                is_primary_there = True
                with Writers(server, count=4) as writers:
                    writers.go_on()
                    page_url = f"{messages_url(server, 'w')}?PageSize=50"
                    while page_url:
                        if is_primary_there and len(texts) == 250:
                            is_primary_there = False
                            primary.stop("immediate")
                            standby.promote()
                        answer = requests.get(page_url, auth=AUTH, timeout=60)
                        if answer.status_code != 200:
                            assert is_unavailable(answer)
                            continue
                        texts += [message["content"]["content"] for message in answer.json()["messages"]]
                        page_url = answer.json()["meta"]["next_page_url"]
                    writers.go_on()
                assert texts == there
                writers.check()


def test_a_replica_that_takes_no_writes_serves_lists(tmp_path):
    with PostgresServer() as primary, served(primary, tmp_path) as server:
        assert append(server, ["one"]).status_code == 201
        with PostgresServer(primary=primary) as standby:
            env = {**SEALING_KEY, "UNDERSTUDY_DATABASE_URL": standby.url()}
            with Server(tmp_path / "standby", env=env) as reader:
                assert walk(reader) == ["one"]
                assert is_unavailable(append(reader, ["two"]))
                assert append(server, ["two"]).status_code == 201
                wait_until(lambda: walk(reader) == ["one", "two"])
                log = reader.stop()
    assert "read-only transaction" in log


def test_too_many_connections_are_a_passing_fault(tmp_path):
    settings = ["max_connections = 12", "superuser_reserved_connections = 3", "max_wal_senders = 0"]
    with PostgresServer(settings=settings) as postgres:
        env = prepare_postgres(postgres.url(), tmp_path)
        postgres.sql("CREATE ROLE app LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO app")
        postgres.sql("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO app")
        env["UNDERSTUDY_DATABASE_URL"] = postgres.url(user="app")
        with Server(tmp_path, env=env) as server:
            assert append(server, ["one"]).status_code == 201
            # The program's connections are lost, and then taken by others, but for those that superusers have left.
            postgres.sql("ALTER ROLE app CONNECTION LIMIT 0")
            postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
            sleep = [BIN / "psql", "--command", "SELECT pg_sleep(60)", postgres.url()]
            others = [subprocess.Popen(sleep, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(9)]
            sleeping = "FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"
            wait_until(lambda: postgres.sql(f"SELECT count(*) {sleeping}") == "9")
            postgres.sql("ALTER ROLE app CONNECTION LIMIT -1")
            start = time.monotonic()
            assert all(is_unavailable(requests.get(messages_url(server), auth=AUTH, timeout=30)) for _ in range(4))
            assert all(is_unavailable(append(server, ["two"])) for _ in range(4))
            assert time.monotonic() - start < 5
            postgres.sql(f"SELECT pg_terminate_backend(pid) {sleeping}")
            for other in others:
                other.wait(10)
            wait_until(lambda: append(server, ["three"]).status_code == 201)
            assert walk(server) == ["one", "three"]
            log = server.stop()
    assert "remaining connection slots are reserved" in log


def test_a_full_disk_loses_nothing(tmp_path):
    with PostgresServer(tmpfs="160M") as postgres, served(postgres, tmp_path) as server:
        with Writers(server, count=4) as writers:
            writers.go_on()
            filler = postgres.directory / "filler"
            as_user("sh", "-c", f"cat /dev/zero >{filler}", check=False)
            refused = writers.refused
            wait_until(lambda: writers.refused > refused + 3, seconds=60)
            filler.unlink()
            # The server ends itself where its log has no room.
            if as_user(BIN / "pg_ctl", "--pgdata", postgres.data, "status", check=False).returncode != 0:
                postgres.start()
            writers.go_on()
        writers.check()


def test_a_server_that_is_too_old_is_refused(tmp_path):
    with old_server() as port:
        url = f"postgresql://understudy@127.0.0.1:{port}/x?sslmode=disable&gssencmode=disable"
        for arguments in (["serve", "--port", "0"], ["database", "migrate"]):
            refused = command(*arguments, check=False, env=using(tmp_path, {**SEALING_KEY, "UNDERSTUDY_DATABASE_URL": url})[1])
            assert (refused.returncode, "PostgreSQL 13; 14 or newer" in refused.stderr) == (1, True)


@contextmanager
def old_server():
    """Says of itself, to who connects, that it is PostgreSQL 13, which cannot be had here."""

    def part(kind, body):
        return kind + (len(body) + 4).to_bytes(4, "big") + body

    greeting = (
        part(b"R", (0).to_bytes(4, "big"))
        + part(b"S", b"server_version\x0013.9\x00")
        + part(b"S", b"client_encoding\x00UTF8\x00")
        + part(b"K", bytes(8))
        + part(b"Z", b"I")
    )
    listener = socket.create_server(("127.0.0.1", 0))

    def greet():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(4096)
            connection.sendall(greeting)

    threading.Thread(target=greet, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def test_tls_is_what_libpq_makes_of_the_url(tmp_path):
    names = ["right", "wrong"]
    for name in names:
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout", tmp_path / f"{name}.key", "-out", tmp_path / f"{name}.crt",
            ],
            check=True, capture_output=True,
        )
    with PostgresServer() as postgres:
        prepare_postgres(postgres.url(), tmp_path)
        for ending in ("key", "crt"):
            text = (tmp_path / f"right.{ending}").read_text()
            as_user("sh", "-c", f"umask 077; cat >{postgres.data}/server.{ending} <<'END'\n{text}END")
        hba = postgres.data / "pg_hba.conf"
        hba.write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
        postgres.stop()
        conf = postgres.data / "postgresql.conf"
        conf.write_text(conf.read_text() + "ssl = on\n")
        postgres.start()

        def serve(**parameters):
            query = "&".join(f"{name}={value}" for name, value in parameters.items())
            return {**SEALING_KEY, "UNDERSTUDY_DATABASE_URL": f"{postgres.url()}?{query}"}

        with Server(tmp_path, env=serve(sslmode="verify-full", sslrootcert=tmp_path / "right.crt")) as server:
            assert append(server, ["one"]).status_code == 201
            assert walk(server) == ["one"]
            encrypted = postgres.sql(
                "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE 'understudy%'"
            )
            assert encrypted == "t"
        for parameters, error in (
            ({"sslmode": "verify-full", "sslrootcert": tmp_path / "wrong.crt"}, "certificate verify failed"),
            ({"sslmode": "disable"}, "no encryption"),
        ):
            refused = command("serve", "--port", "0", check=False, env=using(tmp_path, serve(**parameters))[1])
            assert (refused.returncode, error in refused.stderr) == (1, True)
