"""What a user would write instead: FastAPI, sqlite3 and orjson on the same database file, as fast as they go.

The page is read by the same keyset query on the same rows, in the event loop, for a hop to another thread costs more than
reading. JSON is spliced in as it is stored. Page tokens are plain positions, without a MAC, which is to its advantage.
"""

import base64
import hashlib
import hmac
import os
import re
import sqlite3
from datetime import datetime, timezone
from urllib.parse import quote

import orjson
from fastapi import FastAPI, Request, Response

PAGE = """
    SELECT key, id, assistant_id, identity, role, content, meta, date_created, date_updated
    FROM message WHERE key > ? AND key < ? ORDER BY key LIMIT ?
    """
FOUND = """
    SELECT key, message.id, session.id, message.assistant_id, message.identity, role, content, meta, message.date_created,
        message.date_updated
    FROM search.search CROSS JOIN message ON message.key = search.rowid
    CROSS JOIN session ON session.number = message.key >> 32 AND account_sid = ?
    WHERE search MATCH ? AND search.rowid < ? ORDER BY search.rowid DESC LIMIT ?
    """
db = sqlite3.connect(f"file:{os.environ['DATABASE']}?mode=ro", uri=True, cached_statements=16, check_same_thread=False)
index = f"{os.environ['DATABASE'].removesuffix('understudy.sqlite')}fts5.sqlite"
if os.path.exists(index):
    db.execute("ATTACH ? AS search", (f"file:{index}?mode=ro",))
app = FastAPI(openapi_url=None)


def account_of(header):
    user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    row = db.execute("SELECT sid, auth_token_digest FROM account WHERE sid = ?", (user,)).fetchone()
    if row is None or not hmac.compare_digest(row[1], hashlib.sha256(password.encode()).digest()):
        return None
    return row[0]


def iso(microseconds):
    return datetime.fromtimestamp(microseconds // 1_000_000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def message(account, session, row):
    _, id, assistant, identity, role, content, meta, created, updated = row
    return {
        "id": id, "account_sid": account, "assistant_id": assistant, "session_id": session, "identity": identity,
        "role": role, "content": orjson.Fragment(content), "meta": orjson.Fragment(meta),
        "date_created": iso(created), "date_updated": iso(updated),
    }


def response(messages, url, page, size, following):
    body = {
        "messages": messages,
        "meta": {
            "first_page_url": f"{url}0", "key": "messages", "next_page_url": following, "page": page, "page_size": size,
            "previous_page_url": None, "url": f"{url}{page}",
        },
    }
    return Response(orjson.dumps(body), media_type="application/json")


@app.get("/v1/Messages")
async def search_messages(request: Request):
    account = account_of(request.headers.get("authorization", ""))
    if account is None:
        return Response(status_code=401)
    query = request.query_params
    size = min(int(query.get("PageSize", 50)), 1000)
    page, end = int(query.get("Page", 0)), int(query.get("PageToken", 1 << 62))
    # Words and phrases are quoted: FTS5 has operators of its own.
    terms = re.findall(r'"[^"]*"|[^\s"]+', query["Query"])
    match = " ".join(f'"{term.strip(chr(34))}"' for term in terms)
    rows = db.execute(FOUND, (account, match, end, size + 1)).fetchall()
    url = f"{request.base_url}v1/Messages?Query={quote(query['Query'])}&PageSize={size}&Page="
    following = f"{url}{page + 1}&PageToken={rows[size - 1][0]}" if len(rows) > size else None
    return response([message(account, row[2], row[:2] + row[3:]) for row in rows[:size]], url, page, size, following)


@app.get("/v1/Sessions/{session_id}/Messages")
async def list_messages(session_id: str, request: Request):
    account = account_of(request.headers.get("authorization", ""))
    if account is None:
        return Response(status_code=401)
    query = request.query_params
    size = min(int(query.get("PageSize", 50)), 1000)
    page = int(query.get("Page", 0))
    row = db.execute("SELECT number FROM session WHERE account_sid = ? AND id = ?", (account, session_id)).fetchone()
    if row is None:
        return Response(status_code=404)
    start = row[0] << 32
    rows = db.execute(PAGE, (start + int(query.get("PageToken", 0)), start + (1 << 32), size + 1)).fetchall()
    url = f"{request.base_url}v1/Sessions/{session_id}/Messages?PageSize={size}&Page="
    following = f"{url}{page + 1}&PageToken={rows[size - 1][0] - start}" if len(rows) > size else None
    return response([message(account, session_id, row) for row in rows[:size]], url, page, size, following)
