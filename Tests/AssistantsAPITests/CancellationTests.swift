import AssistantsStore
import HTTPTypes
import Testing

@testable import AssistantsAPI

/// The server cancels the requests that have not ended in time when it is shut down.
@Suite("Requests that are cancelled")
struct CancellationTests {
    @Test(
        "are answered with 503, like those that come too late",
        arguments: [
            (HTTPRequest.Method.get, "/v1/Sessions"), (.get, "/v1/Sessions/s"), (.get, "/v1/Assistants"),
            (.post, "/v1/Sessions/s/Messages"),
        ]
    )
    func unavailable(_ method: HTTPRequest.Method, _ uri: String) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 1)
        let answer = try await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await server.send(uri, method: method, body: #"{"role":"user","content":{}}"#)
        }.value
        // What was not stopped by it may also be done.
        #expect([200, 201, 503].contains(answer.status), "\(answer.body)")
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
