#!/usr/bin/env bash
# Builds the server and runs it on 127.0.0.1:8080 with its data in ./data. A new data directory gets a sample session.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

require_swift
install_packages "${BUILD_PACKAGES[@]}"
build_release

if first_account; then
    if [ "$IS_NEW" = yes ]; then
        "$UNDERSTUDY" import --data-directory data --account "$UNDERSTUDY_ACCOUNT_SID" scripts/sample-session.jsonl
    fi
    cat <<END

Account SID: $UNDERSTUDY_ACCOUNT_SID
Auth token:  $UNDERSTUDY_AUTH_TOKEN

The sample's messages, from another terminal:

  curl --user $UNDERSTUDY_ACCOUNT_SID:$UNDERSTUDY_AUTH_TOKEN http://127.0.0.1:8080/v1/Sessions/sample/Messages

END
fi
# The credentials are the account's now; the server needs them no more.
unset UNDERSTUDY_ACCOUNT_SID UNDERSTUDY_AUTH_TOKEN
exec "$UNDERSTUDY" serve --data-directory data --host 127.0.0.1 --port 8080
