import AssistantsStore
import Foundation
import SQLiteStore
import TestSupport
import Testing

@testable import TranscriptImport

/// An account in an empty store, and what is imported to it.
struct ImportFixture {
    let directory: TemporaryDirectory
    let store: SQLiteStore
    let account = AccountSID.random()

    init() async throws {
        directory = try TemporaryDirectory()
        store = try SQLiteStore(path: directory.file("understudy.sqlite"))
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: [], sealed: [])
        )
    }

    /// - Parameter names: of the files; by default, they are numbered from 0.
    func input(_ files: [String], names: [String]? = nil, order: SavedListOrder? = nil) throws -> ImportInput {
        let paths = try files.enumerated().map { index, text in
            let path = directory.file(names?[index] ?? "\(index)")
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            return path
        }
        return try ImportInput(paths: paths, order: order)
    }

    @discardableResult
    func run(_ files: [String], names: [String]? = nil, order: SavedListOrder? = nil) async throws -> ImportSummary {
        try await TranscriptImporter(into: store, account: account).run(input(files, names: names, order: order))
    }

    /// What an import says that must fail; nothing may be stored.
    func failure(_ files: [String], names: [String]? = nil, order: SavedListOrder? = nil) async -> String {
        let error = await #expect(throws: ImportError.self) { try await run(files, names: names, order: order) }
        let sessions = try? await store.sessions(of: account, after: nil, limit: 1)
        #expect(sessions?.isEmpty == true)
        // Files are named without their directory.
        return error?.description.replacing(directory.path + "/", with: "") ?? ""
    }

    func ids(of session: String) async throws -> [String] {
        try await values(of: session) { row in row.id.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }

    func contents(of session: String) async throws -> [String] {
        try await values(of: session) { row in row.content.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }

    func values(of session: String, _ value: (borrowing MessageRow) -> String) async throws -> [String] {
        var values: [String] = []
        let page = PageRequest<MessageCursor>(.first, size: 5_000)
        _ = try await store.readMessages(of: SessionReference(session), in: account, page: page) {
            values.append(value($0))
        }
        return values
    }
}

/// A saved page of the messages of these numbers. By default, message 1 is a second later than message 0.
func savedPage(
    _ messages: some Sequence<Int>,
    of session: String = "s",
    number: Int? = 0,
    size: Int? = nil,
    second: (Int) -> Int = { $0 },
    id: (Int) -> String = { "aia_msg_\($0)" }
) -> String {
    let messages = messages.map { message in
        let second = second(message)
        let date = "2026-06-01T09:3\(second / 60):\(second % 60 / 10)\(second % 10)Z"
        return """
            {"id":"\(id(message))","session_id":"\(session)","role":"user","content":{},"date_created":"\(date)"}
            """
    }
    let meta = [("page", number), ("page_size", size)].compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
    return "{\"messages\":[\(messages.joined(separator: ","))],\"meta\":{\(meta.joined(separator: ","))}}"
}

/// The ids that `savedPage` gives these messages.
func savedIDs(_ messages: some Sequence<Int>) -> [String] { messages.map { "aia_msg_\($0)" } }

/// A line without an id.
func transcriptLine(_ number: Int, of session: String = "s") -> String {
    #"{"session_id":"\#(session)","role":"\#(number.isMultiple(of: 2) ? "user" : "tool")","content":{"n":\#(number)}}"#
}
