package import AssistantsStore
import Testing

/// The promises of `Store` as checks that every store passes, each on an empty store.
///
/// A store's tests run them one by one:
/// ```swift
/// @Test(arguments: StoreConformance.all)
/// func keepsItsPromise(_ promise: StoreConformance) async throws {
///     try await promise.check(makeEmptyStore())
/// }
/// ```
package struct StoreConformance: Sendable, CustomTestStringConvertible {
    /// What is promised, as a sentence.
    package let testDescription: String
    private let body: @Sendable (any Store) async throws -> Void

    init(_ promise: String, _ body: @escaping @Sendable (any Store) async throws -> Void) {
        testDescription = promise
        self.body = body
    }

    package func check(_ store: any Store) async throws {
        try await body(store)
    }

    package static var all: [StoreConformance] {
        [
            paging, anchors, filters, pageLengths, walks, versions, appending, idempotency, editing, importing,
            sessions, sessionLists, search, assistants, tools, turns, callbacks, credentials,
        ].flatMap(\.self)
    }
}
