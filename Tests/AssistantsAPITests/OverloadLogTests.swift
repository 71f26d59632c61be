import AssistantsStore
import IPAddresses
import Logging
import TestSupport
import Testing

@testable import AssistantsAPI

@Suite("The log of refused requests")
struct OverloadLogTests {
    private let lines = LogLines()
    private let log: OverloadLog
    private let start = ContinuousClock.now

    init() {
        log = OverloadLog(logger: lines.logger)
    }

    private func refuse(_ client: String, after seconds: Double) {
        log.record(.overloaded("Busy"), client: IPAddress(client), account: nil, at: start + .seconds(seconds))
    }

    /// What the lines say of a client: how many of its requests were refused.
    private func counts(of client: String?) -> [String] {
        lines.all.filter { $0.metadata["client"]?.description == client }
            .map { $0.metadata["refused"]?.description ?? "" }
    }

    @Test("every client gets a line at once, and then one every 10 s with how many requests were refused")
    func clients() {
        for _ in 0..<5 {
            refuse("192.0.2.1", after: 1)
            refuse("192.0.2.2", after: 2)
        }
        #expect(counts(of: "192.0.2.1") == ["1"])
        #expect(counts(of: "192.0.2.2") == ["1"])
        refuse("192.0.2.1", after: 15)
        #expect(counts(of: "192.0.2.1") == ["1", "5"])
        #expect(counts(of: "192.0.2.2") == ["1", "4"])
        refuse("192.0.2.1", after: 16)
        refuse("192.0.2.2", after: 17)
        #expect(counts(of: "192.0.2.1") == ["1", "5"])
        #expect(counts(of: "192.0.2.2") == ["1", "4", "1"])
    }

    @Test("a flood from more addresses than are told apart shares a line")
    func flood() {
        for client in 0..<3_000 { refuse("2001:db8::\(String(client, radix: 16))", after: 1) }
        #expect(lines.all.count == 1_001)
        #expect(counts(of: nil) == ["1"])
        refuse("192.0.2.1", after: 12)
        #expect(lines.all.count == 1_002)
        #expect(counts(of: nil) == ["1", "2000"])
    }
}
