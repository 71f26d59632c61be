package import AssistantsStore
import NIOCore
package import Replies

/// The fields of a message to an assistant by their names on the wire.
enum SendField: String, CaseIterable, WireField {
    case identity, body, webhook, mode
    case sessionID = "session_id"
}

/// The body of a message to an assistant.
struct SendBody {
    let identity: String
    let text: String
    /// What the caller calls the session; `nil` where it is to be a new one.
    let session: SessionID?
    let webhook: CallbackURL?
    let mode: SendMode

    /// - Parameter webhook: the URL of a text, where it may be called.
    /// - Throws: `APIError` where the body is none.
    init(json: [UInt8], webhook: (String) throws(CallbackURL.Invalid) -> CallbackURL) throws(APIError) {
        self = try APIError.naming("The body") { () throws(InvalidObject) in
            // As the original did with fields that it did not know, as far as anybody can tell.
            try Self(ObjectFields(json: json, allowed: SendField.allCases, unknown: .ignored), webhook)
        }
    }

    private init(
        _ fields: ObjectFields<SendField>,
        _ makeURL: (String) throws(CallbackURL.Invalid) -> CallbackURL
    ) throws(InvalidObject) {
        let modes = SendMode.allCases.map(\.rawValue).joined(separator: ", ")
        let identity = try fields[.identity].text(IdentityText.checked, allowed: IdentityText.allowed)
        guard let identity else { throw InvalidObject("has no \"identity\"") }
        let text = try fields[.body].text({ $0.isEmpty ? nil : $0 }, allowed: "1 byte of text or more")
        guard let text else { throw InvalidObject("has no \"body\"") }
        self.identity = identity
        self.text = text
        session = try fields[.sessionID].text(
            { SessionID($0).flatMap { $0.text.utf8.count <= Self.maximumNameLength ? $0 : nil } },
            allowed: "1 to \(Self.maximumNameLength) bytes of text"
        )
        mode = try fields[.mode].text(SendMode.init(rawValue:), allowed: "one of \(modes)") ?? .chat
        if let url = try fields[.webhook].text() {
            do {
                webhook = try makeURL(url)
            } catch {
                throw InvalidObject("has a bad \"webhook\": it \(error.reason)")
            }
        } else {
            webhook = nil
        }
    }

    /// So that the name with a prefix can be an id.
    private static let maximumNameLength = SessionID.maximumLength - 16
}

/// The answer to a message to an assistant, as JSON.
package enum SendRepresentation {
    /// The answer when the turn has ended.
    @Sendable
    package static func answer(to turn: Turn, _ outcome: TurnOutcome) -> StoredAnswer {
        let json =
            switch outcome {
            case .reply(let reply): json(status: "success", turn.sessionID, turn.account, body: reply.text)
            case .failure(let reason): json(status: "failed", turn.sessionID, turn.account, error: reason)
            }
        return StoredAnswer(status: 200, body: Array(json.readableBytesView))
    }

    /// The answer when the turn has been taken on, and its reply goes to a webhook.
    static func accepted(_ session: SessionID, in account: AccountSID) -> StoredAnswer {
        StoredAnswer(status: 202, body: Array(json(status: "queued", session, account).readableBytesView))
    }

    private static func json(
        status: StaticString,
        _ session: SessionID,
        _ account: AccountSID,
        body: String = "",
        error: String = ""
    ) -> ByteBuffer {
        var json = ByteBuffer()
        json.writeStaticString("{\"status\":\"")
        json.writeStaticString(status)
        json.writeStaticString("\",\"flagged\":false,\"aborted\":false,\"session_id\":")
        json.writeJSONString(session.text)
        json.writeStaticString(",\"account_sid\":")
        json.writeJSONString(account.text)
        json.writeStaticString(",\"body\":")
        json.writeJSONString(body)
        json.writeStaticString(",\"error\":")
        json.writeJSONString(error)
        json.writeStaticString("}")
        return json
    }
}
