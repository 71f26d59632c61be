import AssistantsStore
import NIOHTTP1
import Secrets
import Testing

@testable import AssistantsAPI

/// A request and the error that it gets.
struct Refused: Sendable, CustomTestStringConvertible {
    let uri: String
    let status: Int
    let code: Int
    /// What the message must name.
    let names: String

    init(_ uri: String, _ status: Int, _ code: Int, names: String = "") {
        self.uri = uri
        self.status = status
        self.code = code
        self.names = names
    }

    var testDescription: String { "\(uri.prefix(80)) \(status)" }
}

@Suite("Bad requests get a clear answer")
struct BadRequestTests {
    static let list = "/v1/Sessions/s/Messages"

    static let requests: [Refused] =
        ["0", "-1", "abc", "1.5", "", "%2B5", "+5", "5%20", "0x10", "%FF", "%4", "0&PageSize=2", "\u{301}"].map {
            Refused("\(list)?PageSize=\($0)", 400, 20001, names: "PageSize")
        }
        + ["-1", "abc", "", "1.0", "9007199254740991", "99999999999999999999"].map {
            Refused("\(list)?Page=\($0)", 400, 20001, names: "Page must")
        }
        + ["", "abc", "PA", "PB!", String(repeating: "A", count: 10_000), "%00"].map {
            Refused("\(list)?PageToken=\($0)", 400, 20001, names: "PageToken")
        } + [
            Refused("\(list)?Page=1", 400, 20001, names: "PageToken"),
            Refused("/v1/Sessions/unknown/Messages", 404, 20404, names: "/v1/Sessions/unknown/Messages"),
            Refused("/v1/Sessions/unknown", 404, 20404),
            Refused("/v1/Sessions/theirs/Messages", 404, 20404),
            Refused("/v1/Sessions/theirs", 404, 20404),
            Refused("/v1/Sessions//Messages", 404, 20404),
            Refused("/v1/Sessions/../Messages", 404, 20404),
            Refused("/v1/Sessions/s/Messages/aia_msg_999", 404, 20404, names: "aia_msg_999"),
            Refused("/v1/Sessions/theirs/Messages/aia_msg_1", 404, 20404),
            Refused("/v1/Sessions/\(String(repeating: "x", count: 2_000))/Messages", 404, 20404),
            Refused("/v1/sessions", 404, 20404),
            Refused("/", 404, 20404),
            Refused("/v1/Sessions/%zz/Messages", 400, 20001, names: "path"),
            Refused("/v1/Sessions/%4/Messages", 400, 20001, names: "path"),
            Refused("/v1/Sessions/%FF/Messages", 400, 20001, names: "path"),
            Refused("/v1/Sessions/a%00b/Messages", 400, 20001, names: "path"),
        ]

    @Test(arguments: requests)
    func isRefused(_ request: Refused) async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 3)
        try await server.fill("theirs", count: 3, account: TestServer.otherSID)
        let response = try await server.send(request.uri)
        let error = try response.decode(ErrorBody.self)
        #expect(response.status == request.status)
        #expect(error.code == request.code)
        #expect(error.status == request.status)
        #expect(error.moreInfo.hasSuffix("/\(request.code)"))
        #expect(error.message.contains(request.names), "\(error.message)")
        #expect(response.header("twilio-request-id")?.wholeMatch(of: /RQ[0-9a-f]{32}/) != nil)
    }

    @Test("another account's session and one that is not there get the same body")
    func anotherAccountsSession() async throws {
        let server = try await TestServer()
        try await server.fill("s", count: 3, account: TestServer.otherSID)
        let there = try await server.send(Self.list)
        let nowhere = try await TestServer().send(Self.list)
        #expect(there.status == 404)
        #expect(there.body == nowhere.body)
    }

    @Test(
        "other methods are not allowed, and the answer says which are",
        arguments: [
            ("/health", "GET, HEAD"), ("/openapi.json", "GET, HEAD"), ("/v1/Sessions", "GET, HEAD"),
            ("/v1/Sessions/s", "DELETE, GET, HEAD"),
            (list, "GET, HEAD, POST"), ("\(list)/aia_msg_1", "DELETE, GET, HEAD, PUT"),
        ]
    )
    func methodNotAllowed(_ uri: String, _ allowed: String) async throws {
        let server = try await TestServer()
        for method in [HTTPMethod.POST, .PUT, .DELETE, .PATCH] where !allowed.contains(method.rawValue) {
            let response = try await server.send(uri, method: method)
            #expect(response.status == 405)
            #expect(response.header("allow") == allowed)
            #expect(try response.decode(ErrorBody.self).code == 20004)
        }
    }

    @Test(
        "missing, wrong and malformed credentials are refused",
        arguments: [
            nil, "", "Basic", "Basic !!!", "Bearer abc", "Basic bm9jb2xvbg==",
            TestServer.basic(TestServer.sid.text, ""), TestServer.basic("", TestServer.token.text),
            TestServer.basic(TestServer.sid.text, "wrong"),
            TestServer.basic(TestServer.sid.text, TestServer.otherToken.text),
            TestServer.basic("AC00000000000000000000000000000000", TestServer.token.text),
            TestServer.basic(TestServer.sid.text.uppercased(), TestServer.token.text),
            "Basic Og==",
        ] as [String?]
    )
    func wrongCredentials(_ authorization: String?) async throws {
        let server = try await TestServer()
        for uri in ["/v1/Sessions", "/v1/Sessions/s", Self.list] {
            let response = try await server.send(uri, authorization: authorization)
            #expect(response.status == 401)
            #expect(response.header("www-authenticate")?.hasPrefix("Basic ") == true)
            #expect(try response.decode(ErrorBody.self).code == 20003)
        }
    }
}
