// How many one-row commits a second SQLite makes by itself, one after the other, in the form in which messages are stored.
// Usage: commits FILE SECONDS; prints the figure.

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static sqlite3 *database;

static void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    fprintf(stderr, "%s\n", sqlite3_errmsg(database));
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    check(sqlite3_open(arguments[1], &database));
    check(sqlite3_exec(
        database,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE message (key INTEGER PRIMARY KEY, id TEXT NOT NULL, assistant_id TEXT NOT NULL,"
        " identity TEXT NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL, meta TEXT NOT NULL,"
        " date_created INTEGER NOT NULL, date_updated INTEGER NOT NULL) STRICT;",
        NULL, NULL, NULL
    ));
    sqlite3_stmt *insert;
    check(sqlite3_prepare_v2(
        database,
        "INSERT INTO message VALUES (NULL, lower(hex(randomblob(16))), 'aia_asst_0197a6a1-0000-7000-8000-000000000000',"
        " 'user_id:alice', 'user', '{\"content\":\"What a user says in about fifty letters, or more.\"}', '{}', 0, 0)",
        -1, &insert, NULL
    ));
    double start = now(), end = start + atof(arguments[2]);
    long commits = 0;
    for (; now() < end; commits++) {
        sqlite3_step(insert);
        check(sqlite3_reset(insert));
    }
    printf("%.1f\n", (double)commits / (now() - start));
    return 0;
}
