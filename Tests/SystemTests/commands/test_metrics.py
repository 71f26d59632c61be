"""What a server says of itself to Prometheus."""

import json
import math
import re
import shutil
import socket
import threading
import time
from pathlib import Path

import promql_parser
import pytest
import requests
import yaml
from cryptography import x509
from support.assistants import make_assistant, send
from support.messages import message
from support.metrics import figures
from support.postgres_server import PostgresServer, free_port
from support.receivers import Receiver, ScriptedModel, close_at_once, complete, http_server, respond
from support.tls import make_certificate, serve
from support.understudy import AUTH, Server, command, create_account, import_lines, prepare_postgres, wait_until
from support.writers import append, messages_url

DEPLOY = Path(__file__).parents[3] / "deploy"

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
            assert known(address, "understudy_database_bytes") == (tmp_path / "understudy.sqlite").stat().st_size
            assert figures(address)[0]["understudy_write_ahead_log_bytes"] == (tmp_path / "understudy.sqlite-wal").stat().st_size
    else:
        with PostgresServer() as postgres:
            env = prepare_postgres(postgres.url(), tmp_path)
            with Server(tmp_path, *arguments, env=env) as server:
                check_counts(server, address, "understudy_transaction_seconds_count")
                assert known(address, "understudy_database_bytes") > 1e6


def test_a_size_that_cannot_be_read_hides_no_other_metric_and_is_read_once_a_minute(tmp_path):
    address = f"127.0.0.1:{free_port()}"
    with PostgresServer() as postgres:
        env = prepare_postgres(postgres.url(), tmp_path)
        with Server(tmp_path, "--metrics-address", address, env=env):
            size = known(address, "understudy_database_bytes")
            postgres.sql("ALTER FUNCTION pg_catalog.pg_database_size(name) RENAME TO hidden")
            # Twice as long as between two readings of the others.
            time.sleep(10)
            assert known(address, "understudy_database_bytes") == size
        with Server(tmp_path, "--metrics-address", address, env=env):
            assert wait_until(lambda: figures(address)[0]["understudy_webhooks_waiting"] == 0)
            assert math.isnan(figures(address)[0]["understudy_database_bytes"])
            postgres.sql("ALTER FUNCTION pg_catalog.hidden(name) RENAME TO pg_database_size")
            assert known(address, "understudy_database_bytes") > 1e6


def known(address, name):
    """The value of a metric that is read from the database; it is not a number until then."""
    return wait_until(lambda: (value := figures(address)[0][name]) == value and value)


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
        problem = f"Port {port} of {host} is already in use, perhaps by another Understudy. Choose another port with --metrics-address."
        assert (taken.returncode, problem in taken.stderr) == (1, True)
        assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("address", ["9464", "127.0.0.1", ":9464", "*:9464", "::1:9464", "127.0.0.1:99999", "127.0.0.1:x", ""])
def test_an_address_that_is_none_is_refused(tmp_path, address):
    refused = command("serve", "--data-directory", tmp_path, "--metrics-address", address, check=False)
    assert (refused.returncode, "like 127.0.0.1:9464" in refused.stderr) == (64, True)


def test_the_version_and_the_open_connections_are_reported(tmp_path):
    create_account(tmp_path)
    address = f"127.0.0.1:{free_port()}"
    with Server(tmp_path, "--metrics-address", address) as server:
        version = requests.get(f"{server.url}/health").json()["version"]
        # 0.1.0 (commit 1234567); the latter only if it is known.
        commit = command("--version").stdout.removeprefix(version).strip().removeprefix("(commit ").removesuffix(")")
        assert figures(address)[0][f'understudy_build_info{{version="{version}",commit="{commit}"}}'] == 1

        def connections():
            return figures(address)[0]["understudy_open_connections"]

        wait_until(lambda: connections() == 0)
        clients = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(3)]
        wait_until(lambda: connections() == 3)
        clients.pop().close()
        wait_until(lambda: connections() == 2)
        for client in clients:
            client.close()
        wait_until(lambda: connections() == 0)


def expiry(chain):
    return x509.load_pem_x509_certificate(chain.read_bytes()).not_valid_after_utc.timestamp()


def test_the_expiry_of_the_certificate_changes_when_it_is_replaced(tmp_path):
    create_account(tmp_path)
    chain, key = make_certificate(tmp_path, "shown")
    longer_chain, longer_key = make_certificate(tmp_path, "longer", days=90)
    address = f"127.0.0.1:{free_port()}"
    name = "understudy_tls_certificate_expiry_timestamp_seconds"
    with serve(tmp_path, chain, key, "--metrics-address", address):
        assert figures(address)[0][name] == expiry(chain)
        shutil.copy(longer_key, key)
        shutil.copy(longer_chain, chain)
        wait_until(lambda: figures(address)[0][name] == expiry(longer_chain))


def refuse(status):
    return lambda handler: respond(handler, status, b'{"error": {"message": "no"}}')


