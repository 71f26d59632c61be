import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import AssistantsAPI

@Suite("The OpenAPI document describes what the server does")
struct OpenAPITests {
    private typealias Object = [String: Any]

    /// An operation by its method and path, and whether it needs credentials.
    private struct Described: Hashable, CustomStringConvertible {
        let method: String
        let path: String
        let needsCredentials: Bool

        var description: String { "\(method) \(path)\(needsCredentials ? "" : " for anyone")" }
    }

    @Test("it has every operation of every route and no others, and says which need credentials")
    func operations() throws {
        var done: Set<Described> = []
        for route in Routes.all {
            for (method, operation) in route.operations {
                let needsCredentials = if case .forAccounts = operation.handler { true } else { false }
                done.insert(
                    Described(method: method.rawValue, path: route.template.text, needsCredentials: needsCredentials)
                )
            }
        }
        let described = try Set(Self.operations().map(\.key))
        #expect(described.subtracting(done) == [], "described, and not there")
        #expect(done.subtracting(described) == [], "there, and not described")
    }

    @Test("each operation says what its kind can answer")
    func statuses() throws {
        for (operation, description) in try Self.operations() {
            var expected: Set = ["400", "408"]
            if operation.needsCredentials { expected.formUnion(["401", "429", "500", "503"]) }
            if operation.needsCredentials, operation.method != "GET" { expected.insert("403") }
            if description["requestBody"] != nil { expected.insert("413") }
            let statuses = try Set(#require(description["responses"] as? Object).keys)
            #expect(expected.subtracting(statuses) == [], "\(operation)")
            #expect(statuses.contains { $0.hasPrefix("2") }, "\(operation)")
        }
    }

    @Test("it says which parameters its paths have")
    func pathParameters() throws {
        let document = try Self.document()
        for (path, item) in try #require(document["paths"] as? [String: Object]) {
            let parameters = (item["parameters"] as? [Object] ?? []).compactMap { parameter in
                (parameter["$ref"] as? String).flatMap { Self.target(of: $0, in: document) as? Object } ?? parameter
            }
            #expect(
                Set(parameters.compactMap { $0["name"] as? String })
                    == Set(path.matches(of: /{(\w+)}/).map { String($0.1) }),
                "\(path)"
            )
        }
    }

    @Test("every reference leads somewhere, and all that can be referred to is")
    func references() throws {
        let document = try Self.document()
        let references = Set(Self.references(in: document))
        for reference in references {
            #expect(Self.target(of: reference, in: document) != nil, "\(reference)")
        }
        for (kind, components) in try #require(document["components"] as? [String: Object])
        where kind != "securitySchemes" {
            for name in components.keys {
                #expect(references.contains("#/components/\(kind)/\(name)"))
            }
        }
    }

    @Test("it is there for anyone, and says nothing of where")
    func isServed() async throws {
        let server = try await TestServer()
        let answer = try await server.send("/openapi.json", authorization: nil)
        #expect(answer.status == 200)
        #expect(answer.header("content-type") == "application/json")
        #expect(answer.body == String(buffer: OpenAPIResource.document))
        #expect(try await server.send("/openapi.json", method: .HEAD, authorization: nil).status == 200)
        let servers = try #require(try Self.document()["servers"] as? [Object])
        #expect(servers.compactMap { $0["url"] as? String } == ["."])
    }

    // MARK: The document

    private static func document() throws -> Object {
        let data = Data(OpenAPIResource.document.readableBytesView)
        return try #require(try JSONSerialization.jsonObject(with: data) as? Object)
    }

    private static func operations() throws -> [Described: Object] {
        let document = try document()
        let security = try #require(document["security"] as? [Object])
        var operations: [Described: Object] = [:]
        for (path, item) in try #require(document["paths"] as? [String: Object]) {
            for (method, operation) in item where method != "parameters" {
                let operation = try #require(operation as? Object)
                let needed = operation["security"] as? [Object] ?? security
                let described = Described(
                    method: method.uppercased(),
                    path: path,
                    needsCredentials: !needed.isEmpty
                )
                operations[described] = operation
            }
        }
        return operations
    }

    private static func references(in value: Any) -> [String] {
        switch value {
        case let object as Object:
            object.flatMap { key, value in
                if key == "$ref", let reference = value as? String { [reference] } else { references(in: value) }
            }
        case let array as [Any]: array.flatMap(references(in:))
        default: []
        }
    }

    private static func target(of reference: String, in document: Object) -> Any? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(document as Any?) { value, key in
            (value as? Object)?[String(key)]
        }
    }
}
