import AssistantsStore
import PostgresStore
import SQLiteStore
import StoreConformance
import Synchronization
import TestSupport
import Testing

@testable import StoreCopy

@Suite("Copying a store into another", .serialized)
struct CopyTests {
    typealias CopiedStore = Store & StoreContents

    enum Kind: CaseIterable {
        case sqlite, postgres
    }

    private let directory: TemporaryDirectory
    private let databases: [TestDatabase]

    init() throws {
        directory = try TemporaryDirectory()
        databases = [try TestDatabase(), try TestDatabase()]
    }

    /// An empty store, or what has become of it: `number` is 0 or 1.
    private func open(_ kind: Kind, _ number: Int, isForCopy: Bool = false) async throws -> any CopiedStore {
        switch kind {
        case .sqlite: return try SQLiteStore(path: directory.file("\(number).sqlite"), isForCopy: isForCopy)
        case .postgres:
            let url = databases[number].url
            try await PostgresStore.migrate(url: url)
            return try await PostgresStore(url: url, isForCopy: isForCopy)
        }
    }

    @Test("a copy has everything, in its place", arguments: Kind.allCases, Kind.allCases)
    func copies(_ from: Kind, _ to: Kind) async throws {
        let (source, target) = (try await open(from, 0), try await open(to, 1))
        let filled = try await FilledStore(source, messages: 1_200)

        let summary = try await StoreCopier(from: source, to: target).run()
        #expect(summary.counts[.message] == 2_405)
        #expect(summary.counts.values.allSatisfy { $0 > 0 }, "\(summary.counts)")

        for session in ["s", "t/é", "u"] {
            #expect(try await filled.walk(session, in: target) == filled.walk(session, in: source))
        }
        #expect(try await target.pageTokenKey() == source.pageTokenKey())
        for userName in [filled.account.text, filled.key.text] {
            let credential = try #require(try await target.credential(for: userName))
            #expect(try await source.credential(for: userName) == credential)
        }
        let sealed = try await target.sealedAuthToken(of: filled.account)
        #expect(try await source.sealedAuthToken(of: filled.account) == sealed)
        #expect(try await target.callbacks().map(\.content.body) == ["a=b\\"])
        if to == .sqlite { #expect(try DatabaseFile(path: directory.file("1.sqlite")).problems() == []) }
    }

    @Test("what was under way in the source goes on in the copy", arguments: Kind.allCases, Kind.allCases)
    func goesOn(_ from: Kind, _ to: Kind) async throws {
        let (source, target) = (try await open(from, 0), try await open(to, 1))
        let filled = try await FilledStore(source, messages: 3)
        _ = try await StoreCopier(from: source, to: target).run()

        guard case .replayed(let answer) = try await filled.append([], to: "s", in: target, once: filled.request) else {
            Issue.record("a request whose key was used is carried out again")
            return
        }
        #expect(answer == StoredAnswer(status: 201, body: [92, 110, 0, 255]))
        // The turn that had begun is taken up by the first server of the copy, and the one behind it when that is done.
        let worker = WorkerID.unique()
        if let sqlite = target as? SQLiteStore { try await sqlite.takeOver() }
        for _ in 1...2 {
            let turns = try await target.beginTurns(as: worker, limit: 9, lease: .seconds(600), at: .now)
            #expect(turns.map(\.sessionID.text) == ["s"])
            let end = TurnEnd(reply: .empty, answer: StoredAnswer(status: 200, body: []), callback: nil)
            for turn in turns { try await target.finish(turn.id, as: worker, with: end) }
        }
        // A session that is made again under an id that is gone has a number that none had before.
        let draft = MessageDraft(role: .user, content: .empty)
        _ = try await filled.append([draft], to: "gone", in: source)
        _ = try await filled.append([draft], to: "gone", in: target)
        #expect(try await number(of: "gone", in: target, filled) >= number(of: "gone", in: source, filled))
    }

    /// By the order of sessions, which ends with the number.
    private func number(of session: String, in store: any CopiedStore, _ filled: FilledStore) async throws -> Int64 {
        let rows = try await store.rows(of: .session, after: nil, limit: 100).rows
        let row = try #require(rows.first { $0[1] == .text(session) })
        guard case .integer(let number) = row[2] else { return 0 }
        return number
    }

    @Test(
        "a copy that is cut off is of no use until the same command has finished it",
        arguments: Kind.allCases,
        Kind.allCases
    )
    func resumes(_ from: Kind, _ to: Kind) async throws {
        let source = try await open(from, 0)
        let filled = try await FilledStore(source, messages: 400)
        var attempts = 0
        for batches in 0... {
            let target = try await open(to, 1, isForCopy: true)
            attempts += 1
            // Most of the cuts are within the messages, of which there are 802.
            let interrupted = InterruptedContents(target, after: batches % 4)
            do {
                _ = try await StoreCopier(from: source, to: interrupted, maximumBatch: 100).run()
                break
            } catch StoreError.fault(is InterruptedContents.Interruption) {
                await expectUnfinished(to)
            }
        }
        #expect(attempts > 8)
        let target = try await open(to, 1)
        for session in ["s", "t/é", "u"] {
            #expect(try await filled.walk(session, in: target) == filled.walk(session, in: source))
        }
    }

    @Test("a source that changed meanwhile is noticed", arguments: Kind.allCases)
    func checks(_ to: Kind) async throws {
        let (source, target) = (try await open(.sqlite, 0), try await open(to, 1))
        let filled = try await FilledStore(source, messages: 10)
        let draft = MessageDraft(role: .user, content: .empty)
        let copier = StoreCopier(from: source, to: InterruptedContents(target, after: 11))
        await expectInterruption { try await copier.run() }
        _ = try await filled.append([draft], to: "s", in: source)
        let error = await #expect(throws: CopyError.self) { try await StoreCopier(from: source, to: target).run() }
        guard case .differs = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await expectUnfinished(to)
    }

    @Test("nobody writes to a source while it is copied", arguments: Kind.allCases, Kind.allCases)
    func holdsStill(_ from: Kind, _ to: Kind) async throws {
        let (source, target) = (try await open(from, 0), try await open(to, 1))
        let filled = try await FilledStore(source, messages: 400)
        let draft = MessageDraft(role: .user, content: .empty)
        _ = try await filled.append([draft], to: "writing", in: source)
        let isOver = Mutex(false)
        let writing = Task {
            var count = 0
            while !isOver.withLock({ $0 }) {
                _ = try await filled.append([draft], to: "writing", in: source)
                count += 1
            }
            return count
        }
        while try await filled.walk("writing", in: source).messages.count < 5 {
            try await Task.sleep(for: .milliseconds(1))
        }
        let summary = try await StoreCopier(from: source, to: target, maximumBatch: 10).run()
        isOver.withLock { $0 = true }
        // What was written before it, and nothing of what came meanwhile.
        let stable = 804
        let copied = try #require(summary.counts[.message]) - stable
        #expect(copied > 2)
        #expect(try await writing.value + 1 >= copied)
        #expect(try await filled.walk("s", in: target) == filled.walk("s", in: source))
    }

    private func expectInterruption(_ body: () async throws -> CopySummary) async {
        let error = await #expect(throws: StoreError.self) { try await body() }
        guard case .fault(is InterruptedContents.Interruption) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    private func expectUnfinished(_ kind: Kind) async {
        let error = await #expect(throws: (any Error).self) { try await open(kind, 1) }
        #expect("\(String(describing: error))".contains("was not finished"))
    }

    @Test("only an empty store is copied into, and only the same source goes on", arguments: Kind.allCases)
    func refuses(_ to: Kind) async throws {
        let (source, target) = (try await open(.sqlite, 0), try await open(to, 1))
        _ = try await FilledStore(source, messages: 1)
        await expectInterruption {
            try await StoreCopier(from: source, to: InterruptedContents(target, after: 3)).run()
        }
        let other = try SQLiteStore(path: directory.file("other.sqlite"))
        let otherSource = await #expect(throws: CopyError.self) { try await StoreCopier(from: other, to: target).run() }
        guard case .otherSource = otherSource else {
            Issue.record("\(String(describing: otherSource))")
            return
        }
        _ = try await StoreCopier(from: source, to: target).run()
        let again = await #expect(throws: StoreError.self) { try await StoreCopier(from: source, to: target).run() }
        guard case .storeNotEmpty = again else {
            Issue.record("\(String(describing: again))")
            return
        }
    }
}
