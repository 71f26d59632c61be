import Synchronization
import Testing

@testable import AssistantsAPI

/// Time is the test's: no test waits.
@Suite("Memory of request bodies")
struct BodyBudgetTests {
    private let budget = BodyBudget(limit: 1_600)
    private let start = ContinuousClock.now
    private let woken = Woken()

    private final class Woken: Sendable {
        let names = Mutex<[String]>([])
    }

    private func begin(_ name: String, at time: Duration = .zero) -> Int {
        budget.begin(at: start + time) { [woken] in woken.names.withLock { $0.append(name) } }
    }

    private func add(_ count: Int, to number: Int, at time: Duration = .zero) -> BodyBudget.Verdict {
        budget.add(count, to: number, at: start + time)
    }

    private var wokenNames: [String] { woken.names.withLock(\.self) }

    @Test("what has arrived counts, until its body ends")
    func counts() {
        let (first, second) = (begin("first"), begin("second"))
        #expect(add(1_000, to: first) == .fits)
        #expect(add(600, to: second) == .fits)
        #expect(budget.total == 1_600)
        budget.end(first)
        #expect(budget.total == 600)
        budget.end(first)
        #expect(add(1_000, to: second) == .fits)
        budget.end(second)
        #expect(budget.total == 0)
        #expect(wokenNames == [])
    }

    @Test("where there is no room, the slowest of those that have had a second are refused, and no more than must be")
    func slowest() {
        let (stalled, slow, fast) = (begin("stalled"), begin("slow"), begin("fast"))
        #expect(add(200, to: stalled) == .fits)
        #expect(add(500, to: slow) == .fits)
        #expect(add(800, to: fast) == .fits)
        let new = begin("new", at: .seconds(1))
        #expect(add(101, to: new, at: .seconds(1)) == .fits)
        #expect(wokenNames == ["stalled"])
        #expect(budget.total == 1_401)
        #expect(add(1, to: stalled, at: .seconds(2)) == .tooSlow)
        #expect(budget.total == 1_401)
        #expect(add(200, to: new, at: .seconds(1.5)) == .fits)
        #expect(wokenNames == ["stalled", "slow"])
    }

    @Test("a body is as slow as it has been since it began, not as it began")
    func rates() {
        let old = begin("old")
        #expect(add(900, to: old) == .fits)
        let young = begin("young", at: .seconds(8))
        #expect(add(600, to: young, at: .seconds(8)) == .fits)
        let new = begin("new", at: .seconds(10))
        #expect(add(200, to: new, at: .seconds(10)) == .fits)
        #expect(wokenNames == ["old"])
    }

    @Test("where none has had a second, the one that has no room is refused, and the others stay")
    func noRoom() {
        let (first, second) = (begin("first"), begin("second"))
        #expect(add(1_500, to: first, at: .seconds(0.9)) == .fits)
        #expect(add(101, to: second, at: .seconds(0.9)) == .noRoom)
        #expect(budget.total == 1_500)
        #expect(wokenNames == [])
        let third = begin("third", at: .seconds(1))
        #expect(add(101, to: third, at: .seconds(1)) == .fits)
        #expect(wokenNames == ["first"])
    }

    @Test("the slowest can be the one whose part has no room")
    func itself() {
        let (slow, fast) = (begin("slow"), begin("fast"))
        #expect(add(1_500, to: fast) == .fits)
        #expect(add(101, to: slow, at: .seconds(2)) == .tooSlow)
        #expect(budget.total == 1_500)
    }
}
