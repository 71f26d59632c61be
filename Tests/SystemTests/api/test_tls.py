"""HTTPS, with a certificate that may change while the server runs."""

import http.client
import shutil
import socket
import ssl

import pytest
import requests
from support.messages import message
from support.sdk import sdk
from support.tls import make_certificate, serve
from support.understudy import AUTH, AUTHORIZATION, command, create_account, import_lines, wait_until
from support.writers import messages_url


@pytest.fixture
def directory(tmp_path):
    create_account(tmp_path)
    import_lines(tmp_path, [message("s", number) for number in range(1, 121)])
    return tmp_path


def shown_certificate(server):
    """The certificate that a new connection is shown, in DER."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        with context.wrap_socket(plain) as client:
            return client.getpeercert(binary_form=True)


def der(chain):
    return ssl.PEM_cert_to_DER_cert(chain.read_text())


def test_pages_by_https_and_the_sdk(directory, monkeypatch):
    chain, key = make_certificate(directory, "first")
    with serve(directory, chain, key) as server:
        assert server.url.startswith("https://127.0.0.1:")
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(messages_url(server), auth=AUTH)
        page = requests.get(messages_url(server), auth=AUTH, verify=chain).json()
        assert page["meta"]["next_page_url"].startswith(f"{server.url}/v1/Sessions/s/Messages?")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(chain))
        assert len(sdk(server).assistants.v1.sessions("s").messages.list()) == 120


def test_a_new_certificate_is_shown_without_a_restart(directory):
    chain, key = make_certificate(directory, "shown")
    other_chain, other_key = make_certificate(directory, "other", "other")
    old = der(chain)
    context = ssl.create_default_context(cafile=str(chain))
    with serve(directory, chain, key) as server:
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30, context=context)
        # Only this one connection is used.
        connection.connect()
        connection.auto_open = 0

        def status():
            connection.request("GET", "/v1/Sessions/s/Messages", headers={"Authorization": AUTHORIZATION})
            answer = connection.getresponse()
            answer.read()
            return answer.status

        assert status() == 200
        assert shown_certificate(server) == old
        # A file that is no certificate, or not the key's, changes nothing.
        chain.write_text("no certificate")
        wait_until(lambda: "cannot be used" in log_of(server), seconds=20)
        assert shown_certificate(server) == old
        shutil.copy(other_key, key)
        shutil.copy(other_chain, chain)
        wait_until(lambda: shown_certificate(server) == der(other_chain), seconds=20)
        # Open connections continue.
        assert status() == 200
        assert requests.get(messages_url(server), auth=AUTH, verify=other_chain).status_code == 200


def log_of(server):
    server.log.seek(0)
    return server.log.read()


def test_who_speaks_no_tls_or_an_old_one_is_refused(directory):
    chain, key = make_certificate(directory, "first")
    with serve(directory, chain, key) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"200" not in client.recv(4_096)
        context = ssl.create_default_context(cafile=str(chain))
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(plain, server_hostname="localhost")
        assert requests.get(f"{server.url}/health", verify=chain).status_code == 200


def test_certificates_that_cannot_be_used_are_said(directory):
    chain, key = make_certificate(directory, "first")
    _, other_key = make_certificate(directory, "other")
    for arguments, said, code in (
        (["--tls-certificate", chain], "go together", 64),
        (["--tls-key", key], "go together", 64),
        (["--tls-certificate", directory / "none.pem", "--tls-key", key], "none.pem", 1),
        (["--tls-certificate", key, "--tls-key", key], "Cannot use the TLS certificate", 1),
        (["--tls-certificate", chain, "--tls-key", other_key], "Cannot use the TLS certificate", 1),
    ):
        refused = command("serve", "--data-directory", directory, "--port", "0", *arguments, check=False)
        assert (refused.returncode, said in refused.stderr) == (code, True), refused.stderr
        assert key.read_text().splitlines()[1] not in refused.stderr
