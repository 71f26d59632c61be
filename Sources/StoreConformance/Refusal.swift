import AssistantsStore
import Testing

/// The kinds of `StoreError` that the checks expect, to compare with.
enum Refusal: Equatable {
    case sessionNotFound, messageNotFound, assistantNotFound, invalidSessionID, cursorOfAnotherSession, accountExists,
        accountNotFound, secondaryAuthTokenNotFound, apiKeyNotFound
    case messageConflict(index: Int)
    case sessionFull, idempotencyKeyReused, requestUnderWay, tooManyTurns, turnLost
    case callbackNotFound, storeNotEmpty, unavailable, fault

    init(_ error: StoreError) {
        self =
            switch error {
            case .notFound(.session): .sessionNotFound
            case .notFound(.message): .messageNotFound
            case .notFound(.assistant): .assistantNotFound
            case .notFound(.account): .accountNotFound
            case .notFound(.apiKey): .apiKeyNotFound
            case .notFound(.callback): .callbackNotFound
            case .invalidSessionID: .invalidSessionID
            case .cursorOfAnotherSession: .cursorOfAnotherSession
            case .accountExists: .accountExists
            case .secondaryAuthTokenNotFound: .secondaryAuthTokenNotFound
            case .messageConflict(_, let index): .messageConflict(index: index)
            case .sessionFull: .sessionFull
            case .idempotencyKeyReused: .idempotencyKeyReused
            case .requestUnderWay: .requestUnderWay
            case .tooManyTurns: .tooManyTurns
            case .turnLost: .turnLost
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
