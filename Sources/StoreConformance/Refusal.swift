import AssistantsStore
import Testing

/// The kinds of `StoreError` that the checks expect, to compare with.
enum Refusal: Equatable {
    case notFound(StoredTable)
    case invalidSessionID, cursorOfAnotherSession, accountExists, secondaryAuthTokenNotFound
    case messageConflict(index: Int)
    case tooMany(StoredTable)
    case sessionFull, idempotencyKeyReused, requestUnderWay, tooManyTurns, turnLost
    case migrationUnfinished, storeNotEmpty, unavailable, fault

    init(_ error: StoreError) {
        self =
            switch error {
            case .notFound(.session): .notFound(.session)
            case .notFound(.message): .notFound(.message)
            case .notFound(.row(let table)): .notFound(table)
            case .notFound(.account): .notFound(.account)
            case .notFound(.apiKey): .notFound(.apiKey)
            case .notFound(.callback): .notFound(.callback)
            case .invalidSessionID: .invalidSessionID
            case .cursorOfAnotherSession: .cursorOfAnotherSession
            case .accountExists: .accountExists
            case .secondaryAuthTokenNotFound: .secondaryAuthTokenNotFound
            case .messageConflict(_, let index): .messageConflict(index: index)
            case .sessionFull: .sessionFull
            case .tooMany(let table): .tooMany(table)
            case .idempotencyKeyReused: .idempotencyKeyReused
            case .requestUnderWay: .requestUnderWay
            case .tooManyTurns: .tooManyTurns
            case .turnLost: .turnLost
            case .migrationUnfinished: .migrationUnfinished
            case .storeNotEmpty: .storeNotEmpty
            case .unavailable: .unavailable
            case .fault: .fault
            }
    }

    /// Expects that `body` throws a store's error of this kind.
    func expect(from body: () async throws -> Void, at location: SourceLocation = #_sourceLocation) async {
        let error = await #expect(throws: StoreError.self, sourceLocation: location) { try await body() }
        #expect(error.map(Refusal.init) == self, sourceLocation: location)
    }
}
