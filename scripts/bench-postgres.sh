#!/usr/bin/env bash
# Compares a page of 50 messages through the server on PostgreSQL with what pgbench gets for the same query.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
. scripts/postgres.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}" wrk postgresql-contrib
build_release
install_python_packages scripts/sample-requirements.txt
start_postgres

lines=$(mktemp)
trap 'rm -f "$lines"; stop_postgres' EXIT
"$VENV/bin/python" scripts/chitchat_to_jsonl.py >"$lines"
UNDERSTUDY="$UNDERSTUDY" "$VENV/bin/python" Benchmarks/postgres_page.py "$lines" "$@"
