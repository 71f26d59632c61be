"""Search finds what its rule says, in every script: compared with the rule in another language, by brute force."""

import json
import random
from urllib.parse import quote

import pytest
import requests
from support import search
from support.messages import message
from support.reliability import record
from support.understudy import SID, TOKEN, Server, create_account, json_of, prepare_postgres, using

pytestmark = pytest.mark.promise

SESSIONS, SIZE = 20, 500
QUERIES = 400
# Words that share beginnings, cases, and marks.
ALPHABETS = {
    "Latin": ["order", "Orders", "ORDNUNG", "café", "cafe\u0301s", "CAFÉ", "Straße", "strasse", "naïve", "ﬁn", "fin", "db", "x", "①2", "order_id", "gen-itgc"],
    "Cyrillic": ["заказ", "Заказы", "ёлка", "елка", "Елки", "йод", "иод", "и\u0306од", "мой", "мои"],
    "Greek": ["λόγος", "ΛΟΓΟΣ", "λογοσ", "λόγοι", "ᾳ", "αι"],
    "Han": ["今天", "天气", "会议", "会议记录", "记录", "重跑", "重跑gen-itgc后", "カタカナ", "ｶﾀｶﾅ", "がか", "か\u3099"],
    "Hangul": ["한국", "한국어", "한국어를", "\u1112\u1161\u11ab국", "검색"],
    "Thai": ["กิน", "กินข้าว", "ข้าว", "น้ำ", "น\u0e49\u0e4d\u0e32", "กน"],
    "Arabic": ["سلام", "السَّلام", "السلام", "ﷺ", "صلى"],
    "Devanagari": ["हिन्दी", "हिन्द", "पाठ", "पाठक"],
    "signs": ["👍", "👍🏽", "👩‍👩‍👧", "🇩🇪", "€5", "½", "3.14", "⚠️", "©"],
}
SEPARATORS = [" ", " ", " ", ", ", "\n", "-", "…", "。"]


def text(random):
    """Some words, mostly of one script."""
    own = random.choice(list(ALPHABETS.values()))
    pool = own * 3 + random.choice(list(ALPHABETS.values()))
    return "".join(random.choice(pool) + random.choice(SEPARATORS) for _ in range(random.randint(0, 12)))


def content(random):
    """An object with one or more strings, at some depth."""
    made = {"content": text(random)}
    if random.random() < 0.3:
        made["parts"] = [{"text": text(random)}, 7, [text(random)]]
    return made


def query(random, texts):
    """Some terms, which mostly occur."""
    terms = []
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        source = random.choice(texts).split() if random.random() < 0.8 else random.choice(list(ALPHABETS.values()))
        source = [word.replace('"', "").replace("*", "") for word in source] or ["x"]
        at = random.randrange(len(source))
        word = source[at]
        kind = random.random()
        if kind < 0.2:
            terms.append(f'"{" ".join(source[at : at + random.randint(1, 3)])}"')
        elif kind < 0.4 and is_beginning(part := word[: random.randint(2, 4)]):
            terms.append(f"{part}*")
        elif kind < 0.5 and terms:
            terms.append(f"-{word}")
        else:
            terms.append(random.choice([word, word.upper(), word.lower(), word[: len(word) // 2 + 1]]).lstrip("-"))
    return " ".join(terms)


def is_beginning(part):
    """Whether an asterisk may follow."""
    words = search.words(part)
    return bool(words) and len(words[-1]) >= 2 and bool(search.words(part[-1]))


def check_match(found):
    """What `match` says is so."""
    match = found["match"]
    value = found["content"]
    for part in match["field"].split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    assert value[match["offset"] :].startswith(match["snippet"]) and len(match["snippet"]) <= 160
    assert match["ranges"] == sorted(match["ranges"])
    assert all(0 <= start < end <= len(match["snippet"]) for start, end in match["ranges"])


@pytest.mark.parametrize("kind", ["SQLite", "PostgreSQL"])
def test_search_finds_what_its_rule_says(kind, request, tmp_path):
    env = prepare_postgres(request.getfixturevalue("empty_url"), tmp_path) if kind == "PostgreSQL" else {}
    if not env:
        create_account(tmp_path)
    draw = random.Random(7)
    sessions = {f"s{number}": [content(draw) for _ in range(SIZE)] for number in range(SESSIONS)}
    lines = [
        {**message(name, number), "content": made} for name, all in sessions.items() for number, made in enumerate(all)
    ]
    at, environment = using(tmp_path, env)
    json_of("import", *at, "--account", SID, "-", input="".join(json.dumps(line) + "\n" for line in lines), env=environment)
    words = {name: [[search.words(text) for text in search.strings(made)] for made in all] for name, all in sessions.items()}
    hits = 0
    with Server(tmp_path, env=env) as server, requests.Session() as client:
        client.auth = (SID, TOKEN)

        def found(target):
            met = []
            while target:
                page = client.get(target).json()
                met += page["messages"]
                target = page["meta"]["next_page_url"]
            return met

        for number in range(QUERIES):
            name = draw.choice(list(sessions))
            asked = query(draw, [text for made in sessions[name] for text in search.strings(made) if text.split()])
            # Every tenth search is in all sessions: newest first.
            is_in_all = number % 10 == 0
            places = [(name, at) for name in (sessions if is_in_all else [name]) for at in range(SIZE)]
            expected = [(name, at) for name, at in places if search.matches(asked, words[name][at])]
            if is_in_all:
                expected.reverse()
            target = f"{server.url}/v1/{'' if is_in_all else f'Sessions/{name}/'}Messages"
            target += f"?PageSize=200&Query={quote(asked)}"
            if not any(not excluded for _, excluded, _ in search.terms(asked)):
                assert client.get(target).status_code == 400
                continue
            met = found(target)
            assert [hit["session_id"] for hit in met] == [name for name, _ in expected], asked
            assert [hit["content"] for hit in met] == [sessions[name][at] for name, at in expected], asked
            for hit in met:
                check_match(hit)
            hits += bool(met)
    assert hits > QUERIES / 2
    record(
        "Search finds what its rule says",
        f"{kind}: {QUERIES} random queries in {SESSIONS * SIZE:,} messages of eight scripts, compared with the rule in Python",
    )
