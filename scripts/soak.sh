#!/usr/bin/env bash
# Runs the tests of the promises in their long form, and writes docs/reliability.md. Takes hours: soak.sh [PYTEST ARGUMENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
. scripts/postgres.sh

require_swift
install_packages libsqlite3-dev libpq-dev pkg-config gcc libc6-dev wrk
start_postgres
build_release
install_python_packages Tests/SDKTests/requirements.txt

export UNDERSTUDY UNDERSTUDY_SOAK=1 UNDERSTUDY_FIGURES=.build/figures.jsonl
rm -f "$UNDERSTUDY_FIGURES"
"$VENV/bin/pytest" Tests/SDKTests -m promise "$@"
"$VENV/bin/python" Tests/SDKTests/reliability.py "$UNDERSTUDY_FIGURES" docs/reliability.md
