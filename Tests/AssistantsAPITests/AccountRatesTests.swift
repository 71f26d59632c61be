import AssistantsStore
import Testing

@testable import AssistantsAPI

/// Time is the test's.
@Suite("Rates of accounts")
struct AccountRatesTests {
    private let rates = AccountRates(rate: 10)
    private let account = AccountSID.random()
    private let start = ContinuousClock.now

    private func wait(_ account: AccountSID? = nil, after time: Duration) -> Duration? {
        rates.wait(of: account ?? self.account, at: start + time)
    }

    @Test("those of a second may come at once, and then one comes as one may")
    func burst() {
        for _ in 1...10 { #expect(wait(after: .zero) == nil) }
        #expect(wait(after: .zero) == .milliseconds(100))
        #expect(wait(after: .milliseconds(50)) == .milliseconds(50))
        #expect(wait(after: .milliseconds(101)) == nil)
        #expect(wait(after: .milliseconds(101)) != nil)
    }

    @Test("who waits saves those of a second, and no more")
    func saving() {
        for _ in 1...10 { #expect(wait(after: .zero) == nil) }
        for _ in 1...10 { #expect(wait(after: .seconds(60)) == nil) }
        #expect(wait(after: .seconds(60)) != nil)
    }

    @Test("accounts that have been idle are forgotten, once a second at most: all are looked at for that")
    func forgets() {
        for _ in 1...AccountRates.capacity { _ = wait(.random(), after: .zero) }
        _ = wait(.random(), after: .milliseconds(50))
        #expect(rates.count == AccountRates.capacity + 1)
        _ = wait(.random(), after: .seconds(1))
        #expect(rates.count == AccountRates.capacity + 2)
        _ = wait(.random(), after: .milliseconds(1_050))
        #expect(rates.count == 2)
    }

    @Test("accounts do not take from each other, however many there are")
    func others() {
        for _ in 1...11 { _ = wait(after: .zero) }
        for _ in 1...20_000 { #expect(wait(.random(), after: .zero) == nil) }
        #expect(wait(after: .zero) != nil)
    }
}
