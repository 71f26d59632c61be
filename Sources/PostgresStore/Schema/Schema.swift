/// Every change of the schema, oldest first. What has been released is never edited: a change is a new one.
///
/// Every table that grows with use begins with `session_key` (or a key of the same form), so that it can be distributed by
/// it. Texts compare as bytes: COLLATE "C".
enum Schema {
    static let migrations = [
        Migration("1 all that SQLite has", .statements(first)),
        Migration("2 edits of sessions", .statements("ALTER TABLE session ADD COLUMN edits bigint NOT NULL DEFAULT 0")),
        // It was how many messages had been changed or deleted; each write now draws a number, which makes the version.
        Migration("3 stamps of sessions", .statements("ALTER TABLE session RENAME COLUMN edits TO stamp")),
        Migration(
            "4 secondary auth tokens, read-only keys",
            .statements(
                """
                ALTER TABLE account ADD COLUMN secondary_token_digest bytea, ADD COLUMN secondary_token_sealed bytea;
                ALTER TABLE api_key ADD COLUMN read_only boolean NOT NULL DEFAULT false
                """
            )
        ),
        // How many messages were deleted from a session. NULL where a server of an earlier version made it; wrong where one
        // deleted from it, until `Migrator.finish` has counted.
        Migration("5 deletions of sessions", .statements("ALTER TABLE session ADD COLUMN deletions bigint")),
        // For exports, which walk through an account's sessions in this order.
        Migration("6 sessions by id", .index(name: "session_by_id", on: "session (account_sid, id)")),
        // Until `Migrator.finish` has filled it: NULL where a server of an earlier version made the session, and too early where one
        // was the last to write to it.
        Migration(
            "7 last activity of sessions",
            .statements("ALTER TABLE session ADD COLUMN last_activity bigint")
        ),
        Migration(
            "8 sessions by activity",
            .index(name: "session_by_activity", on: "session (account_sid, last_activity, number)")
        ),
        // For searches in all of an account's messages.
        Migration("9 sessions by number", .index(name: "session_by_number", on: "session (account_sid, number)")),
        // Marks sessions of which all messages have a row in `search_terms` (decision 40).
        Migration(
            "10 words of messages",
            .statements(
                """
                ALTER TABLE session ADD COLUMN search_version bigint;
                CREATE TABLE search_terms (
                    session_key bytea NOT NULL,
                    position bigint NOT NULL,
                    terms tsvector NOT NULL,
                    PRIMARY KEY (session_key, position)
                );
                -- Without `fastupdate`, no search reads a list of what is yet to be sorted.
                CREATE INDEX search_terms_by_word ON search_terms USING gin (terms) WITH (fastupdate = off)
                """
            )
        ),
        // The version of the words is 1: another one needs another index.
        Migration(
            "11 sessions without words",
            .index(name: "session_without_words", on: "session (account_sid) WHERE search_version IS DISTINCT FROM 1")
        ),
        Migration("12 tools", .statements(tools)),
    ]

    // ON DELETE CASCADE: a server of an earlier version, which knows of no tools, can delete accounts and assistants.
    private static let tools = """
        CREATE SEQUENCE tool_number;
        CREATE TABLE tool (
            account_sid text COLLATE "C" NOT NULL REFERENCES account (sid) ON DELETE CASCADE,
            id text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            name text NOT NULL,
            type text NOT NULL,
            description text NOT NULL,
            enabled boolean NOT NULL,
            requires_auth boolean NOT NULL,
            meta text NOT NULL,
            date_created bigint NOT NULL,
            date_updated bigint NOT NULL,
            PRIMARY KEY (account_sid, id)
        );
        CREATE INDEX tool_by_creation ON tool (account_sid, number);

        CREATE SEQUENCE tool_attachment_number;
        CREATE TABLE tool_attachment (
            account_sid text COLLATE "C" NOT NULL,
            -- Of the tool and the assistant.
            id text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            assistant_id text COLLATE "C" NOT NULL,
            tool_id text COLLATE "C" NOT NULL,
            date_created bigint NOT NULL,
            PRIMARY KEY (account_sid, id),
            FOREIGN KEY (account_sid, assistant_id) REFERENCES assistant (account_sid, id) ON DELETE CASCADE,
            FOREIGN KEY (account_sid, tool_id) REFERENCES tool (account_sid, id) ON DELETE CASCADE
        );
        CREATE INDEX tool_attachment_of_assistant ON tool_attachment (account_sid, assistant_id, number);
        CREATE INDEX tool_attachment_of_tool ON tool_attachment (account_sid, tool_id);

        CREATE SEQUENCE policy_number;
        CREATE TABLE policy (
            account_sid text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            tool_id text COLLATE "C" NOT NULL,
            name text NOT NULL,
            description text NOT NULL,
            type text NOT NULL,
            details text NOT NULL,
            date_created bigint NOT NULL,
            date_updated bigint NOT NULL,
            PRIMARY KEY (account_sid, id),
            FOREIGN KEY (account_sid, tool_id) REFERENCES tool (account_sid, id) ON DELETE CASCADE
        );
        CREATE INDEX policy_by_creation ON policy (account_sid, number);
        CREATE INDEX policy_of_tool ON policy (account_sid, tool_id, number)
        """

