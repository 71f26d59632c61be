import AssistantsStore
import NIOHTTP1
import Testing

@testable import AssistantsAPI

/// The server cancels the requests that have not ended in time when it is shut down.
@Suite("Requests that are cancelled")
struct CancellationTests {
    @Test(
        "are answered with 503, like those that come too late",
        arguments: ["/v1/Sessions", "/v1/Sessions/s", "/v1/Assistants"]
    )
    func unavailable(_ uri: String) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 1)
        let answer = try await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await server.send(uri)
        }.value
        // What was not stopped by it may also be done.
        #expect([200, 503].contains(answer.status), "\(answer.body)")
    }

    @Test("do not have a body that was cut off by it taken for a whole one")
    func cutOffBody() async throws {
        let server = try await TestServer()
        for _ in 0..<50 {
            let answer = try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await server.send(
                    "/v1/Sessions/s/Messages",
                    method: .POST,
                    body: #"{"role":"user","content":{}}"#
                )
            }.value
            #expect(answer.status == 503, "\(answer.body)")
        }
    }

    @Test("are no fault of the server's, wherever they were cancelled")
    func mapping() {
        for error in [StoreError.fault(CancellationError()), .unavailable(CancellationError())] {
            let error = APIError(error, path: "/")
            #expect(error.status == .serviceUnavailable)
            #expect(error.code == 20503)
            #expect(error.isExpected)
        }
    }
}
