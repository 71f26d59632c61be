#!/usr/bin/env python3
"""Compare a page of 50 messages with what other servers of conversations give for the same one.

All are measured in one run on one machine, in turn, over several rounds; the medians go into docs/peers.md.
Usage: peers.py LINES OUTPUT PEER... [--sessions N] [--rounds N] [--seconds N], with UNDERSTUDY set;
scripts/bench-peers.sh does it.
"""

import argparse
import contextlib
import json
import shutil
import tempfile
from pathlib import Path

import figures
import llama_stack_peer
import servers
import synapse_peer
from measuring import CONNECTIONS, PROGRAM, in_turn, machine, median, run, sessions_of
from peer import Peer

PAGE = 50
PEERS = {"synapse": synapse_peer, "llama-stack": llama_stack_peer}
NAMES = {"synapse": "Synapse, 1 process", "llama-stack": "llama-stack, uvicorn, 4 workers"}


def first_pages(lines, count):
    """So many sessions with a page and more, from all over the input: by id, the lines of their first pages."""
    full = sessions_of(lines, PAGE)
    pages = {session: [] for session in full[:: max(1, len(full) // count)][:count]}
    for line in lines:
        page = pages.get(json.loads(line)["session_id"])
        if page is not None and len(page) < PAGE:
            page.append(line)
    return pages


def conversation_of(lines):
    """What the peers are filled with: a list of (role, text), the oldest first."""
    messages = map(json.loads, lines)
    return [(message["role"], message["content"]["content"]) for message in messages]


def texts(answer):
    return [message["content"]["content"] for message in answer["messages"]]


@contextlib.contextmanager
def understudy(directory, sessions, *arguments):
    paths = [f"/v1/Sessions/{session}/Messages?PageSize={PAGE}" for session in sessions]
    with servers.understudy(directory, paths[0], *arguments) as (address, _, _):
        yield Peer(address, paths, texts)


def compare(root, pages, options):
    """By name, the mean size of a page in bytes, and the loads over one connection and over many."""
    conversations = [conversation_of(page) for page in pages.values()]
    directory = root / "understudy"
    figures.import_lines(directory, (line for page in pages.values() for line in page))
    # A directory has one server.
    twin = shutil.copytree(directory, root / "understudy-twin")
    with contextlib.ExitStack() as stack:
        peers = {
            "**Understudy**": stack.enter_context(understudy(directory, pages)),
            "**Understudy**, no page kept": stack.enter_context(understudy(twin, pages, "--page-cache", 0)),
        }
        for name in options.peers:
            print(f"Filling {name}", flush=True)
            peers[NAMES[name]] = stack.enter_context(PEERS[name].serving(root / name, conversations))
        for peer in peers.values():
            peer.check(conversations)
            peer.load(CONNECTIONS, options.seconds)
        measures = {
            name: lambda connections, peer=peer: peer.load(connections, options.seconds) for name, peer in peers.items()
        }
        loads = in_turn(measures, options.rounds)
        return {name: (peer.size(), *loads[name]) for name, peer in peers.items()}


def table(rows):
    _, our_one, our_many = rows["**Understudy**"]
    lines = [
        f"| | requests/s, {CONNECTIONS} connections | Understudy's ÷ these | p99 ÷ p50 | p50, 1 connection | "
        "÷ Understudy's | a page |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (size, one, many) in rows.items():
        rate, p50 = median(many, "requests"), median(one, "p50")
        lines.append(
            f"| {name} | {rate:,.0f} | {median(our_many, 'requests') / rate:.1f} | "
            f"{median(many, 'p99') / median(many, 'p50'):.1f} | {p50:,.0f} µs | {p50 / median(our_one, 'p50'):.1f} | "
            f"{size / 1000:.1f} kB |"
        )
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines")
    parser.add_argument("output")
    parser.add_argument("peers", nargs="+", choices=PEERS)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    options = parser.parse_args()
    with open(options.lines, encoding="utf-8") as file:
        pages = first_pages(list(file), options.sessions)
    with tempfile.TemporaryDirectory() as name:
        rows = compare(Path(name), pages, options)
    text = [
        "# Beside other servers",
        "",
        "Written by `make bench-peers`, from one run: nothing here is typed by hand. Each figure is a median of",
        f"{options.rounds} rounds of {options.seconds} s, all servers in turn, the load generator (wrk, 1 thread) beside them.",
        "",
        f"- Machine: {machine()}",
        f"- Understudy {run(PROGRAM, '--version').strip()}",
        *(f"- {PEERS[name].versions()}" for name in options.peers),
        f"- {len(pages)} real conversations of {PAGE} messages, drawn uniformly: every server has the same ones and no others,",
        "  and before the first round every page of every server was seen to have all of its conversation's texts, in order.",
        "",
        *table(rows),
        "",
        "What is asked for, the same messages oldest first:",
        "",
        "- Understudy: `GET /v1/Sessions/{id}/Messages?PageSize=50`, Basic authentication, SQLite.",
        *(f"- {PEERS[name].ASKED}" for name in options.peers),
    ]
    Path(options.output).write_text("\n".join(text) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
