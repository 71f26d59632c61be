import AssistantsStore
import Replies

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
