#!/usr/bin/env python3
"""Compare a page of 50 messages through the server on PostgreSQL with pgbench and the same query.

Both are measured in turn, pgbench before and after the server in every round, so that a machine whose speed drifts moves
both. Usage: postgres_page.py LINES [--rounds N] [--seconds N], with UNDERSTUDY and DEV_DATABASE_URL set; the
shell script beside the others starts the database.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from measuring import CONNECTIONS, PROGRAM, SID, create_account, fetch, load, machine, run, sessions_of

CLIENTS = 8
SCRIPTS = 100
BIN = "/usr/lib/postgresql/15/bin"
URL = os.environ["DEV_DATABASE_URL"]
# As MessagePageQuery has it, of a page at a session's beginning.
QUERY = """
SELECT 0::bigint AS position, id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, number, stamp
FROM session WHERE session_key = {key}
UNION ALL (SELECT position, id, assistant_id, identity, role, CASE WHEN octet_length(content) <= :length::bigint THEN content END,
CASE WHEN octet_length(meta) <= :length::bigint THEN meta END, date_created, date_updated
FROM message WHERE session_key = {key} AND position > :position::bigint ORDER BY position LIMIT :rows::bigint)
ORDER BY position;
"""


def sql(statement):
    return run(f"{BIN}/psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", statement, URL).split()


def pgbench(directory, seconds):
    parts = urlsplit(URL)
    scripts = [option for path in sorted(directory.glob("*.sql")) for option in ("--file", path)]
    output = run(
        f"{BIN}/pgbench", "--no-vacuum", "--protocol", "prepared", "--client", CLIENTS, "--jobs", os.cpu_count(),
        "--time", seconds, "--host", parts.hostname, "--port", parts.port, "--username", parts.username, *scripts,
        parts.path[1:], env={**os.environ, "PGPASSWORD": parts.password or ""},
    )
    return float(re.search(r"tps = ([\d.]+)", output)[1])


def check(address, session):
    """One page must be whole and of its session."""
    page = json.loads(fetch(address, f"/v1/Sessions/{session}/Messages"))
    assert len(page["messages"]) == 50 and all(message["session_id"] == session for message in page["messages"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        env = {**os.environ, "UNDERSTUDY_DATABASE_URL": URL, "UNDERSTUDY_DATA_DIRECTORY": name}
        run(PROGRAM, "database", "migrate", env=env)
        create_account(env=env)
        run(PROGRAM, "import", "--account", SID, options.lines, env=env)
        sql("VACUUM ANALYZE")
        with open(options.lines, encoding="utf-8") as lines:
            sessions = sessions_of(lines)
        paths = [f"/v1/Sessions/{session}/Messages?PageSize=50" for session in sessions]
        keys = sql(
            "SELECT encode(session_key, 'hex') FROM message GROUP BY session_key HAVING count(*) >= 50 "
            f"ORDER BY md5(session_key::text) LIMIT {SCRIPTS}"
        )
        for number, key in enumerate(keys):
            query = QUERY.format(key=f"'\\x{key}'::bytea")
            (directory / f"{number}.sql").write_text(f"\\set position 0\n\\set rows 51\n\\set length 80000\n{query}")
        server = subprocess.Popen([PROGRAM, "serve", "--port", "0", "--page-cache", "0"], env=env, stdout=subprocess.PIPE, text=True)
        try:
            address = server.stdout.readline().split()[-1]
            for session in sessions[:20]:
                check(address, session)
            load(address, paths, connections=CONNECTIONS, seconds=2)
            rows = []
            for _ in range(options.rounds):
                before = pgbench(directory, options.seconds)
                pages = load(address, paths, connections=CONNECTIONS, seconds=options.seconds).requests
                query = statistics.mean([before, pgbench(directory, options.seconds)])
                rows.append((pages, query, pages / query))
        finally:
            server.terminate()
            server.wait(20)
    print(f"{machine()}, {run(f'{BIN}/postgres', '--version').strip()}, all on one machine")
    rounds = f"{options.rounds} rounds of {options.seconds} s in turn"
    print(f"pages of 50, {len(sessions)} sessions, {rounds}: median (minimum to maximum)")
    for label, column, form in (
        (f"server, requests/s, {CONNECTIONS} connections", 0, ",.0f"),
        (f"pgbench -M prepared, the same query/s, {CLIENTS} clients", 1, ",.0f"),
        ("ratio", 2, ".3f"),
    ):
        values = [row[column] for row in rows]
        print(f"{label}: {statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})")


if __name__ == "__main__":
    main()
