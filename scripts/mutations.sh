#!/usr/bin/env bash
# Breaks the code in known ways, one at a time, and shows which test fails for each: mutations.sh [NAME …]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
. scripts/postgres.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}" gcc libc6-dev
install_python_packages Tests/SystemTests/requirements.txt
start_postgres
"$VENV/bin/python" scripts/mutations.py "$@"
