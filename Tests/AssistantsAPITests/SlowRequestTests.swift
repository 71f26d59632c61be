import Logging
import NIOHTTP1
import TestSupport
import Testing
import UnderstudyServer

@testable import AssistantsAPI

@Suite("Slow requests")
struct SlowRequestTests {
    /// The lines about slow requests.
    private func lines(
        of uri: String,
        method: HTTPMethod = .GET,
        body: String? = nil,
        slowRequest: Duration
    ) async throws -> [LogLines.Line] {
        let lines = LogLines()
        let logger = lines.logger
        let server = try await TestServer(logger: logger) { $0.api.slowRequest = slowRequest }
        _ = try await server.send(uri, method: method, body: body)
        return lines.all.filter { $0.message == "Slow request" }
    }

    @Test("a response that took longer than the threshold gets a warning with what was asked for and how long it took")
    func slow() async throws {
        let lines = try await lines(of: "/v1/Sessions?PageSize=1", slowRequest: .zero)
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(line.level == .warning)
        #expect(line.metadata["path"] == "/v1/Sessions")
        #expect(line.metadata["method"] == "GET")
        #expect(line.metadata["request_id"]?.description.hasPrefix("RQ") == true)
        #expect(line.metadata["duration"].flatMap { Double("\($0)") } ?? 0 > 0)
    }

    @Test("one that was as fast as it should be gets none")
    func fast() async throws {
        #expect(try await lines(of: "/v1/Sessions", slowRequest: .seconds(60)).isEmpty)
    }

    @Test("nor does a message to an assistant, which waits for a model")
    func send() async throws {
        let uri = "/v1/Assistants/aia_asst_none/Messages"
        #expect(try await lines(of: uri, method: .POST, body: "{}", slowRequest: .zero).isEmpty)
    }
}
