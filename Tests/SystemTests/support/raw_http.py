"""HTTP/1.1 byte by byte, past any client library."""

import json
import re
import socket

from support.understudy import AUTHORIZATION


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def exchange(server, text):
    """Send bytes, and return the first response as status, headers and JSON."""
    with connect(server) as connection:
        connection.sendall(text if isinstance(text, bytes) else text.encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        while len(body) < int(headers["content-length"]):
            body += connection.recv(65536)
    return int(status.split()[1]), headers, json.loads(body)


def request(*headers, path="/v1/Sessions/s1/Messages?PageSize=1"):
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Authorization: {AUTHORIZATION}", *headers, "", ""])


def responses(connection):
    """Read until the server closes, and return each response's status and JSON."""
    received = b""
    while data := connection.recv(65536):
        received += data
    found = []
    while received:
        lines, _, received = received.partition(b"\r\n\r\n")
        status = int(lines.split()[1])
        length = re.search(rb"(?i)content-length: (\d+)", lines)
        length = int(length[1]) if length else 0
        found.append((status, json.loads(received[:length] or b"null")))
        received = received[length:]
    return found
