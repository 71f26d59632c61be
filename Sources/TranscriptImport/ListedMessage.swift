import AssistantsStore

/// What decides where a message of a saved page comes in its session.
struct ListedMessage {
    /// The same wherever the message is listed; `nil` where it has no id.
    let key: UInt128?
    /// When the message was created, in seconds since 1970; `nil` where it does not say.
    let seconds: Int64?

    init(_ fields: PlacingFields) {
        key = fields.id.map { RepeatedMessages.key(session: fields.session ?? "", id: $0) }
        // Callers of Understudy may choose the date, but not the time in the id. The clocks of several servers differ by less than a second.
        seconds = fields.id.flatMap(Self.secondsOfUUID) ?? fields.date.map { $0.microseconds / 1_000_000 }
    }

    /// The time in an id that ends with a UUID of version 7 (RFC 9562, section 5.7); `nil` in others.
    private static func secondsOfUUID(_ id: String) -> Int64? {
        let parts = id.dropFirst(MessageID.prefix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12], parts[2].first == "7",
            parts.allSatisfy({ $0.utf8.allSatisfy { UnicodeScalar($0).properties.isASCIIHexDigit } })
        else { return nil }
        return Int64(parts[0] + parts[1], radix: 16).map { $0 / 1_000 }
    }
}

/// The fields of a message that place it, as far as it has them: whatever is wrong with it is reported later.
struct PlacingFields {
    private(set) var id: String?
    private(set) var session: String?
    private(set) var date: Timestamp?

    init(json: ArraySlice<UInt8>) {
        var scanner = JSONScanner(Array(json), numbers: .any)
        for member in (try? scanner.members()) ?? [] {
            guard case .string(let text) = member.value else { continue }
            switch member.key {
            case "id": id = text
            case "session_id": session = text
            case "date_created": date = Timestamp(iso8601: text)
            default: break
            }
        }
    }
}
