"""Servers that the server under test talks to: models that misbehave, and receivers of callbacks."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import requests

LITELLM_KEY = "sk-0123456789-the-key-of-the-model-server"
LITELLM_MODELS = {"mock": "A reply from the mock. é😀", "other": "A reply from the other one."}


class FailingServer(ThreadingHTTPServer):
    """A server whose handlers' exceptions fail the test, unless they say that the client went away."""

    def handle_error(self, *_):
        if not isinstance(sys.exception(), ConnectionError):
            raise


@contextmanager
def http_server(answer):
    """Serve on a free port of loopback; `answer(handler, body)` answers each POST. Yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionResetError("the client went away")
            answer(self, body)

        def log_message(self, *_):
            pass

    server = FailingServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def respond(handler, status, body=b"", content_type="application/json", **headers):
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def complete(handler, text, finish_reason="stop", model=None, usage=None, **message):
    """Answer as chat completions do; `message` has further fields of the message."""
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text, **message}}
    fields = {name: value for name, value in [("model", model), ("usage", usage)] if value}
    respond(handler, 200, json.dumps({"object": "chat.completion", "choices": [choice], **fields}).encode())


def close_at_once(handler):
    handler.close_connection = True
    handler.connection.close()


def close_half_way(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices":[')
    close_at_once(handler)


class ScriptedModel:
    """A model's server that keeps what it was asked, and answers by a list of functions, the last of which stays."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.lock = threading.Lock()

    def __call__(self, handler, body):
        with self.lock:
            self.asked.append(json.loads(body))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer(handler)


class Receiver:
    """A receiver of callbacks that keeps them, and answers by a list of functions, the last of which stays."""

    def __init__(self, *answers):
        self.answers = list(answers) or [lambda handler: respond(handler, 204)]
        self.received = []
        self.lock = threading.Lock()

    def __call__(self, handler, body):
        with self.lock:
            self.received.append(
                {
                    "time": time.monotonic(),
                    "path": handler.path,
                    # As it came: http.server makes one slash of several at its beginning.
                    "target": handler.requestline.split(" ")[1],
                    "headers": dict(handler.headers),
                    "form": dict(parse_qsl(body.decode(), keep_blank_values=True)),
                }
            )
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer(handler)

    def wait(self, count, seconds):
        """Wait until so many callbacks have come, and return them."""
        deadline = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} callbacks came in {seconds} s"
            time.sleep(0.02)
        return self.received


@contextmanager
def litellm(directory):
    """Run LiteLLM's proxy, an OpenAI-compatible server that is not ours, with models that need no network."""
    config = Path(directory) / "litellm.json"
    models = [
        {"model_name": name, "litellm_params": {"model": "openai/none", "api_key": "none", "mock_response": reply}}
        for name, reply in LITELLM_MODELS.items()
    ]
    config.write_text(json.dumps({"model_list": models}, ensure_ascii=False), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = open(Path(directory) / "litellm.log", "w")
    process = subprocess.Popen(
        [Path(sys.executable).parent / "litellm", "--config", config, "--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, "LITELLM_MASTER_KEY": LITELLM_KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=directory,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 120
        while True:
            try:
                if requests.get(f"{url}/health/liveliness", timeout=2).ok:
                    break
            except requests.exceptions.RequestException:
                pass
            assert process.poll() is None and time.monotonic() < deadline, Path(log.name).read_text()
            time.sleep(0.2)
        yield f"{url}/v1"
    finally:
        process.terminate()
        process.wait(20)
        log.close()