def test_requests_to_the_model_are_counted_with_their_failures_and_tokens(tmp_path):
    create_account(tmp_path)
    address = f"127.0.0.1:{free_port()}"
    usage = {"prompt_tokens": 70, "completion_tokens": 2}
    model = ScriptedModel(
        # One message, asked three times.
        refuse(503),
        close_at_once,
        lambda handler: complete(handler, "reply", usage=usage),
        # And one message each.
        refuse(401),
        refuse(400),
        lambda handler: respond(handler, 200, b"[]"),
        lambda handler: complete(handler, "", usage=usage),
        # Numbers that no server should report.
        lambda handler: complete(handler, "reply", usage={"prompt_tokens": -5, "completion_tokens": "many"}),
        lambda handler: complete(handler, "reply", usage={"prompt_tokens": 2**63 - 1}),
        lambda handler: complete(handler, "reply", usage={"prompt_tokens": 2**63 - 1}),
    )
    arguments = ["--model", "m", "--metrics-address", address, "--model-url"]
    with http_server(model) as url, Server(tmp_path, *arguments, url) as server:
        values, _ = figures(address)
        reasons = sorted(key for key in values if key.startswith("understudy_model_failures_total"))
        assert len(reasons) == 8 and not any(values[reason] for reason in reasons)
        assistant = make_assistant(server)
        for _ in range(6):
            send(server, assistant, "Hello")
        values, _ = figures(address)
        assert values["understudy_model_request_duration_seconds_count"] == 8
        assert 0 < values["understudy_model_request_duration_seconds_sum"] < 60
        failures = {key.split('"')[1]: values[key] for key in reasons if values[key]}
        once = ["unavailable", "connection", "credentials", "rejected", "invalid_response", "no_text"]
        assert failures == dict.fromkeys(once, 1)
        assert values['understudy_model_tokens_total{kind="prompt"}'] == 140
        assert values['understudy_model_tokens_total{kind="completion"}'] == 4
        send(server, assistant, "Hello")
        send(server, assistant, "Hello")
        values, _ = figures(address)
        assert values['understudy_model_tokens_total{kind="prompt"}'] == pytest.approx(2**64)
        assert values['understudy_model_tokens_total{kind="completion"}'] == 4


def test_a_model_that_takes_too_long_and_one_that_is_missing_are_counted(tmp_path):
    create_account(tmp_path)
    address = f"127.0.0.1:{free_port()}"
    end = threading.Event()
    with http_server(lambda *_: end.wait(30)) as url:
        arguments = ["--model", "m", "--model-timeout", "1", "--model-url", url, "--metrics-address", address]
        with Server(tmp_path, *arguments) as server:
            send(server, make_assistant(server), "Hello")
            values, _ = figures(address)
            end.set()
    assert values['understudy_model_failures_total{reason="timeout"}'] == 1
    assert values["understudy_model_request_duration_seconds_count"] == 1
    assert values["understudy_model_request_duration_seconds_sum"] >= 1
    with Server(tmp_path, "--metrics-address", address) as server:
        send(server, make_assistant(server), "Hello")
        values, _ = figures(address)
    assert values['understudy_model_failures_total{reason="not_configured"}'] == 1
    assert values["understudy_model_request_duration_seconds_count"] == 0


def test_webhooks_are_counted_as_delivered_waiting_and_failed(tmp_path):
    create_account(tmp_path)
    address = f"127.0.0.1:{free_port()}"
    end = threading.Event()
    receiver = Receiver(
        lambda handler: respond(handler, 500),
        lambda handler: respond(handler, 204),
        lambda handler: end.wait(30),
    )
    arguments = ["--model", "echo", "--allow-private", "webhooks", "--webhook-retry-time", "1", "--metrics-address", address]

    def counts():
        values, _ = figures(address)
        names = ("webhooks_delivered_total", "webhooks_given_up_total", "webhooks_waiting", "webhooks_failed")
        return tuple(values[f"understudy_{name}"] for name in names)

    with http_server(receiver) as url, Server(tmp_path, *arguments) as server:
        assistant = make_assistant(server)
        wait_until(lambda: counts() == (0, 0, 0, 0))
        for number, expected in enumerate([(0, 1, 0, 1), (1, 1, 0, 1), (1, 1, 1, 1)]):
            assert send(server, assistant, "Hello", f"s{number}", webhook=url).status_code == 202
            wait_until(lambda expected=expected: counts() == expected)
        end.set()


def expressions():
    """The expressions of the dashboard and of the alerts, by where they are."""
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            # What Grafana replaces.
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$__range", "1h")
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["definition"]).groups()
            yield variable["name"], f'{metric}{{{label}=~".*"}}'
    for group in yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
            yield rule["alert"], rule["expr"]


def selectors(expression):
    """The metrics that an expression reads, with the labels that it selects them by."""
    found = []

    def visit(node):
        if isinstance(node, promql_parser.VectorSelector):
            found.append((node.name, {matcher.name for matcher in node.matchers.matchers}))

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def test_the_dashboard_and_the_alerts_use_metrics_that_exist(tmp_path):
    address = f"127.0.0.1:{free_port()}"
    directories = tmp_path / "sqlite", tmp_path / "postgres"
    # By name, with their labels; Prometheus itself has `up`.
    existing = {"up": set()}
    with PostgresServer() as postgres:
        env = prepare_postgres(postgres.url(), directories[1])
        create_account(directories[0])
        arguments = [*make_certificate(tmp_path, "shown"), "--metrics-address", address]
        for directory, environment in zip(directories, (None, env)):
            with serve(directory, *arguments, env=environment) as server:
                assert requests.get(f"{server.url}/health", verify=arguments[0]).status_code == 200
                for series in figures(address)[0]:
                    name, _, labels = series.partition("{")
                    existing.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    used = {}
    for place, expression in expressions():
        found = selectors(expression)
        assert found, place
        for name, labels in found:
            assert name in existing, f"{place} uses {name}"
            assert labels <= existing[name] | {"job", "instance"}, f"{place} selects {name} by {labels}"
            used.setdefault(name, place)
    assert len(used) > 30
