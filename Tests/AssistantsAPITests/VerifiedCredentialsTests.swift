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

    private func keep(_ number: Int, after milliseconds: Int) {
        verified.keep(
            caller,
            for: SHA256.hash(data: Data("\(number)".utf8)),
            since: start + .milliseconds(milliseconds)
        )
    }

    @Test("those whose time is over are forgotten, once a second at most: all are looked at for that")
    func forgets() {
        for number in 1...VerifiedCredentials.capacity { keep(number, after: 0) }
        keep(-1, after: 100)
        #expect(verified.count == VerifiedCredentials.capacity + 1)
        keep(-2, after: 1_050)
        #expect(verified.count == VerifiedCredentials.capacity + 2)
        keep(-3, after: 1_100)
        #expect(verified.count == 2)
    }
}
