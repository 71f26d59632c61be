"""Servers that speak HTTPS, and their certificates."""

import subprocess

from support.understudy import Server


def make_certificate(directory, name, common_name="localhost", days=2):
    """Make a certificate of 127.0.0.1 that is its own issuer, and return its file and its key's."""
    chain, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", f"/CN={common_name}",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", chain,
        ],
        check=True, capture_output=True,
    )
    return chain, key


def serve(directory, chain, key, *arguments, env=None):
    return Server(directory, "--tls-certificate", str(chain), "--tls-key", str(key), *arguments, env=env)
