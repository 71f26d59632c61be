import Foundation
import Testing

@testable import AssistantsAPI

@Suite("Answers are, byte for byte, those of the files in Golden/")
struct GoldenTests {
    /// To rewrite the files after an intended change: `DEV_WRITE_GOLDEN=1 swift test --filter Golden`.
    private static let writes = ProcessInfo.processInfo.environment["DEV_WRITE_GOLDEN"] == "1"

    @Test(
        arguments: [
            ("messages-first-page", "/v1/Sessions/conversations__IS1/CH2%20%C3%A9/Messages?PageSize=2"),
            (
                "messages-middle-page",
                "/v1/Sessions/conversations__IS1/CH2%20%C3%A9/Messages?PageSize=2&Page=1"
                    + "&PageToken=PAAQEAAAAAAAAAAQAAAAAAAAACTmEFObp-FYEK_akJ8tqXFBjE"
            ),
            ("messages-whole-session", "/v1/Sessions/s%22/Messages"),
            ("sessions", "/v1/Sessions"),
            ("session", "/v1/Sessions/s%22"),
            ("health", "/health"),
            ("error-not-found", "/v1/Sessions/x"),
            ("error-page-size", "/v1/Sessions?PageSize=0"),
        ]
    )
    func isAsInFile(_ name: String, _ uri: String) async throws {
        let server = try await TestServer()
        try await server.fill("webhook:conversations__IS1/CH2 é", count: 5)
        try await server.fill("s\"", count: 1)
        let body = try await server.send(uri).body
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).json")
        if Self.writes { try Data(body.utf8).write(to: file) }
        #expect(try body == String(contentsOf: file, encoding: .utf8))
    }
}
