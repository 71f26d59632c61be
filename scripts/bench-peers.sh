#!/usr/bin/env bash
# Compares pages of messages with Synapse and llama-stack, and writes docs/peers.md.
# UNDERSTUDY may name a binary that is built already, LLAMA_STACK_PYTHON a Python 3.12 or newer.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

if [ -z "${UNDERSTUDY:-}" ]; then
    require_swift
    install_packages "${BUILD_PACKAGES[@]}"
    build_release
fi
install_packages wrk python3 python3-venv
install_python_packages scripts/sample-requirements.txt
# Debian's Python is built with profile-guided optimization, others often are not.
install_python_packages Benchmarks/synapse-requirements.txt .build/venv-synapse /usr/bin/python3

# Debian 12 has no Python that llama-stack runs on.
peers=(synapse)
for python in ${LLAMA_STACK_PYTHON:+"$LLAMA_STACK_PYTHON"} /usr/bin/python3 python3.14 python3.13 \
    ~/.pyenv/versions/3.13*/bin/python3 python3.12 ~/.pyenv/versions/3.12*/bin/python3; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || continue
    install_python_packages Benchmarks/llama-stack-requirements.txt .build/venv-llama-stack "$python"
    peers+=(llama-stack)
    break
done
[ ${#peers[@]} = 2 ] || echo "llama-stack is left out: it needs Python 3.12 or newer, which LLAMA_STACK_PYTHON may name" >&2

lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
"$VENV/bin/python" scripts/chitchat_to_jsonl.py >"$lines"
export UNDERSTUDY
"$VENV/bin/python" Benchmarks/peers.py "$lines" docs/peers.md "${peers[@]}" "$@"
