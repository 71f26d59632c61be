#!/usr/bin/env bash
# Downloads 7,168 real conversations (chitchat-dataset, MIT) and imports them into ./data. A server may be running.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}"
build_release
install_python_packages scripts/sample-requirements.txt
first_account

lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
"$VENV/bin/python" scripts/chitchat_to_jsonl.py >"$lines"
"$UNDERSTUDY" import --data-directory data --account "$UNDERSTUDY_ACCOUNT_SID" "$lines"
