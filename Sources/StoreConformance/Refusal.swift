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
            case .sessionNotFound: .sessionNotFound
            case .messageNotFound: .messageNotFound
            case .assistantNotFound: .assistantNotFound
            case .invalidSessionID: .invalidSessionID
            case .cursorOfAnotherSession: .cursorOfAnotherSession
            case .accountExists: .accountExists
            case .accountNotFound: .accountNotFound
            case .secondaryAuthTokenNotFound: .secondaryAuthTokenNotFound
            case .apiKeyNotFound: .apiKeyNotFound
            case .messageConflict(_, let index): .messageConflict(index: index)
            case .sessionFull: .sessionFull
            case .idempotencyKeyReused: .idempotencyKeyReused
            case .requestUnderWay: .requestUnderWay
            case .tooManyTurns: .tooManyTurns
            case .turnLost: .turnLost
            case .callbackNotFound: .callbackNotFound
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
