import AssistantsAPI
package import AssistantsStore

/// Stores transcripts from JSON Lines, one message a line, the lines of one session in their order.
///
/// The whole input is checked before the first write. Then it is stored in short transactions, so that others can write
/// too, with a gap behind each where one transaction keeps all others waiting; whatever stops it, the same command completes the rest.
package struct TranscriptImporter {
    private let store: any Store
    private let account: AccountSID
    private let numbers: JSONScanner.Numbers
    private let report: (ImportProgress) -> Void
    /// Of messages that are checked against the store in one go.
    private let checkedAtOnce = 1_000
    /// Behind each transaction that keeps others from writing.
    private let gap = Duration.milliseconds(2)

    /// - Parameters:
    ///   - numbers: which numbers `content` and `meta` may have.
    ///   - report: called now and then with how far the import is.
    package init(
        into store: any Store,
        account: AccountSID,
        numbers: JSONScanner.Numbers = .finite,
        report: @escaping (ImportProgress) -> Void = { _ in }
    ) {
        self.store = store
        self.account = account
        self.numbers = numbers
        self.report = report
    }

    /// - Throws: `ImportError`, `StoreError`.
    package func run(_ input: ImportInput) async throws -> ImportSummary {
        let start = ContinuousClock.now
        guard try await store.accounts().contains(where: { $0.sid == account }) else {
            throw StoreError.notFound(.account(account))
        }
        try await check(input)
        let (messages, sessions) = try await storeAll(input)
        return ImportSummary(messages: messages, sessions: sessions, duration: start.duration(to: .now))
    }

    private func check(_ input: ImportInput) async throws {
        var batches = try MessageBatches(input, account: account, numbers: numbers)
        var repeated = RepeatedMessages()
        while let batch = try batches.next(upTo: checkedAtOnce) {
            for numbered in batch where numbered.bringsID {
                guard repeated.insert(numbered.message) else {
                    throw ImportError.badLine(
                        number: numbered.line,
                        reason: "has the id of an earlier line of its session, but other content"
                    )
                }
            }
            if let conflict = try await store.firstConflict(among: batch.map(\.message), in: account) {
                throw ImportError.badLine(number: batch[conflict].line, reason: Self.conflict)
            }
            report(ImportProgress(phase: .checking, fraction: batches.fraction))
        }
    }

    private func storeAll(_ input: ImportInput) async throws -> (messages: ImportResult, sessions: Int) {
        let (store, account) = (store, account)
        var batches = try MessageBatches(input, account: account, numbers: numbers)
        let defaults = MessageDefaults(assistantName: "Imported transcripts")
        var size = TransactionSize(hasOneWriter: store.hasOneWriter)
        var result = ImportResult()
        do {
            var batch = try batches.next(upTo: size.messages)
            while let current = batch {
                let start = ContinuousClock.now
                // The next lines are read while these are stored.
                async let stored = store.importMessages(current.map(\.message), to: account, defaults: defaults)
                batch = try batches.next(upTo: size.messages)
                do {
                    result += try await stored
                } catch StoreError.messageConflict(_, let index) {
                    throw ImportError.inputChanged(line: current[index].line, reason: Self.conflict)
                }
                size.adapt(to: start.duration(to: .now))
                report(ImportProgress(phase: .storing, fraction: batches.fraction))
                if store.hasOneWriter { try await Task.sleep(for: gap) }
            }
        } catch ImportError.badLine(let number, let reason) {
            throw ImportError.inputChanged(line: number, reason: reason)
        }
        return (result, batches.sessionCount)
    }

    private static let conflict = "has the id of a message that its session has already, with other content"
}

/// How far an import is.
package struct ImportProgress: Sendable {
    package enum Phase: String, Sendable {
        case checking, storing
    }

    package let phase: Phase
    /// Of the input's bytes, from 0 to 1.
    package let fraction: Double
}

/// What an import did.
package struct ImportSummary: Sendable {
    package let messages: ImportResult
    /// How many sessions the input has messages of.
    package let sessions: Int
    package let duration: Duration
}
