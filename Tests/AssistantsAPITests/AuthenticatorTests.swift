import AssistantsStore
import HTTPTransport
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Secrets
import Testing

@testable import AssistantsAPI

@Suite("Callers")
struct AuthenticatorTests {
    /// The caller of a request with these credentials; the second time as it is remembered.
    private func callers(_ user: String, _ password: Secret, at server: TestServer) async throws -> [Caller] {
        let authenticator = Authenticator(store: server.store, trustedProxies: TrustedProxies())
        let headers: HTTPHeaders = ["Authorization": TestServer.basic(user, password.text)]
        let request = Request(
            head: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers),
            connection: Connection(NIOAsyncTestingChannel())
        )
        return try await [authenticator.caller(of: request), authenticator.caller(of: request)]
    }

    @Test("a caller is known by the account and by the credential that was used")
    func credentials() async throws {
        let server = try await TestServer()
        let second = Secret("the token that is to replace it")
        let sealed = try TestServer.sealingKey.seal(second)
        try await server.store.setSecondaryAuthToken(
            StoredAuthToken(digest: second.digest, sealed: sealed),
            of: TestServer.sid
        )
        let secret = Secret("the secret of a key")
        let key = APIKey(sid: .random(), account: TestServer.sid, name: "k", isReadOnly: true, dateCreated: .now)
        try await server.store.create(key, secretDigest: secret.digest)
        let expected: [(user: String, password: Secret, caller: Caller)] = [
            (
                TestServer.sid.text, TestServer.token,
                Caller(account: TestServer.sid, credential: .authToken, isReadOnly: false)
            ),
            (
                TestServer.sid.text, second,
                Caller(account: TestServer.sid, credential: .secondaryAuthToken, isReadOnly: false)
            ),
            (
                key.sid.text, secret,
                Caller(account: TestServer.sid, credential: .apiKey(key.sid), isReadOnly: true)
            ),
        ]
        for (user, password, caller) in expected {
            #expect(try await callers(user, password, at: server) == [caller, caller])
        }
        try await server.store.promoteSecondaryAuthToken(of: TestServer.sid)
        let promoted = Caller(account: TestServer.sid, credential: .authToken, isReadOnly: false)
        #expect(try await callers(TestServer.sid.text, second, at: server) == [promoted, promoted])
    }
}
