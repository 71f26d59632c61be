import AssistantsStore
import Testing

@testable import TranscriptImport

@Suite("Messages that come twice in an input")
struct RepeatedMessagesTests {
    private func message(
        content: String = "{}",
        meta: String? = nil,
        identity: String? = nil,
        created: Int64? = nil,
        updated: Int64? = nil
    ) -> NewMessage {
        NewMessage(
            id: MessageID(unchecked: "aia_msg_1"),
            sessionID: SessionID(unchecked: "s"),
            identity: identity,
            role: .user,
            content: JSONObject(unchecked: content),
            meta: meta.map { JSONObject(unchecked: $0) },
            dateCreated: created.map { Timestamp(microseconds: $0) },
            dateUpdated: updated.map { Timestamp(microseconds: $0) }
        )
    }

    private func finding(_ first: NewMessage, _ second: NewMessage) -> RepeatedMessages.Finding {
        var repeated = RepeatedMessages()
        #expect(repeated.insert(first) == .nothing)
        return repeated.insert(second)
    }

    @Test("they are the same if the store would find them so")
    func same() {
        let pairs = [
            (message(), message()), (message(content: "{\"a\": 1}"), message(content: "{\"a\":1}")),
            (message(), message(meta: "{ }")), (message(meta: "{}"), message()),
            (message(created: 5_200_000, updated: 6_700_000), message(created: 5_000_000, updated: 6_000_000)),
            (message(created: -1), message(created: -1_000_000)),
        ]
        for (first, second) in pairs {
            #expect(finding(first, second) == .sameContent, "\(second)")
            let stored = first.message(identity: nil, assistantID: AssistantID(unchecked: "aia_asst_1"), date: .now)
            #expect(second.agrees(with: stored), "\(second)")
        }
    }

    @Test("they are different if the store would find them so, or if only one has a field")
    func different() {
        let pairs = [
            (message(content: "{\"a\":\"b c\"}"), message(content: "{\"a\":\"bc\"}")),
            (message(), message(meta: "{\"\":1}")), (message(created: 5_000_000), message(created: 5_200_000)),
            (message(created: 5_200_000), message(created: 5_100_000)),
            (message(created: 5_000_000), message(created: 6_000_000)),
            (message(updated: 5_200_000), message(updated: 5_100_000)), (message(created: -1), message(created: 0)),
            // Canonically equivalent, and of the same length.
            (message(identity: "user_id:\u{212B}"), message(identity: "user_id:A\u{30A}")),
            (message(content: "{\"a\":\"\u{212B}\"}"), message(content: "{\"a\":\"A\u{30A}\"}")),
        ]
        for (first, second) in pairs {
            #expect(finding(first, second) == .otherContent, "\(second)")
            let stored = first.message(identity: nil, assistantID: AssistantID(unchecked: "aia_asst_1"), date: .now)
            #expect(!second.agrees(with: stored), "\(second)")
        }
        #expect(finding(message(created: 5_000_000), message()) == .otherContent)
    }
}
