import AssistantsAPI
package import AssistantsStore

/// Stores transcripts from JSON Lines, one message a line, the lines of one session in their order, and from saved pages.
///
/// The whole input is checked before the first write. Then it is stored in short transactions, so that others can write
/// too, with a gap behind each where one transaction keeps all others waiting; whatever stops it, the same command completes the rest.
package struct TranscriptImporter {
    private let store: any Store
    private let account: AccountSID
    private let numbers: JSONScanner.Numbers
    private let isInterrupted: () -> Bool
    private let report: (ImportProgress) -> Void
    /// Of messages that are checked against the store in one go.
    private let checkedAtOnce = 1_000
    /// Behind each transaction that keeps others from writing.
    private let gap = Duration.milliseconds(2)

    /// - Parameters:
    ///   - numbers: which numbers `content` and `meta` may have.
    ///   - isInterrupted: asked now and then whether to end.
    ///   - report: called now and then with how far the import is.
    package init(
        into store: any Store,
        account: AccountSID,
        numbers: JSONScanner.Numbers = .finite,
        isInterrupted: @escaping () -> Bool = { false },
        report: @escaping (ImportProgress) -> Void = { _ in }
    ) {
        self.store = store
        self.account = account
        self.numbers = numbers
        self.isInterrupted = isInterrupted
        self.report = report
    }

    /// - Throws: `ImportError`, `StoreError`.
    package func run(_ input: ImportInput) async throws -> ImportSummary {
        let start = ContinuousClock.now
        let preview = try await check(input)
        let messages = try await storeAll(input)
        return ImportSummary(messages: messages, sessions: preview.sessions, duration: start.duration(to: .now))
    }

    /// Checks the input, and stores nothing.
    /// - Throws: `ImportError`, `StoreError`.
    package func check(_ input: ImportInput) async throws -> ImportPreview {
        guard try await store.accounts().contains(where: { $0.sid == account }) else {
            throw StoreError.notFound(.account(account))
        }
        var batches = MessageBatches(input, account: account, numbers: numbers)
        var repeated = RepeatedMessages()
        var late = LateMessages(store: store, account: account)
        var preview = ImportPreview()
        var bad: [BadMessage] = []
        while bad.count < Self.maximumBadMessages, let batch = try batches.next(upTo: checkedAtOnce) {
            guard !isInterrupted() else { throw ImportError.interrupted(stored: 0, end: nil) }
            var compared: [MessageBatches.PlacedMessage] = []
            for placed in batch.messages {
                preview.roles[placed.message.role, default: 0] += 1
                switch placed.bringsID ? repeated.insert(placed.message) : .nothing {
                case .nothing: compared.append(placed)
                case .sameContent: preview.messages.alreadyThere += 1
                case .otherContent: bad.append(BadMessage(place: placed.place, reason: Self.repetition))
                }
            }
            let comparison = try await store.compare(compared.map(\.message), in: account)
            preview.messages.alreadyThere += comparison.alreadyThere
            preview.messages.stored += compared.count - comparison.alreadyThere
            bad += batch.bad
            bad += comparison.conflicts.map { BadMessage(place: compared[$0].place, reason: Self.conflict) }
            let arePresent = comparison.alreadyThere + comparison.conflicts.count > 0
            bad += try await late.find(in: compared, arePresent: arePresent)
            bad.sort { $0.place.index < $1.place.index }
            report(ImportProgress(phase: .checking, fraction: batches.fraction))
        }
        guard bad.isEmpty else { throw ImportError.badMessages(Array(bad.prefix(Self.maximumBadMessages))) }
        preview.sessions = batches.sessionCount
        preview.reversedSessions = input.reversedSessions
        return preview
    }

    private func storeAll(_ input: ImportInput) async throws -> ImportResult {
        let (store, account) = (store, account)
        var batches = MessageBatches(input, account: account, numbers: numbers)
        let defaults = MessageDefaults(assistantName: "Imported transcripts")
        var size = TransactionSize(hasOneWriter: store.hasOneWriter)
        var result = ImportResult()
        var batch = try batches.next(upTo: size.messages)
        while let current = batch {
            let start = ContinuousClock.now
            let bad = current.bad.first
            let messages = current.messages.prefix { $0.place.index < bad?.place.index ?? .max }
            // The next messages are read while these are stored.
            async let stored = store.importMessages(messages.map(\.message), to: account, defaults: defaults)
            batch = try batches.next(upTo: size.messages)
            do {
                result += try await stored
            } catch StoreError.messageConflict(_, let index) {
                // Nothing of this transaction was stored.
                let before = messages[..<index].map(\.message)
                _ = try await store.importMessages(before, to: account, defaults: defaults)
                let place = messages[index].place
                throw ImportError.inputChanged(BadMessage(place: place, reason: Self.conflict))
            }
            if let bad { throw ImportError.inputChanged(bad) }
            size.adapt(to: start.duration(to: .now))
            report(ImportProgress(phase: .storing, fraction: batches.fraction))
            if batch != nil, isInterrupted() {
                throw ImportError.interrupted(stored: result.stored, end: current.messages.last?.place)
            }
            if store.hasOneWriter { try await Task.sleep(for: gap) }
        }
        return result
    }

    /// How many messages that cannot be imported are reported.
    static let maximumBadMessages = 20
    private static let repetition = "has the id of an earlier message of its session, but other content"
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

/// What an import would do.
package struct ImportPreview: Sendable {
    /// What would be stored, and what is there already or comes twice.
    package var messages = ImportResult()
    /// How many sessions the input has messages of.
    package var sessions = 0
    /// Number of sessions whose pages list the newest message first, so that they are stored in reverse.
    package var reversedSessions = 0
    /// How many messages of each role the input has.
    package var roles: [MessageRole: Int] = [:]
}
