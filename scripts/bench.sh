#!/usr/bin/env bash
# Compares pages of messages with nginx, SwiftNIO and a framework alone, and FastAPI, and writes docs/performance.md; or, with BASELINE set to an
# earlier build's program, compares this build with that one.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
. scripts/postgres.sh

require_swift
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

if [ -n "${BASELINE:-}" ]; then
    if [ ! -x "$BASELINE" ]; then
        echo "BASELINE must be the path of an earlier build's program: $BASELINE is not one" >&2
        exit 1
    fi
    install_packages "${BUILD_PACKAGES[@]}" wrk
    build_release
    install_python_packages scripts/sample-requirements.txt
    "$VENV/bin/python" scripts/chitchat_to_jsonl.py >"$lines"
    start_postgres
    trap 'rm -f "$lines"; stop_postgres' EXIT
    UNDERSTUDY="$UNDERSTUDY" "$VENV/bin/python" Benchmarks/baseline.py "$lines" --baseline "$BASELINE" "$@"
    exit
fi

install_packages "${BUILD_PACKAGES[@]}" gcc libc6-dev wrk nginx-light
build_release
swift build --package-path Benchmarks --scratch-path .build/benchmarks --configuration release
CONSTANT_SERVERS=$(swift build --package-path Benchmarks --scratch-path .build/benchmarks --configuration release --show-bin-path)
COMMITS=.build/benchmarks/commits
gcc -O2 -o "$COMMITS" Benchmarks/commits.c -lsqlite3
install_python_packages Benchmarks/requirements.txt

"$VENV/bin/python" scripts/chitchat_to_jsonl.py >"$lines"
export CONSTANT_SERVERS COMMITS UNDERSTUDY
"$VENV/bin/python" Benchmarks/compare.py "$lines" docs/performance.md "$@"
