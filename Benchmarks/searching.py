"""How long searches in all sessions take, beside FastAPI with FTS5 on the same messages."""

import collections
import contextlib
import json
import re
import sqlite3
import urllib.parse

import figures
import servers
from measuring import PROGRAM, fetch, in_turn, load, median, run

MESSAGES = 1_000_000
RARE = "zyzzyva"
RARE_PHRASE = "the two commonest words as a phrase, for 200 ms"


def lines_with_rare_word(lines):
    """So many lines, five of which have a word that no other has."""
    for number, line in enumerate(figures.many(lines, MESSAGES)):
        if number % (MESSAGES // 5) == 1:
            message = json.loads(line)
            message["content"] = {"content": f"What is a {RARE}?"}
            line = json.dumps(message) + "\n"
        yield line


def common_words(lines):
    """The two words that most of the messages have, one that a thousandth of them has, and the two that most have next to each other."""
    counts, pairs = collections.Counter(), collections.Counter()
    for line in lines:
        texts = " ".join(map(str, json.loads(line)["content"].values()))
        words = re.findall(r"[^\W_]+", texts.lower())
        counts.update({word for word in words if word.isascii()})
        pairs.update({pair for pair in zip(words, words[1:]) if "".join(pair).isascii()})
    (first, _), (second, _) = counts.most_common(2)
    [(pair, _)] = pairs.most_common(1)
    return first, second, min(counts, key=lambda word: abs(counts[word] - len(lines) / 1_000)), " ".join(pair)


def index_with_fts5(directory):
    """What a user would do: an FTS5 table of the texts, in a file of its own, which is merged to the end. Returns its size in bytes."""
    path = directory / "fts5.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("ATTACH ? AS understudy", (str(directory / "understudy.sqlite"),))
        db.execute("CREATE VIRTUAL TABLE search USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2')")
        db.execute(
            "INSERT INTO search (rowid, text) SELECT key, "
            "(SELECT group_concat(value, ' ') FROM json_each(content) WHERE type = 'text') FROM understudy.message"
        )
        db.execute("INSERT INTO search (search) VALUES ('optimize')")
        db.commit()
    return path.stat().st_size


def wait_for_index(directory):
    """Run a server until it has merged the index."""
    def unmerged():
        with contextlib.closing(sqlite3.connect(f"file:{directory}/understudy.sqlite?mode=ro", uri=True)) as db:
            return db.execute(
                "SELECT count(*) FROM search_part WHERE NOT is_merged AND number < (SELECT max(number) FROM search_part)"
            ).fetchone()[0]

    with servers.understudy(directory, "/health"):
        figures.wait_until(lambda: unmerged() == 0, seconds=600)


def search(root, lines, options):
    """The section of docs/performance.md."""
    directory = root / "search"
    figures.import_lines(directory, lines_with_rare_word(lines))
    wait_for_index(directory)
    fts5 = index_with_fts5(directory)
    with contextlib.closing(sqlite3.connect(f"file:{directory}/understudy.sqlite?mode=ro", uri=True)) as db:
        text = db.execute("SELECT sum(length(CAST(content AS blob))) FROM message").fetchone()[0]
    own = index_size(directory)
    first, second, thousandth, pair = common_words(lines)
    queries = {
        "a word that five messages have": RARE,
        "a word that one in a thousand has": thousandth,
        "the commonest word": first,
        "the two commonest words": f"{first} {second}",
        "the commonest phrase of two words": f'"{pair}"',
        RARE_PHRASE: f'"{first} {second}"',
        "a word that no message has": f"{RARE}{RARE}",
    }
    paths = {name: f"/v1/Messages?Query={urllib.parse.quote(query)}" for name, query in queries.items()}
    with contextlib.ExitStack() as stack:
        understudy = stack.enter_context(servers.understudy(directory, "/health"))[0]
        fastapi = stack.enter_context(servers.fastapi(directory, paths["the commonest word"]))[0]
        for name, path in paths.items():
            counts = [len(json.loads(fetch(address, path))["messages"]) for address in (understudy, fastapi)]
            # Understudy's page ends after 200 ms.
            assert counts[0] == counts[1] or name == RARE_PHRASE and counts[0] > 0, f"{name}: {counts}"
        measures = {
            (name, address): lambda connections, path=path, address=address: load(
                address, [path], connections=connections, seconds=options.seconds
            )
            for name, path in paths.items()
            for address in (understudy, fastapi)
        }
        loads = in_turn(measures, options.rounds, (1,))
    table = [
        f"## Search in {MESSAGES:,} messages",
        "",
        "The first page of 50 in all sessions, the newest first, over one connection. FTS5 is merged to one segment; its tokenizer is unicode61.",
        "",
        "| p50 | Understudy | FastAPI with FTS5 | ÷ FastAPI |",
        "|---|---|---|---|",
    ]
    for name in paths:
        own_time, other = (median(loads[name, address][0], "p50") for address in (understudy, fastapi))
        table.append(f"| {name} | {own_time / 1000:.2f} ms | {other / 1000:.2f} ms | {own_time / other:.2f} |")
    table.append(f"| size of the index ÷ size of the contents | {own / text:.2f} | {fts5 / text:.2f} | {own / fts5:.2f} |")
    return table


def used_size(directory):
    """How many bytes of a database are in use."""
    with contextlib.closing(sqlite3.connect(directory / "understudy.sqlite")) as db:
        pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
        return (pages - free) * size


def index_size(directory):
    """How many bytes a database has less after its index was deleted."""
    copy = directory.with_name("search-copy")
    run("cp", "--recursive", directory, copy)
    size = used_size(copy)
    run(PROGRAM, "database", "search", "off", "--data-directory", copy)
    return size - used_size(copy)
