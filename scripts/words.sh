#!/usr/bin/env bash
# Fails if a comment or a decision has a phrase that sounds translated, and prints where.
set -euo pipefail
cd "$(dirname "$0")/.."

phrases=(
    '\bwho (ask|read|send|write|want|has|have|make|look)s?\b'
    '\bat hand\b'
    '\banew\b'
    '\bput aside\b'
    '\bmend(s|ed|ing)?\b'
    '\bwants? in\b'
    '\bof late\b'
    '\bof old\b'
    '\bwhat there is\b'
    '\bwhat is beyond\b'
    '\bas (many|much|long) as (may|it likes)\b'
    '\bgo(es)? on\b'
    '\bfor ever\b'
    '\bis of no use\b'
    '\blooks? after\b'
    '\bin vain\b'
    '\bno more than that\b'
    '\bis whole\b'
    '\btells? (who|whether) \w+ (that|what)\b'
)

# Comments and decisions as FILE:LINE:TEXT, without the code before a comment.
texts() {
    git grep --line-number -E '//' -- '*.swift' '*.c' | sed -E 's|^([^:]+:[0-9]+:)[^/]*(/[^/]+)*(//)|\1\3|'
    git grep --line-number -E '(^|[[:space:]])#' -- '*.py' '*.sh' Makefile .ci/run ':!scripts/words.sh' |
        sed -E 's|^([^:]+:[0-9]+:).*[[:space:]](#)|\1\2|'
    git grep --line-number '' -- docs/decisions
}

# The same, with the line below behind each, because a phrase may begin on one line and end on the next.
joined() {
    awk '{
        split($0, part, ":")
        text = substr($0, length(part[1] ":" part[2] ":") + 1)
        if (part[1] == file && part[2] == number + 1) {
            following = text
            sub(/^[[:space:]]*(\/\/+|#)?[[:space:]]*/, "", following)
            print line " " following
        } else if (NR > 1) print line
        file = part[1]; number = part[2]; line = $0
    } END { print line }'
}

lines=$(texts)
pattern=$(IFS='|' && echo "${phrases[*]}")
if joined <<<"$lines" | grep --ignore-case --extended-regexp "^[^:]+:[0-9]+:.*($pattern)"; then
    echo "Rewrite these sentences: say who does what, with the field's noun" >&2
    exit 1
fi
