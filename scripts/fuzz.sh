#!/usr/bin/env bash
# Feeds what reads strangers' bytes with inputs that lead somewhere new: fuzz.sh [SECONDS], a minute where nothing is said.
# What is found is a file .build/crash-…, which `.build/fuzz/debug/Fuzz FILE` or `FuzzConnection FILE` replays.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}" libc6-dev
export DEV_FUZZ=1

# fuzz PRODUCT [OPTION...]: half of the time.
fuzz() {
    local product=$1
    shift
    swift build --scratch-path .build/fuzz --product "$product"
    mkdir -p ".build/fuzz-corpus/$product"
    ".build/fuzz/debug/$product" -max_total_time="$SECONDS_EACH" -timeout=10 -rss_limit_mb=2048 -artifact_prefix=.build/ "$@" ".build/fuzz-corpus/$product"
}

SECONDS_EACH=$((${1:-60} / 2))
fuzz Fuzz
fuzz FuzzConnection -dict=Tests/HTTPTransportTests/Fuzzing/http.dict
