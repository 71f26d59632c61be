import AssistantsStore
import TestSupport
import Testing

@testable import PostgresStore
@testable import StoreConformance

@Suite("Pages that are read in parts")
struct MessagePageTests {
    private static let cursor = MessageCursor(session: SessionNumber(1), position: 4)
    private static let anchors: [PageRequest<MessageCursor>.Anchor] = [.first, .after(cursor), .before(cursor)]

    /// Runs `body` with a session `s` of seven messages.
    private func withSession(
        _ body: (inout PostgresConnection, SessionKey, MessagePageQuery.Statements) throws -> Void,
        _ request: PageRequest<MessageCursor>
    ) async throws {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        let store = try await PostgresStore(url: database.url)
        let fixture = try await Fixture(store)
        try await fixture.put((1...7).map { "m\($0)" }, in: "s")
        await store.close()
        var connection = try PostgresConnection(url: database.url)
        let key = SessionKey(try #require(SessionID("s")), in: fixture.account)
        try body(&connection, key, MessagePageQuery.Statements(request))
    }

    @Test("they are the same page as in one statement", arguments: anchors.indices)
    func equal(_ index: Int) async throws {
        let request = PageRequest(Self.anchors[index], size: 2)
        try await withSession(
            { connection, key, statements in
                let parts = try #require(MessagePageRows(parts: try connection.run(statements.parts(key))))
                let whole = try connection.run(statements.page, statements.values(key, length: 1_000))
                let union = try #require(MessagePageRows(PostgresRows(whole)))
                var texts: [[String]] = []
                for rows in [parts, union] {
                    let page = MessagePage(rows, for: request)
                    var ids = ["\(page.place)"]
                    page.forEach { row in ids += [row.id.text, row.sessionID.text, row.content.text] }
                    texts.append(ids)
                }
                #expect(texts[0] == texts[1])
                #expect(texts[0].count == 1 + 2 * 3)
            },
            request
        )
    }

    @Test("parts of different states are no page, whenever the write comes", arguments: anchors.indices)
    func states(_ index: Int) async throws {
        try await withSession(
            { connection, key, statements in
                let parts = statements.parts(key)
                for before in 1..<parts.count {
                    var results = try connection.run(Array(parts[..<before]))
                    _ = try connection.run("UPDATE session SET stamp = stamp + 1 WHERE session_key = $1", [key.bytes])
                    results += try connection.run(Array(parts[before...]))
                    #expect(MessagePageRows(parts: results) == nil, "\(before)")
                }
            },
            PageRequest(Self.anchors[index], size: 2)
        )
    }

    @Test("a session that is deleted while a page of it is read is not there, whatever version was known")
    func deletedMeanwhile() async throws {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        let store = try await PostgresStore(url: database.url)
        let fixture = try await Fixture(store)
        try await fixture.put(["m"], in: "s")
        var connection = try PostgresConnection(url: database.url)
        // The session can be read once.
        try connection.execute(
            """
            ALTER TABLE session RENAME TO stored_session;
            CREATE SEQUENCE readings;
            CREATE VIEW session AS SELECT * FROM stored_session WHERE nextval('readings') = 1;
            ALTER TABLE message RENAME TO stored_message;
            CREATE VIEW message AS SELECT * FROM stored_message WHERE false
            """
        )
        let error = await #expect(throws: StoreError.self) {
            _ = try await store.readMessages(
                MessagePageRequest(
                    of: SessionReference("s"),
                    in: fixture.account,
                    page: PageRequest(.first, size: 2),
                    unless: SessionVersion(session: SessionNumber(1), stamp: 99)
                )
            ) { _ in }
        }
        guard case .notFound(.session) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await store.close()
    }
}
