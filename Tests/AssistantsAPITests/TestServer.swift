import AssistantsStore
import Foundation
import HTTPTransport
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import PrometheusMetrics
import Replies
import SQLiteStore
import Secrets
import ServiceLifecycle
import TestSupport
import Testing
import UnderstudyServer

@testable import AssistantsAPI

/// A server over a database of its own, called without a network.
final class TestServer: Sendable {
    static let sid = AccountSID(unchecked: "AC0123456789abcdef0123456789abcdef")
    static let token = Secret("correct horse battery staple")
    static let otherSID = AccountSID(unchecked: "ACfedcba9876543210fedcba9876543210")
    static let otherToken = Secret("the token of the other account")
    /// Not random, so that page tokens can be compared with files.
    static let pageTokenKey = [UInt8](0..<32)

    static let sealingKey = SealingKey.random()

    let store: any Store
    private let directory: TemporaryDirectory
    private let server: Server
    private let serverWithoutCache: Server
    /// Of the server with a cache.
    private let metrics = MetricsRegistry()
    private let services: Task<Void, Never>

    /// - Parameters:
    ///   - logger: the default logs nothing.
    ///   - configure: changes the options, whose model replies to nothing.
    init(
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ configure: (inout ServerOptions) -> Void = { _ in }
    ) async throws {
        directory = try TemporaryDirectory()
        let store = try SQLiteStore(path: directory.file("understudy.sqlite"))
        self.store = store
        func server(_ options: ServerOptions, metrics: MetricsRegistry = MetricsRegistry()) -> Server {
            Server(
                store: store,
                pageTokenKey: Self.pageTokenKey,
                sealingKey: .success(Self.sealingKey),
                options: options,
                metrics: metrics,
                logger: logger
            )
        }
        var options = ServerOptions()
        options.model = Model(name: "the configured model", server: nil)
        options.api.pageCacheSize = 1 << 20
        configure(&options)
        let running = server(options, metrics: metrics)
        self.server = running
        options.api.pageCacheSize = 0
        serverWithoutCache = server(options)
        services = Task {
            await withDiscardingTaskGroup { group in
                for service in running.services { group.addTask { try? await service.run() } }
            }
        }
        for (sid, token) in [(Self.sid, Self.token), (Self.otherSID, Self.otherToken)] {
            try await store.create(
                Account(sid: sid, name: "", dateCreated: .now),
                token: StoredAuthToken(digest: token.digest, sealed: try Self.sealingKey.seal(token))
            )
        }
    }

    deinit {
        services.cancel()
    }

    /// Stores messages whose ids are `aia_msg_` and a number, one second apart.
    func fill(_ session: String, count: Int, account: AccountSID = TestServer.sid) async throws {
        let messages = try (1...count).map { number in
            NewMessage(
                id: MessageID(unchecked: "aia_msg_\(number)"),
                sessionID: SessionID(unchecked: session),
                assistantID: AssistantID(unchecked: "aia_asst_1"),
                identity: "user_id:alice",
                role: number.isMultiple(of: 2) ? .assistant : .user,
                content: try JSONObject(#"{"content":"text \#(number)"}"#),
                dateCreated: Timestamp(microseconds: 1_700_000_000_000_000 + Int64(number) * 1_000_000)
            )
        }
        _ = try await store.importMessages(messages, to: account, defaults: MessageDefaults(assistantName: "Test"))
    }

    func send(
        _ uri: String,
        method: HTTPMethod = .GET,
        headers: HTTPHeaders = [:],
        body: String? = nil,
        isCacheUsed: Bool = true,
        authorization: String? = TestServer.basic(TestServer.sid.text, TestServer.token.text)
    ) async throws -> Answer {
        var headers = headers
        headers.add(name: "Host", value: "localhost")
        if let authorization { headers.add(name: "Authorization", value: authorization) }
        let response = await (isCacheUsed ? server : serverWithoutCache).responder.respond(
            to: Request(
                head: HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers),
                body: body.map { RequestBody(ByteBuffer(string: $0)) },
                connection: Connection(NIOAsyncTestingChannel())
            )
        )
        guard case .bytes(let bytes) = response.body else { preconditionFailure("no operation has another body") }
        return Answer(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { $1 },
            body: method == .HEAD ? "" : String(buffer: bytes)
        )
    }

    /// The value of a metric that has no labels; `nil` where there is none of this name.
    func metric(_ name: String) -> Double? {
        metrics.text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }.flatMap {
            Double($0.dropFirst(name.count + 1))
        }
    }

    /// The contents of a session's messages, as they are stored.
    func contents(of session: String) async throws -> [String] {
        var contents: [String] = []
        _ = try await store.readMessages(
            of: SessionReference(session),
            in: Self.sid,
            page: PageRequest(.first, size: 1_000)
        ) { row in
            contents.append(row.content.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
        }
        return contents
    }

    /// A store on the same database, as another process has it.
    func otherStore() throws -> any Store {
        try SQLiteStore(path: directory.file("understudy.sqlite"))
    }

    /// A list's page, by its URL.
    func page(_ url: String) async throws -> ListedPage {
        let answer = try await send(String(url.trimmingPrefix("http://localhost")))
        #expect(answer.status == 200, "\(answer.body)")
        return try answer.decode(ListedPage.self)
    }

    static func basic(_ user: String, _ password: String) -> String {
        "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }
}
