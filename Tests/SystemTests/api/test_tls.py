"""HTTPS, with a certificate that may change while the server runs."""

import http.client
import shutil
import socket
import ssl
import subprocess

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
        failure = f"Cannot load the new TLS certificate; still using the previous one: The TLS certificate {chain} must have"
        wait_until(lambda: failure in log_of(server), seconds=20)
        assert shown_certificate(server) == old
        shutil.copy(other_key, key)
        shutil.copy(other_chain, chain)
        wait_until(lambda: shown_certificate(server) == der(other_chain), seconds=20)
        # Open connections continue.
        assert status() == 200
        assert requests.get(messages_url(server), auth=AUTH, verify=other_chain).status_code == 200
        assert "ASN1Error" not in log_of(server) and ".swift" not in log_of(server)


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
    encrypted, both, text, damaged, damaged_key = (
        directory / f"{name}.pem" for name in ["encrypted", "both", "text", "damaged", "damaged-key"]
    )
    for legacy in [["-traditional"], []]:
        encrypt = ["openssl", "rsa", *legacy, "-aes256", "-passout", "pass:secret", "-in", key, "-out", f"{encrypted}{len(legacy)}"]
        subprocess.run(encrypt, check=True, capture_output=True)
    both.write_text(chain.read_text() + key.read_text())
    text.write_text("no certificate")
    damaged.write_text(chain.read_text().replace("MII", "MIA", 1))
    damaged_key.write_text(key.read_text().replace("MII", "MIA", 1))
    for certificate, used_key, said in (
        (directory / "none.pem", key, f"Cannot read the TLS certificate from {directory}/none.pem: No such file or directory."),
        (text, key, f"The TLS certificate {text} must have certificates in PEM and nothing else, but has nothing in PEM."),
        (key, chain, "but has PRIVATE KEY. Name a file of its own for the key, with --tls-key."),
        (both, key, "but has CERTIFICATE, PRIVATE KEY. Name a file of its own"),
        (chain, both, f"The TLS key {both} must have one private key in PEM and nothing else, but has CERTIFICATE, PRIVATE KEY."),
        (chain, chain, f"The TLS key {chain} must have one private key in PEM and nothing else, but has CERTIFICATE."),
        (chain, f"{encrypted}0", f"The TLS key {encrypted}0 is encrypted. Decrypt it: openssl pkey -in {encrypted}0 -out FILE"),
        (chain, f"{encrypted}1", f"The TLS key {encrypted}1 is encrypted."),
        (chain, other_key, f"The key in {other_key} does not belong to the first certificate in {chain}."),
        (damaged, key, f"The TLS certificate {damaged} is damaged."),
        (chain, damaged_key, f"The TLS key {damaged_key} is damaged, or of a kind that is not supported."),
    ):
        arguments = ["--tls-certificate", certificate, "--tls-key", used_key]
        refused = command("serve", "--data-directory", directory, "--port", "0", *arguments, check=False)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
        # One line, for nothing was used before.
        assert refused.stderr.count("\n") == 1 and "still using" not in refused.stderr
        assert "ASN1Error" not in refused.stderr and ".swift" not in refused.stderr
        assert key.read_text().splitlines()[1] not in refused.stderr
    # 'config' has no log.
    assert command("config", *arguments, check=False).stderr == refused.stderr
    for arguments in (["--tls-certificate", chain], ["--tls-key", key]):
        refused = command("serve", "--data-directory", directory, "--port", "0", *arguments, check=False)
        assert (refused.returncode, "go together" in refused.stderr) == (64, True), refused.stderr
