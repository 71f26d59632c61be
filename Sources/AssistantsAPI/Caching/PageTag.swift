import AssistantsStore
import Crypto

/// The entity tag (RFC 9110, section 8.8.3) of a page: two answers with the same one have the same content in the same coding.
///
/// In its quotes are 48 letters of base64url, which are 36 bytes: the session's number and stamp and the position at which the page
/// ends, 8 bytes each, big-endian, and the beginning of `PageKey.digest`. So a tag tells which version the client has, and what comes
/// behind its page, before anything is read.
struct PageTag: Sendable {
    /// In bytes.
    private static let length = 36
    private static let digestLength = 12

    let version: SessionVersion
    /// `MessagePagePlace.end`.
    let end: MessageCursor
    /// With its quotes.
    let text: String

    init(_ version: SessionVersion, endingAt position: Int64, of page: PageKey) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.length)
        bytes.append(bigEndian: version.session.value)
        bytes.append(bigEndian: version.stamp)
        bytes.append(bigEndian: position)
        page.digest.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(Self.digestLength)) }
        self.version = version
        end = MessageCursor(session: version.session, position: position)
        text = Base64URL.encode(bytes, between: "\"", and: "\"")
    }

    /// Finds the tag of a page in the value of `If-None-Match`; `nil` where there is none of this page.
    init?(in header: String, of page: PageKey) {
        let digest = page.digest
        let quote = UInt8(ascii: "\"")
        for tag in Self.tags(in: header) {
            guard tag.utf8.first == quote, tag.utf8.last == quote,
                let bytes = Base64URL.decode(tag.utf8.dropFirst().dropLast()), bytes.count == Self.length,
                digest.withUnsafeBytes({ bytes[24...].elementsEqual($0.prefix(Self.digestLength)) })
            else { continue }
            version = SessionVersion(
                session: SessionNumber(Int64(bigEndian: bytes[0..<8])),
                stamp: Int64(bigEndian: bytes[8..<16])
            )
            end = MessageCursor(session: version.session, position: Int64(bigEndian: bytes[16..<24]))
            text = String(tag)
            return
        }
        return nil
    }

    /// Whether a request with this `If-None-Match` has the page already.
    func isMatched(by header: String) -> Bool {
        // Nearly every client has one page alone.
        if header == text { return true }
        // Our tags hold no comma, so that splitting at each finds them. `*` stands alone, and may be within another's tag.
        return Self.tags(in: header).contains { $0 == text } || Array(HeaderList(header)) == ["*"]
    }

    /// The tags of a list, which may be weak ones: compared weakly, these are like others.
    private static func tags(in header: String) -> some Sequence<Substring> {
        HeaderList(header).lazy.map { $0.hasPrefix("W/") ? $0.dropFirst(2) : $0 }
    }
}
