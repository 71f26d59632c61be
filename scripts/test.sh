#!/usr/bin/env bash
# Installs what is missing and runs every test there is.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
. scripts/postgres.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}" gcc libc6-dev openssl shellcheck wrk

echo "== style"
shellcheck --external-sources scripts/bench.sh scripts/bench-postgres.sh scripts/bench-peers.sh scripts/build.sh scripts/run.sh scripts/fuzz.sh scripts/mutations.sh scripts/package.sh scripts/sample.sh scripts/soak.sh scripts/test.sh scripts/test-packages.sh scripts/words.sh scripts/packaging/deb.sh deploy/debian/postinst deploy/debian/prerm deploy/debian/postrm .ci/run
swift format lint --strict --recursive Package.swift Sources Tests Benchmarks
scripts/words.sh
# Release builds have no ICU data (decision 32): some of these crash there, and others print something else.
if grep --recursive --line-number -E '\w+Formatter\(|NSRegularExpression|\b(Locale|TimeZone)[(.]|\.formatted\((\)|date:|\.(number|percent|currency|byteCount|list|units|time|dateTime|relative))|\blocalized(Case|Standard)?(Compare|Contains)' Sources; then
    echo "Write this without Foundation's locales" >&2
    exit 1
fi

echo "== unit tests"
export DEV_WARNINGS_AS_ERRORS=1
swift build --build-tests --explicit-target-dependency-import-check error
python3 scripts/packaging/dependencies.py --check
start_postgres
# One at a time: some tests measure how long somebody waits.
swift test --skip-build --no-parallel

echo "== system tests"
# With the flags of every other release build, so that this one is used again.
unset DEV_WARNINGS_AS_ERRORS
build_release
# With ICU's data it has 90 MB: then Swift has a new version of ICU, and Sources/CEmptyICUData another symbol than that.
if [ "$(stat --format %s "$UNDERSTUDY")" -gt 62000000 ]; then
    echo "$UNDERSTUDY is larger than 62 MB. If Swift is new: does the symbol in Sources/CEmptyICUData name its version of ICU (decision 32)?" >&2
    exit 1
fi
install_python_packages Tests/SystemTests/requirements.txt
UNDERSTUDY="$UNDERSTUDY" "$VENV/bin/pytest" Tests/SystemTests
