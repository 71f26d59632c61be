import AssistantsStore
import GRDB
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("Query plans")
struct QueryPlanTests {
    @Test(
        "queries are seeks: no scan of a table, no temporary b-tree",
        arguments: [
            (MessagePageQuery.after, ["SEARCH message USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]),
            (MessagePageQuery.before, ["SEARCH message USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]),
            (MessagePageQuery.one, ["SEARCH message USING INTEGER PRIMARY KEY (rowid=?)"]),
            (SessionLookup.walk(.after), ["SEARCH session USING INTEGER PRIMARY KEY (rowid>?)"]),
            (SessionLookup.walk(.before), ["SEARCH session USING INTEGER PRIMARY KEY (rowid<?)"]),
            (MessagePageQuery.any, ["SEARCH message USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]),
            (
                SessionLookup.byID,
                [
                    "SEARCH found USING COVERING INDEX sqlite_autoindex_session_1 (account_sid=? AND id=?)",
                    "SEARCH session USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
                ]
            ),
            (
                SQLiteStore.sessionsByID,
                [
                    "SEARCH found USING COVERING INDEX sqlite_autoindex_session_1 (account_sid=? AND id>?)",
                    "SEARCH session USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
                ]
            ),
            (
                // In the order of arrival, so that the first that are ready are found first.
                TurnRow.ready,
                [
                    "SEARCH turn USING INTEGER PRIMARY KEY (rowid>?)", "CORRELATED SCALAR SUBQUERY 1",
                    "SEARCH earlier USING COVERING INDEX turn_of_session (session_number=? AND number<?)",
                ]
            ),
            (
                TurnRow.renewal,
                [
                    "SEARCH turn USING INDEX turn_of_worker (worker=?)", "LIST SUBQUERY 1",
                    "SCAN json_each VIRTUAL TABLE INDEX 1:",
                ]
            ),
            (CallbackRow.due, ["SEARCH callback USING INDEX callback_by_due (due<?)"]),
            (
                CallbackRow.counts,
                [
                    "SCAN CONSTANT ROW", "SCALAR SUBQUERY 3", "CO-ROUTINE (subquery-2)",
                    "SEARCH callback USING COVERING INDEX callback_by_due (due>?)", "SCAN (subquery-2)",
                    "SCALAR SUBQUERY 4", "MATERIALIZE oldest", "SCAN callback", "SCAN oldest", "SCALAR SUBQUERY 7",
                    "CO-ROUTINE (subquery-5)", "SEARCH callback USING COVERING INDEX callback_by_due (due>?)",
                    "SCAN (subquery-5)", "SCALAR SUBQUERY 6", "SEARCH oldest",
                ]
            ),
        ]
    )
    func seeks(_ sql: String, _ plan: [String]) async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(path: directory.file("understudy.sqlite"))
        #expect(try await details(of: sql, in: store) == plan)
    }

    @Test(
        "lists of sessions and assistants are seeks on an index, and on its mirror alone",
        arguments: [KeysetDirection.after, .before]
    )
    func lists(_ direction: KeysetDirection) async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(path: directory.file("understudy.sqlite"))
        typealias Sessions = KeysetList<SessionCreationCursor>
        typealias ActiveSessions = KeysetList<SessionActivityCursor>
        typealias Assistants = KeysetList<AssistantCursor>
        typealias Attachments = KeysetList<ToolAttachmentCursor>
        for (sql, plan) in [
            (
                Sessions.sql("*", of: .session, by: "session_by_creation", direction),
                "SEARCH session USING INDEX session_by_creation (account_sid=? AND "
            ),
            (
                Sessions.sql("date_created, number", of: .session, by: "session_by_creation_mirror", direction),
                "SEARCH session USING COVERING INDEX session_by_creation_mirror (account_sid=? AND "
            ),
            (
                Sessions.sql("*", of: .session, by: "session_by_creation", direction, isBounded: true),
                "SEARCH session USING INDEX session_by_creation (account_sid=? AND date_created>? AND date_created<?)"
            ),
            (
                ActiveSessions.sql(
                    "*",
                    of: .session,
                    by: "session_by_activity",
                    keys: Database.activityColumns,
                    direction
                ),
                "SEARCH session USING INDEX session_by_activity (account_sid=? AND "
            ),
            (
                ActiveSessions.sql(
                    "number",
                    of: .session,
                    by: "session_by_activity_mirror",
                    keys: Database.activityColumns,
                    direction,
                    isBounded: true
                ),
                "SEARCH session USING COVERING INDEX session_by_activity_mirror (account_sid=? AND "
            ),
            (
                Database.unsettledSessions("*", by: "session_by_activity"),
                "SEARCH session USING INDEX session_by_activity (account_sid=? AND settled_activity=?)"
            ),
            (Database.lastMessage, "SEARCH message USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
            (
                Assistants.sql("*", of: .assistant, by: "assistant_of_account", direction),
                "SEARCH assistant USING INDEX assistant_of_account (account_sid=? AND "
            ),
            (
                Assistants.sql("number", of: .assistant, by: "assistant_of_account_mirror", direction),
                "SEARCH assistant USING COVERING INDEX assistant_of_account_mirror (account_sid=? AND "
            ),
            (
                Attachments.sql(
                    "*",
                    of: ChecksummedTable(of: ToolAttachment.self),
                    by: "tool_attachment_of_assistant",
                    owner: "assistant_id",
                    direction
                ),
                "SEARCH tool_attachment USING INDEX tool_attachment_of_assistant (account_sid=? AND assistant_id=? AND "
            ),
            (
                Attachments.sql(
                    "number",
                    of: ChecksummedTable(of: Policy.self),
                    by: "policy_of_tool_mirror",
                    owner: "tool_id",
                    direction
                ),
                "SEARCH policy USING COVERING INDEX policy_of_tool_mirror (account_sid=? AND tool_id=? AND "
            ),
        ] {
            let details = try await details(of: sql, in: store)
            #expect(details.count == 1)
            #expect(details.first?.hasPrefix(plan) == true, "\(details)")
        }
    }

    private func details(of sql: String, in store: SQLiteStore) async throws -> [String] {
        try await store.pool.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
            statement.setUncheckedArguments([])
            return try Row.fetchAll(statement).map { $0["detail"] }
        }
    }
}
