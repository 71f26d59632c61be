#!/usr/bin/env bash
# Runs the tests of the promises in their long form, and writes docs/reliability.md: soak.sh [PYTEST ARGUMENTS]
# It takes about an hour and a half, of which FUZZ_SECONDS (600) are libFuzzer's, and the first time 10 minutes more for the program of an
# earlier version.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
. scripts/postgres.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}" gcc libc6-dev openssl wrk
start_postgres
build_release
install_python_packages Tests/SystemTests/requirements.txt

# What upgrades are tried with, built once in a scratch path of its own.
earlier=5a9ceb4
[ -e ".build/earlier/$earlier" ] || git worktree add --detach ".build/earlier/$earlier" "$earlier"
swift build --configuration release --product understudy --package-path ".build/earlier/$earlier"
DEV_EARLIER_PROGRAM="$(swift build --configuration release --show-bin-path --package-path ".build/earlier/$earlier")/understudy"

export UNDERSTUDY DEV_EARLIER_PROGRAM DEV_SOAK=1 DEV_FIGURES=.build/figures.jsonl
rm -f "$DEV_FIGURES"
swift build --build-tests
swift test --skip-build --no-parallel --filter 'ModelTests|FuzzingTests|FuzzedConnectionTests|DamageTests'
scripts/fuzz.sh "${FUZZ_SECONDS:-600}" >.build/fuzz.log 2>&1 || { tail -50 .build/fuzz.log >&2; exit 1; }
runs=$(awk '/^Done [0-9]+ runs/ { runs += $2 } END { print runs }' .build/fuzz.log)
[ -n "$runs" ] || { tail -50 .build/fuzz.log >&2; exit 1; }
printf '{"promise":"%s","figure":"%s","test":"%s"}\n' "No input breaks it" \
    "libFuzzer: $runs inputs for tokens, percent-decoding, queries, paths, JSON, Basic headers, lists, and whole connections" fuzz.sh >>"$DEV_FIGURES"
"$VENV/bin/pytest" Tests/SystemTests -m promise "$@"
"$VENV/bin/python" Tests/SystemTests/support/reliability.py "$DEV_FIGURES" docs/reliability.md
