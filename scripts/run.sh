#!/usr/bin/env bash
# Builds the server and runs it with its data in ./data. A new data directory gets an account and a sample session.
# It listens on 127.0.0.1, port UNDERSTUDY_PORT (8080).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

# Shows the steps of a build, which come as lines, in one line of a terminal.
show_progress() {
    local line
    while IFS= read -r line; do
        if [ -t 1 ] && [[ $line =~ ^\[[0-9]+/[0-9]+\] ]]; then printf '\rBuilding %s ' "${BASH_REMATCH[0]}"; fi
    done
    if [ -t 1 ]; then printf '\r\033[K'; fi
}

port=${UNDERSTUDY_PORT:-8080}
# Before the build, and before an account is created and its banner printed.
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "Port $port of 127.0.0.1 is already in use, perhaps by another Understudy. Choose another one: UNDERSTUDY_PORT=8081 make run" >&2
    exit 1
fi

# Here, where they can be seen and can ask for a password.
require_swift
install_packages "${BUILD_PACKAGES[@]}"
[ -e .build/release/understudy ] || echo "Building for the first time, which takes about 10 minutes on two processors"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
build_release > >(tee "$log" | show_progress) 2>&1 || failed=yes
wait $!
if [ -n "${failed:-}" ]; then
    cat "$log" >&2
    exit 1
fi
rm "$log"
echo "Built in $SECONDS s"

# This is about ./data, whatever database the environment names.
unset UNDERSTUDY_DATABASE_URL UNDERSTUDY_DATABASE_READ_URLS UNDERSTUDY_CONFIG_FILE
docs="Docs:        README.md, docs/operating.md, http://127.0.0.1:$port/openapi.json"
if first_account; then
    if [ "$IS_NEW" = yes ]; then
        "$UNDERSTUDY" import --data-directory data --account "$UNDERSTUDY_ACCOUNT_SID" scripts/sample-session.jsonl
        shown_token=$UNDERSTUDY_AUTH_TOKEN
        token="$UNDERSTUDY_AUTH_TOKEN (shown only now, and stored in data/initial-credentials)"
    else
        shown_token=AUTH_TOKEN
        token="in data/initial-credentials"
    fi
    cat <<END

Address:     http://127.0.0.1:$port
Account SID: $UNDERSTUDY_ACCOUNT_SID
Auth token:  $token
             Create another: $UNDERSTUDY account token create --data-directory data --account $UNDERSTUDY_ACCOUNT_SID
$docs

List the sample's messages from another terminal:

  curl --user $UNDERSTUDY_ACCOUNT_SID:$shown_token http://127.0.0.1:$port/v1/Sessions/sample/Messages

END
else
    cat <<END

Address:     http://127.0.0.1:$port
Accounts:    $UNDERSTUDY account list --data-directory data
Auth token:  Create another: $UNDERSTUDY account token create --data-directory data --account AC…
$docs

END
fi
# The credentials are the account's now; the server needs them no more.
unset UNDERSTUDY_ACCOUNT_SID UNDERSTUDY_AUTH_TOKEN
exec "$UNDERSTUDY" serve --data-directory data --host 127.0.0.1 --port "$port"
