#!/usr/bin/env bash
# Installs what is missing and builds the release program.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

build_release