    private static let first = """
        CREATE TABLE setting (
            name text PRIMARY KEY,
            value bytea NOT NULL
        );

        CREATE TABLE account (
            sid text COLLATE "C" PRIMARY KEY,
            name text NOT NULL,
            auth_token_digest bytea NOT NULL,
            auth_token_sealed bytea NOT NULL,
            date_created bigint NOT NULL
        );

        CREATE TABLE api_key (
            sid text COLLATE "C" PRIMARY KEY,
            account_sid text COLLATE "C" NOT NULL REFERENCES account (sid),
            name text NOT NULL,
            secret_digest bytea NOT NULL,
            date_created bigint NOT NULL
        );
        CREATE INDEX api_key_of_account ON api_key (account_sid, date_created);

        CREATE SEQUENCE assistant_number;
        CREATE TABLE assistant (
            account_sid text COLLATE "C" NOT NULL REFERENCES account (sid),
            id text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            name text NOT NULL,
            owner text NOT NULL,
            personality_prompt text NOT NULL,
            model text NOT NULL,
            perception_engine_enabled boolean NOT NULL,
            personalization_engine_enabled boolean NOT NULL,
            segment_credential_sealed bytea,
            date_created bigint NOT NULL,
            date_updated bigint NOT NULL,
            PRIMARY KEY (account_sid, id)
        );
        CREATE INDEX assistant_by_creation ON assistant (account_sid, number);

        CREATE SEQUENCE session_number;
        CREATE TABLE session (
            session_key bytea PRIMARY KEY,
            account_sid text COLLATE "C" NOT NULL REFERENCES account (sid),
            id text COLLATE "C" NOT NULL,
            -- Tells a session from one that is made again under its id.
            number bigint NOT NULL,
            assistant_id text COLLATE "C" NOT NULL,
            identity text NOT NULL,
            verified boolean NOT NULL,
            last_position bigint NOT NULL,
            date_created bigint NOT NULL,
            date_updated bigint NOT NULL
        );
        CREATE INDEX session_by_creation ON session (account_sid, date_created, number);

        CREATE TABLE message (
            session_key bytea NOT NULL REFERENCES session (session_key) ON DELETE CASCADE,
            position bigint NOT NULL,
            id text COLLATE "C" NOT NULL,
            assistant_id text COLLATE "C" NOT NULL,
            identity text NOT NULL,
            role text NOT NULL,
            content text NOT NULL,
            meta text NOT NULL,
            date_created bigint NOT NULL,
            date_updated bigint NOT NULL,
            PRIMARY KEY (session_key, position),
            -- Not the other way round: a page could be read by that index too, and then be sorted.
            UNIQUE (id, session_key)
        );

        CREATE TABLE idempotency_key (
            -- The first 128 bits of SHA-256 over the account and the key.
            key_digest bytea PRIMARY KEY,
            account_sid text COLLATE "C" NOT NULL,
            key text NOT NULL,
            -- Of the request.
            digest bytea NOT NULL,
            -- NULL while the request is under way.
            status integer,
            body bytea NOT NULL,
            date_created bigint NOT NULL
        );
        CREATE INDEX idempotency_key_by_creation ON idempotency_key (date_created);

        CREATE SEQUENCE turn_number;
        CREATE TABLE turn (
            session_key bytea NOT NULL,
            number bigint NOT NULL,
            id text COLLATE "C" NOT NULL,
            account_sid text COLLATE "C" NOT NULL,
            session_number bigint NOT NULL,
            session_id text COLLATE "C" NOT NULL,
            assistant_id text COLLATE "C" NOT NULL,
            identity text NOT NULL,
            mode text NOT NULL,
            webhook text,
            idempotency_key text,
            -- The user's message until it is stored, and its place from then on.
            content text,
            position bigint,
            worker text COLLATE "C" NOT NULL,
            begun boolean NOT NULL,
            lease_end bigint NOT NULL,
            PRIMARY KEY (session_key, number)
        );
        CREATE INDEX turn_of_worker ON turn (worker, begun);
        CREATE INDEX turn_by_lease ON turn (lease_end);
        CREATE INDEX turn_by_id ON turn (id);

        CREATE SEQUENCE callback_number;
        CREATE TABLE callback (
            session_key bytea NOT NULL,
            number bigint NOT NULL,
            account_sid text COLLATE "C" NOT NULL,
            url text NOT NULL,
            body text NOT NULL,
            idempotency_token text NOT NULL,
            attempts integer NOT NULL,
            last_error text,
            date_created bigint NOT NULL,
            -- When it is to be tried next; NULL where it was given up.
            due bigint,
            PRIMARY KEY (session_key, number)
        );
        CREATE INDEX callback_by_due ON callback (due) WHERE due IS NOT NULL;
        CREATE INDEX callback_by_number ON callback (number);
        """
}
