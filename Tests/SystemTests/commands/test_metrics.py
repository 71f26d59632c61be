"""What a server says of itself to Prometheus."""

import re

import pytest
import requests
from support.messages import message
from support.metrics import figures
from support.postgres_server import PostgresServer, free_port
from support.understudy import AUTH, Server, command, create_account, import_lines, prepare_postgres
from support.writers import append, messages_url

ROUTE = "/v1/Sessions/{sessionId}/Messages"


def requests_of(values, route, method, status):
    return values.get(
        f'understudy_request_duration_seconds_count{{route="{route}",method="{method}",status="{status}"}}', 0
    )


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_requests_and_database_times_are_counted(tmp_path, store):
    address = f"127.0.0.1:{free_port()}"
    arguments = ["--metrics-address", address]
    if store == "sqlite":
        create_account(tmp_path)
        with Server(tmp_path, *arguments) as server:
            check_counts(server, address, "understudy_commit_seconds_count")
            assert figures(address)[0]["understudy_write_ahead_log_bytes"] == (tmp_path / "understudy.sqlite-wal").stat().st_size
    else:
        with PostgresServer() as postgres:
            env = prepare_postgres(postgres.url(), tmp_path)
            with Server(tmp_path, *arguments, env=env) as server:
                check_counts(server, address, "understudy_transaction_seconds_count")


def check_counts(server, address, transactions):
    for number in range(3):
        assert append(server, [f"text {number}"]).status_code == 201
    for _ in range(2):
        assert requests.get(messages_url(server), auth=AUTH).status_code == 200
    assert requests.get(messages_url(server), auth=(AUTH[0], "wrong")).status_code == 401
    assert requests.get(f"{server.url}/nowhere").status_code == 404
    assert requests.request("PATCH", messages_url(server), auth=AUTH).status_code == 405
    values, types = figures(address)
    assert requests_of(values, ROUTE, "POST", 201) == 3
    assert requests_of(values, ROUTE, "GET", 200) == 2
    assert requests_of(values, ROUTE, "GET", 401) == 1
    assert requests_of(values, ROUTE, "other", 405) == 1
    assert requests_of(values, "none", "GET", 404) == 1
    assert values[transactions] >= 3
    assert values["understudy_page_read_seconds_count"] >= 2
    assert values["understudy_requests_in_flight"] == 0
    assert values["process_open_fds"] > 3
    assert values["process_resident_memory_bytes"] > 1e6
    # Of each histogram: the buckets grow, and the last has all.
    for name in (name for name, kind in types.items() if kind == "histogram"):
        series = {}
        for key, value in values.items():
            if key.startswith(f"{name}_bucket"):
                labels, bound = re.fullmatch(rf'{name}_bucket\{{(.*?),?le="(.*)"\}}', key).groups()
                series.setdefault(labels, []).append((float(bound.replace("+Inf", "inf")), value))
        assert series
        for labels, buckets in series.items():
            assert buckets == sorted(buckets) and [count for _, count in buckets] == sorted(count for _, count in buckets)
            assert buckets[-1] == (float("inf"), values[f"{name}_count{{{labels}}}" if labels else f"{name}_count"])


def test_the_address_of_the_figures_is_their_own(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", 1)])
    address = f"127.0.0.1:{free_port()}"
    with Server(tmp_path, "--metrics-address", address) as server:
        assert requests.get(f"{server.url}/metrics").status_code == 404
        assert requests.get(f"http://{address}/v1/Sessions/s/Messages", auth=AUTH).status_code == 404
        taken = command("serve", "--data-directory", tmp_path / "other", "--port", "0", "--metrics-address", address, check=False)
        host, port = address.split(":")
        problem = f"Port {port} of {host} is in use by another program. Choose another port with --metrics-address."
        assert (taken.returncode, problem in taken.stderr) == (1, True)
        assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("address", ["9464", "127.0.0.1", ":9464", "::1:9464", "127.0.0.1:99999", "127.0.0.1:x", ""])
def test_an_address_that_is_none_is_refused(tmp_path, address):
    refused = command("serve", "--data-directory", tmp_path, "--metrics-address", address, check=False)
    assert (refused.returncode, "like 127.0.0.1:9464" in refused.stderr) == (64, True)
