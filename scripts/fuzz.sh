#!/usr/bin/env bash
# Feeds what reads strangers' bytes with inputs that lead somewhere new: fuzz.sh [SECONDS], a minute where nothing is said.
# What is found is a file crash-…, which `.build/fuzz/debug/Fuzz FILE` replays.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}" libc6-dev
export UNDERSTUDY_FUZZ=1
swift build --scratch-path .build/fuzz --product Fuzz
mkdir -p .build/fuzz-corpus
.build/fuzz/debug/Fuzz -max_total_time="${1:-60}" -timeout=5 -rss_limit_mb=2048 -artifact_prefix=.build/ .build/fuzz-corpus
