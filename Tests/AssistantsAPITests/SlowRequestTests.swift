import Logging
import NIOHTTP1
import Synchronization
import Testing
import UnderstudyServer

@testable import AssistantsAPI

@Suite("Slow requests")
struct SlowRequestTests {
    /// The lines that were logged, as message, level, and metadata.
    private final class Lines: Sendable {
        let all = Mutex<[(message: String, level: Logger.Level, metadata: Logger.Metadata)]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append(("\(event.message)", event.level, event.metadata ?? [:])) }
        }
    }

    /// The lines about slow requests.
    private func lines(
        of uri: String,
        method: HTTPMethod = .GET,
        body: String? = nil,
        slowRequest: Duration
    ) async throws -> [(message: String, level: Logger.Level, metadata: Logger.Metadata)] {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Handler(lines: lines) }
        let server = try await TestServer(logger: logger) { $0.api.slowRequest = slowRequest }
        _ = try await server.send(uri, method: method, body: body)
        return lines.all.withLock { $0.filter { $0.message == "Slow request" } }
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
