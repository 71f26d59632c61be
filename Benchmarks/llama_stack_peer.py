"""llama-stack, with nothing but its conversations, which need no model. It asks for no credentials."""

import contextlib
import json
import os
from pathlib import Path

import servers
from measuring import fetch
from peer import Peer, installed

ENVIRONMENT = Path(".build/venv-llama-stack").absolute()
ASKED = """\
llama-stack: `GET /v1/conversations/{id}/items?limit=50&order=asc`, no authentication, SQLite; no request log. Its table
  of items has no index on the conversation, so a page costs more the more items there are in all; here there are few."""
TYPES = {"user": "input_text", "assistant": "output_text"}


def versions():
    return installed(ENVIRONMENT, "llama-stack", "fastapi", "uvicorn", "uvloop")


def configuration(root):
    """A stack without providers, on SQLite."""
    file = root / "config.yaml"
    keys, rows = {"backend": "kv_default"}, {"backend": "sql_default"}
    # JSON is YAML.
    file.write_text(
        json.dumps(
            {
                "version": 2,
                "distro_name": "conversations",
                "apis": [],
                "providers": {},
                "storage": {
                    "backends": {
                        "kv_default": {"type": "kv_sqlite", "db_path": f"{root}/keys.db"},
                        "sql_default": {"type": "sql_sqlite", "db_path": f"{root}/rows.db"},
                    },
                    "stores": {
                        "metadata": {"namespace": "registry", **keys},
                        "inference": {"table_name": "inference_store", **rows},
                        "conversations": {"table_name": "openai_conversations", **rows},
                        "prompts": {"namespace": "prompts", **keys},
                        "connectors": {"namespace": "connectors", **keys},
                    },
                },
            }
        )
    )
    return file


def fill(address, conversation):
    """Make a conversation, and give the path of its page.

    All items come with the conversation: those of one call have one time and keep their order, while those of calls
    that follow within its seconds would be mixed.
    """
    items = [
        {"type": "message", "role": role, "content": [{"type": TYPES[role], "text": text}]} for role, text in conversation
    ]
    made = json.loads(fetch(address, "/v1/conversations", body={"items": items}))
    return f"/v1/conversations/{made['id']}/items?limit=50&order=asc"


def texts(answer):
    return [item["content"][0]["text"] for item in answer["data"]]


@contextlib.contextmanager
def serving(root, conversations):
    """Four workers, uvloop and httptools: of two, one is often given most of a load's connections, and answers fewer.

    `llama stack run` would log every request, in colours, and has no setting for that; so uvicorn runs the application.
    """
    root.mkdir()
    port = servers.free_port()
    arguments = [
        ENVIRONMENT / "bin/uvicorn", "--factory", "llama_stack.core.server.server:create_app", "--host", "127.0.0.1",
        "--port", port, "--workers", 4, "--loop", "uvloop", "--http", "httptools", "--no-access-log",
        "--log-level", "warning",
    ]
    variables = {
        **os.environ,
        "LLAMA_STACK_CONFIG": str(configuration(root)),
        "LLAMA_STACK_CONFIG_DIR": str(root),
        "LLAMA_STACK_LOGGING": "all=warning",
    }
    with servers.process(arguments, port, "/v1/health", cwd=root, env=variables) as (address, _, _):
        yield Peer(address, [fill(address, conversation) for conversation in conversations], texts)
