import AssistantsStore
import Foundation
import GRDB
import TextSearch

/// Every change of the schema, oldest first. What has been released is never edited: a change is a new migration.
enum Migrations {
    /// Marks a file as Understudy's: "UNDS" in SQLite's `application_id`.
    static let applicationID: Int32 = 0x554E_4453

    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 accounts, sessions, messages", migrate: createFirstSchema)
        migrator.registerMigration("2 deleted sessions", migrate: createDeletedSessions)
        migrator.registerMigration("3 idempotency keys", migrate: createIdempotencyKeys)
        migrator.registerMigration("4 details of assistants", migrate: addDetailsOfAssistants)
        migrator.registerMigration("5 turns and callbacks", migrate: createTurnsAndCallbacks)
        migrator.registerMigration("6 edits of sessions", migrate: addEdits)
        migrator.registerMigration("7 stamps of sessions", migrate: renameEdits)
        migrator.registerMigration("8 secondary auth tokens, read-only keys", migrate: addSecondaryTokens)
        migrator.registerMigration("9 checksums of messages, deletions of sessions", migrate: addChecksums)
        migrator.registerMigration("10 checksums of other rows, mirrors of indexes", migrate: addFurtherChecksums)
        migrator.registerMigration("11 last activity of sessions", migrate: addLastActivity)
        migrator.registerMigration("12 search index", migrate: addSearchIndex)
        migrator.registerMigration("13 tools", migrate: createTools)
        return migrator
    }

    private static func createFirstSchema(_ db: Database) throws {
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        try db.execute(
            sql: """
                CREATE TABLE setting (
                    name TEXT PRIMARY KEY,
                    value BLOB NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE account (
                    sid TEXT PRIMARY KEY,
                    name TEXT NOT NULL,
                    auth_token_digest BLOB NOT NULL,
                    auth_token_sealed BLOB NOT NULL,
                    date_created INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE api_key (
                    sid TEXT PRIMARY KEY,
                    account_sid TEXT NOT NULL REFERENCES account (sid),
                    name TEXT NOT NULL,
                    secret_digest BLOB NOT NULL,
                    date_created INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX api_key_of_account ON api_key (account_sid, date_created);

                CREATE TABLE assistant (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    account_sid TEXT NOT NULL REFERENCES account (sid),
                    id TEXT NOT NULL,
                    name TEXT NOT NULL,
                    date_created INTEGER NOT NULL,
                    UNIQUE (account_sid, id)
                ) STRICT;

                -- AUTOINCREMENT: a number is never given again, so a page token of a deleted session cannot meet a new one.
                CREATE TABLE session (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    account_sid TEXT NOT NULL REFERENCES account (sid),
                    id TEXT NOT NULL,
                    assistant_id TEXT NOT NULL,
                    identity TEXT NOT NULL,
                    verified INTEGER NOT NULL,
                    last_position INTEGER NOT NULL,
                    date_created INTEGER NOT NULL,
                    date_updated INTEGER NOT NULL,
                    UNIQUE (account_sid, id)
                ) STRICT;
                CREATE INDEX session_by_creation ON session (account_sid, date_created, number);

                -- The key is the session's number and the message's position in it: number << 32 | position.
                CREATE TABLE message (
                    key INTEGER PRIMARY KEY,
                    id TEXT NOT NULL,
                    assistant_id TEXT NOT NULL,
                    identity TEXT NOT NULL,
                    role TEXT NOT NULL,
                    content TEXT NOT NULL,
                    meta TEXT NOT NULL,
                    date_created INTEGER NOT NULL,
                    date_updated INTEGER NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX message_id ON message (key >> 32, id);
                """
        )
        var random = SystemRandomNumberGenerator()
        let pageTokenKey = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try db.execute(
            sql: "INSERT INTO setting (name, value) VALUES ('page_token_key', ?)",
            arguments: [Data(pageTokenKey)]
        )
    }

    private static func createDeletedSessions(_ db: Database) throws {
        // Sessions whose row is gone while some of their messages are still there.
        try db.execute(sql: "CREATE TABLE deleted_session (number INTEGER PRIMARY KEY) STRICT")
    }

    private static func createIdempotencyKeys(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE idempotency_key (
                    number INTEGER PRIMARY KEY,
                    account_sid TEXT NOT NULL,
                    key TEXT NOT NULL,
                    digest BLOB NOT NULL,
                    -- NULL while the request is under way.
                    status INTEGER,
                    body BLOB NOT NULL,
                    date_created INTEGER NOT NULL,
                    UNIQUE (account_sid, key)
                ) STRICT;
                CREATE INDEX idempotency_key_by_creation ON idempotency_key (date_created);
                """
        )
    }

    private static func addDetailsOfAssistants(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE assistant ADD COLUMN owner TEXT NOT NULL DEFAULT '';
                ALTER TABLE assistant ADD COLUMN personality_prompt TEXT NOT NULL DEFAULT '';
                ALTER TABLE assistant ADD COLUMN model TEXT NOT NULL DEFAULT '';
                ALTER TABLE assistant ADD COLUMN perception_engine_enabled INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE assistant ADD COLUMN personalization_engine_enabled INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE assistant ADD COLUMN segment_credential_sealed BLOB;
                ALTER TABLE assistant ADD COLUMN date_updated INTEGER NOT NULL DEFAULT 0;
                UPDATE assistant SET date_updated = date_created;
                -- In the order of their numbers, which SQLite puts behind the columns of every index.
                CREATE INDEX assistant_of_account ON assistant (account_sid);
                """
        )
    }

    private static func addEdits(_ db: Database) throws {
        try db.execute(sql: "ALTER TABLE session ADD COLUMN edits INTEGER NOT NULL DEFAULT 0")
    }

    private static func renameEdits(_ db: Database) throws {
        // It was how many messages had been changed or deleted; each write now draws a number, which makes the version.
        try db.execute(sql: "ALTER TABLE session RENAME COLUMN edits TO stamp")
    }

    private static func addSecondaryTokens(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE account ADD COLUMN secondary_token_digest BLOB;
                ALTER TABLE account ADD COLUMN secondary_token_sealed BLOB;
                ALTER TABLE api_key ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;
                """
        )
    }

    private static func addChecksums(_ db: Database) throws {
        // What damage has cut off a row is read as its column's default: no message has this checksum.
        try db.execute(
            sql: """
                ALTER TABLE message ADD COLUMN checksum INTEGER NOT NULL DEFAULT -1;
                UPDATE message SET checksum = row_checksum(
                    key, date_created, date_updated, id, assistant_id, identity, role, content, meta
                );
                -- How many messages of the session have been deleted. The others lie at 1 to last_position.
                ALTER TABLE session ADD COLUMN deletions INTEGER NOT NULL DEFAULT 0;
                UPDATE session SET deletions = last_position - (
                    SELECT count(*) FROM message
                    WHERE key > session.number << 32 AND key <= session.number << 32 | session.last_position
                );
                """
        )
    }

    private static func addFurtherChecksums(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE account ADD COLUMN checksum INTEGER NOT NULL DEFAULT -1;
                UPDATE account SET checksum = row_checksum(
                    sid, name, auth_token_digest, auth_token_sealed, secondary_token_digest, secondary_token_sealed,
                    date_created
                );
                ALTER TABLE api_key ADD COLUMN checksum INTEGER NOT NULL DEFAULT -1;
                UPDATE api_key SET checksum = row_checksum(
                    sid, account_sid, name, secret_digest, read_only, date_created
                );
                ALTER TABLE assistant ADD COLUMN checksum INTEGER NOT NULL DEFAULT -1;
                UPDATE assistant SET checksum = row_checksum(
                    account_sid, id, name, owner, personality_prompt, model, perception_engine_enabled,
                    personalization_engine_enabled, segment_credential_sealed, date_created, date_updated
                );
                ALTER TABLE session ADD COLUMN checksum INTEGER NOT NULL DEFAULT -1;
                UPDATE session SET checksum = row_checksum(
                    account_sid, id, assistant_id, identity, verified, last_position, deletions, date_created,
                    date_updated
                );
                ALTER TABLE idempotency_key ADD COLUMN checksum INTEGER NOT NULL DEFAULT -1;
                UPDATE idempotency_key SET checksum = row_checksum(
                    account_sid, key, digest, status, body, date_created
                );
                -- Each the same again: an index that is damaged can miss a row, but its mirror does not miss the same one.
                CREATE INDEX assistant_of_account_mirror ON assistant (account_sid);
                CREATE INDEX session_by_creation_mirror ON session (account_sid, date_created, number);
                """
        )
    }

    private static func createTurnsAndCallbacks(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE turn (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE,
                    account_sid TEXT NOT NULL,
                    session_number INTEGER NOT NULL,
                    session_id TEXT NOT NULL,
                    assistant_id TEXT NOT NULL,
                    identity TEXT NOT NULL,
                    mode TEXT NOT NULL,
                    webhook TEXT,
                    idempotency_key TEXT,
                    -- The user's message until it is stored, and its place from then on.
                    content TEXT,
                    position INTEGER,
                    worker TEXT NOT NULL,
                    begun INTEGER NOT NULL,
                    lease_end INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX turn_of_session ON turn (session_number, number);
                CREATE INDEX turn_of_worker ON turn (worker, begun, number);
                CREATE INDEX turn_by_lease ON turn (lease_end);

                CREATE TABLE callback (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    account_sid TEXT NOT NULL,
                    url TEXT NOT NULL,
                    body TEXT NOT NULL,
                    idempotency_token TEXT NOT NULL,
                    attempts INTEGER NOT NULL,
                    last_error TEXT,
                    date_created INTEGER NOT NULL,
                    -- When it is to be tried next; NULL where it was given up.
                    due INTEGER
                ) STRICT;
                CREATE INDEX callback_by_due ON callback (due) WHERE due IS NOT NULL;
                """
        )
    }

    private static func addLastActivity(_ db: Database) throws {
        // It has not been kept so far: the latest date of a session's messages comes next, if it has passed. A row that is damaged keeps
        // its checksum, so that it stays damaged.
        try db.execute(
            sql: """
                ALTER TABLE session ADD COLUMN last_activity INTEGER NOT NULL DEFAULT 0;
                -- By which the session is indexed; NULL while it is behind last_activity.
                ALTER TABLE session ADD COLUMN settled_activity INTEGER;
                UPDATE session SET
                    last_activity = activity,
                    settled_activity = activity,
                    checksum = row_checksum(
                        account_sid, id, assistant_id, identity, verified, last_position, deletions, date_created,
                        date_updated, activity
                    )
                FROM (SELECT number AS known, min(date_updated, \(Timestamp.now.microseconds)) AS activity FROM session)
                WHERE number = known AND checksum IS row_checksum(
                    account_sid, id, assistant_id, identity, verified, last_position, deletions, date_created,
                    date_updated
                );
                CREATE INDEX session_by_activity ON session (account_sid, settled_activity, number);
                CREATE INDEX session_by_activity_mirror ON session (account_sid, settled_activity, number);
                """
        )
    }

    private static func addSearchIndex(_ db: Database) throws {
        try db.execute(
            sql: """
                -- One row, or none where there is no index (decision 39).
                CREATE TABLE search_index (
                    indexed_from INTEGER NOT NULL,
                    -- SearchTerms.version.
                    tokenizer INTEGER NOT NULL,
                    is_damaged INTEGER NOT NULL DEFAULT 0
                ) STRICT;
                -- A new database has one.
                INSERT INTO search_index (indexed_from, tokenizer)
                SELECT 0, \(SearchTerms.version) WHERE NOT EXISTS (SELECT 1 FROM account);

                -- AUTOINCREMENT: a number is never given again, so statements on a part that is gone find none.
                CREATE TABLE search_part (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    first_key INTEGER NOT NULL,
                    last_key INTEGER NOT NULL,
                    count INTEGER NOT NULL,
                    -- Whether it has been merged to one segment, which is done once it gets no more messages.
                    is_merged INTEGER NOT NULL DEFAULT 0,
                    -- From when on its messages are to be moved to another part; NULL for not at all.
                    rewrite_due INTEGER,
                    is_rewriting INTEGER NOT NULL DEFAULT 0,
                    -- Whether only its table is still to be deleted.
                    is_dropped INTEGER NOT NULL DEFAULT 0
                ) STRICT;

                -- By which the words of its messages are removed from the index.
                ALTER TABLE deleted_session ADD COLUMN account_sid TEXT;
                """
        )
    }

    private static func createTools(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE tool (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    account_sid TEXT NOT NULL REFERENCES account (sid),
                    id TEXT NOT NULL,
                    name TEXT NOT NULL,
                    type TEXT NOT NULL,
                    description TEXT NOT NULL,
                    enabled INTEGER NOT NULL,
                    requires_auth INTEGER NOT NULL,
                    meta TEXT NOT NULL,
                    date_created INTEGER NOT NULL,
                    date_updated INTEGER NOT NULL,
                    checksum INTEGER NOT NULL DEFAULT -1,
                    UNIQUE (account_sid, id)
                ) STRICT;
                CREATE INDEX tool_of_account ON tool (account_sid);
                CREATE INDEX tool_of_account_mirror ON tool (account_sid);

                CREATE TABLE tool_attachment (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    account_sid TEXT NOT NULL,
                    -- Of the tool and the assistant.
                    id TEXT NOT NULL,
                    assistant_id TEXT NOT NULL,
                    tool_id TEXT NOT NULL,
                    date_created INTEGER NOT NULL,
                    checksum INTEGER NOT NULL DEFAULT -1,
                    UNIQUE (account_sid, id),
                    FOREIGN KEY (account_sid, assistant_id) REFERENCES assistant (account_sid, id) ON DELETE CASCADE,
                    FOREIGN KEY (account_sid, tool_id) REFERENCES tool (account_sid, id) ON DELETE CASCADE
                ) STRICT;
                CREATE INDEX tool_attachment_of_assistant ON tool_attachment (account_sid, assistant_id);
                CREATE INDEX tool_attachment_of_assistant_mirror ON tool_attachment (account_sid, assistant_id);
                CREATE INDEX tool_attachment_of_tool ON tool_attachment (account_sid, tool_id);

                CREATE TABLE policy (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    account_sid TEXT NOT NULL,
                    id TEXT NOT NULL,
                    tool_id TEXT NOT NULL,
                    name TEXT NOT NULL,
                    description TEXT NOT NULL,
                    type TEXT NOT NULL,
                    details TEXT NOT NULL,
                    date_created INTEGER NOT NULL,
                    date_updated INTEGER NOT NULL,
                    checksum INTEGER NOT NULL DEFAULT -1,
                    UNIQUE (account_sid, id),
                    FOREIGN KEY (account_sid, tool_id) REFERENCES tool (account_sid, id) ON DELETE CASCADE
                ) STRICT;
                CREATE INDEX policy_of_account ON policy (account_sid);
                CREATE INDEX policy_of_account_mirror ON policy (account_sid);
                CREATE INDEX policy_of_tool ON policy (account_sid, tool_id);
                CREATE INDEX policy_of_tool_mirror ON policy (account_sid, tool_id);
                """
        )
    }
}
