import IPAddresses
import Testing

@testable import AssistantsAPI

@Suite("Logins that failed")
struct FailedLoginsTests {
    private let failed = FailedLogins()
    private let start = ContinuousClock.now

    private func note(_ address: String, after time: Duration = .zero) throws -> Duration? {
        failed.note(from: try #require(IPAddress(address)), at: start + time)
    }

    @Test("nine in a minute are let off, and the tenth waits until the first of them is a minute old")
    func tenth() throws {
        for second in 0..<9 { #expect(try note("192.0.2.1", after: .seconds(second)) == nil) }
        #expect(try note("192.0.2.1", after: .seconds(10)) == .seconds(50))
        #expect(try note("192.0.2.2", after: .seconds(10)) == nil)
        #expect(try note("192.0.2.1", after: .seconds(60)) == nil)
        #expect(try note("192.0.2.1", after: .seconds(60)) == .seconds(1))
    }

    @Test("an address of IPv6 is one with those of its network of 64 bits")
    func network() throws {
        for number in 1...9 { #expect(try note("2001:db8::\(number)") == nil) }
        #expect(try note("2001:db8::abcd") == .seconds(60))
        #expect(try note("2001:db8:0:1::1") == nil)
    }

    @Test("only so many addresses are remembered, until their minute is over")
    func capacity() throws {
        for number in 0..<FailedLogins.capacity { #expect(try note("10.0.\(number / 256).\(number % 256)") == nil) }
        for _ in 1...20 { #expect(try note("192.0.2.1", after: .seconds(30)) == nil) }
        // Those that are over are looked for once a second at most: all of them are looked at for that.
        #expect(try note("192.0.2.1", after: .milliseconds(59_500)) == nil)
        for _ in 1...20 { #expect(try note("192.0.2.1", after: .milliseconds(60_400)) == nil) }
        for _ in 1...9 { #expect(try note("192.0.2.1", after: .seconds(61)) == nil) }
        #expect(try note("192.0.2.1", after: .seconds(61)) == .seconds(60))
    }
}
