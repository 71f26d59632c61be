import AssistantsStore
import Testing

@testable import TranscriptImport

@Suite("Derived message ids")
struct DerivedIDTests {
    @Test("a line gets the id that earlier versions derived from it, so that the same input still adds nothing")
    func staysTheSame() throws {
        let account = try #require(AccountSID("AC0123456789abcdef0123456789abcdef"))
        let line = Array(#"{"session_id":"s","role":"user","content":{"content":"1"}}"#.utf8)
        var decoder = LineDecoder(account: account, numbers: .finite)
        let ids = try (1...2).map { _ in try decoder.message(of: line).0.id.text }
        #expect(
            ids == ["aia_msg_9612f6ff-de02-85b1-85f7-5e689b064d03", "aia_msg_8ba627c5-2f11-8de0-a351-55081825d573"]
        )
    }
}
