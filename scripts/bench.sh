#!/usr/bin/env bash
# Compares pages of messages with nginx, the framework alone and FastAPI, and writes docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}" gcc libc6-dev wrk nginx-light
build_release
swift build --package-path Benchmarks --scratch-path .build/benchmarks --configuration release
CONSTANT_SERVER="$(swift build --package-path Benchmarks --scratch-path .build/benchmarks --configuration release --show-bin-path)/ConstantServer"
COMMITS=.build/benchmarks/commits
gcc -O2 -o "$COMMITS" Benchmarks/commits.c -lsqlite3
install_python_packages Benchmarks/requirements.txt

lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
"$VENV/bin/python" scripts/chitchat_to_jsonl.py >"$lines"
export CONSTANT_SERVER COMMITS UNDERSTUDY
"$VENV/bin/python" Benchmarks/compare.py "$lines" docs/performance.md "$@"
