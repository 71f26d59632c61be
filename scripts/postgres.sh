# A PostgreSQL server for tests; sourced with the project's root as the working directory, after common.sh.
# shellcheck shell=bash

POSTGRES_BIN=/usr/lib/postgresql/15/bin

# Runs a command as an ordinary user, for PostgreSQL refuses to run as root. Debian's package has made one.
as_postgres_user() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# Starts a server on a free port in a temporary directory, which ends with this script, and names it in
# DEV_DATABASE_URL.
start_postgres() {
    install_packages postgresql-15 libpq-dev
    POSTGRES_DIRECTORY=$(mktemp --directory --tmpdir understudy-postgres.XXXXXX)
    local password port
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    echo "$password" >"$POSTGRES_DIRECTORY/password"
    [ "$(id -u)" = 0 ] && chown -R postgres "$POSTGRES_DIRECTORY"
    trap stop_postgres EXIT
    (
        cd /
        as_postgres_user "$POSTGRES_BIN/initdb" --pgdata "$POSTGRES_DIRECTORY/data" --username understudy \
            --auth scram-sha-256 --pwfile "$POSTGRES_DIRECTORY/password" --encoding UTF8 --no-locale >/dev/null
        as_postgres_user "$POSTGRES_BIN/pg_ctl" --pgdata "$POSTGRES_DIRECTORY/data" --wait --silent \
            --log "$POSTGRES_DIRECTORY/log" \
            --options "-p $port -k $POSTGRES_DIRECTORY -c listen_addresses=127.0.0.1 -c max_connections=200" start
    ) || {
        cat "$POSTGRES_DIRECTORY/log" >&2
        return 1
    }
    export DEV_DATABASE_URL="postgresql://understudy:$password@127.0.0.1:$port/postgres"
}

stop_postgres() {
    (cd / && as_postgres_user "$POSTGRES_BIN/pg_ctl" --pgdata "$POSTGRES_DIRECTORY/data" --mode immediate --silent stop) || true
    rm -rf "$POSTGRES_DIRECTORY"
}
