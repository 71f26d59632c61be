import Crypto
import Foundation
import Testing

@testable import AssistantsAPI

/// Time is the test's.
@Suite("Credentials that were right")
struct VerifiedCredentialsTests {
    private let verified = VerifiedCredentials()
    private let caller = Caller(account: TestServer.sid, credential: .authToken, isReadOnly: false)
    private let start = ContinuousClock.now

    private func keep(_ number: Int, after time: Duration) {
        verified.keep(
            caller,
            for: SHA256.hash(data: Data("\(number)".utf8)),
            since: start + time
        )
    }

    @Test("those whose time is over are forgotten, once a second at most: all are looked at for that")
    func forgets() {
        for number in 1...VerifiedCredentials.capacity { keep(number, after: .zero) }
        keep(-1, after: .milliseconds(100))
        #expect(verified.count == VerifiedCredentials.capacity + 1)
        keep(-2, after: .milliseconds(1_050))
        #expect(verified.count == VerifiedCredentials.capacity + 2)
        keep(-3, after: .milliseconds(1_100))
        #expect(verified.count == 2)
    }
}
