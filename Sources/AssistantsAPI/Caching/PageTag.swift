import AssistantsStore
import Crypto

/// The entity tag (RFC 9110, section 8.8.3) of a page: two responses with the same one have the same content in the same coding.
struct PageTag: Sendable {
    let version: SessionVersion
    /// `MessagePagePlace.end`.
    let end: MessageCursor
    /// With its quotes.
    let text: String

    /// Whether a request with this `If-None-Match` has the page already.
    func isMatched(by header: String) -> Bool {
        // Nearly every client has one page alone.
        if header == text { return true }
        // Our tags hold no comma, so that splitting at each finds them. `*` stands alone, and may be within another's tag.
        return Self.tags(in: header).contains { $0 == text } || Array(HeaderList(header)) == ["*"]
    }

    /// The tags of a list, which may be weak ones: compared weakly, these are like others.
    fileprivate static func tags(in header: String) -> some Sequence<Substring> {
        HeaderList(header).lazy.map { $0.hasPrefix("W/") ? $0.dropFirst(2) : $0 }
    }
}

/// Makes and reads the entity tags of pages.
///
/// In a tag's quotes are 48 letters of base64url, which are 36 bytes: the session's number and stamp and the position at which the page
/// ends, 8 bytes each, big-endian, and the first 12 of SHA-256 over a secret, `PageKey`, and these. So a tag says which version the
/// client has, and what comes behind its page, before anything is read; and no client can make one up that others would be given. A hash
/// behind a secret can be continued by others, but not one of which they know 12 bytes of 32.
struct PageTags: Sendable {
    /// In bytes.
    private static let contentLength = 24
    private static let digestLength = 12

    private let secret: [UInt8]

    /// - Parameter key: 32 bytes, the same for every server on a database; that of page tokens.
    init(key: [UInt8]) {
        secret = Array(HMAC<SHA256>.authenticationCode(for: Array("entity tags".utf8), using: SymmetricKey(data: key)))
    }

    func tag(_ version: SessionVersion, endingAt position: Int64, of page: PageKey) -> PageTag {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.contentLength + Self.digestLength)
        bytes.append(bigEndian: version.session.value)
        bytes.append(bigEndian: version.stamp)
        bytes.append(bigEndian: position)
        let digest = page.digest(with: secret, bytes)
        digest.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(Self.digestLength)) }
        return PageTag(
            version: version,
            end: MessageCursor(session: version.session, position: position),
            text: Base64URL.encode(bytes, between: "\"", and: "\"")
        )
    }

    /// Finds the tag of a page in the value of `If-None-Match`; `nil` where there is none of this page.
    func tag(in header: String, of page: PageKey) -> PageTag? {
        let quote = UInt8(ascii: "\"")
        for tag in PageTag.tags(in: header) {
            guard tag.utf8.first == quote, tag.utf8.last == quote,
                tag.utf8.count == 2 + Base64URL.encodedLength(of: Self.contentLength + Self.digestLength),
                let bytes = Base64URL.decode(tag.utf8.dropFirst().dropLast())
            else { continue }
            let version = SessionVersion(
                session: SessionNumber(Int64(bigEndian: bytes[0..<8])),
                stamp: Int64(bigEndian: bytes[8..<16])
            )
            let known = self.tag(version, endingAt: Int64(bigEndian: bytes[16..<24]), of: page)
            if known.text == tag { return known }
        }
        return nil
    }
}
