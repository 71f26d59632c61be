import AssistantsStore
import Crypto

/// Makes and reads page tokens.
///
/// A token says from where on a page lies and which way, so it is read without looking anything up, and still works when
/// the message that it points at is gone. It is opaque to clients and authenticated: what was altered, or made for
/// another account, is refused. Its form is `PA` (forward) or `PB` (back) and base64url (RFC 4648, section 5): 48 letters
/// of 36 bytes for a plain listing, 64 letters of 48 bytes for one that chooses its items or their order.
///
/// | bytes | |
/// |---|---|
/// | 0 | version: 1 for a plain listing, 2 for another |
/// | 1 | which list: `KeysetCursor.kind` |
/// | 2 to 9, 10 to 17 | the cursor's numbers, big-endian; 0 for a second one that it does not have |
/// | 18 to 29, in version 2 | `ListingDigest` |
/// | the last 18 | the first 18 bytes of HMAC-SHA256 over direction, the bytes before, and the account's SID |
///
/// Both lengths are multiples of 3: no letter has spare bits, so no two texts mean the same bytes. The alphabet is one that the
/// Go SDK leaves alone: it deletes a point with digits behind it from query strings.
struct PageTokens: Sendable {
    private static let macLength = 18

    private enum Direction: CaseIterable {
        case forward
        case back

        /// What a token begins with.
        var letters: StaticString { self == .forward ? "PA" : "PB" }
    }

    /// Copied for each token: the key has been processed.
    private let authenticator: HMAC<SHA256>

    /// - Parameter key: 32 bytes, the same for every server on a database.
    init(key: [UInt8]) {
        authenticator = HMAC(key: SymmetricKey(data: key))
    }

    /// The token of the page that lies behind the cursor.
    /// - Parameter digest: of the listing; `nil` for the plain one.
    func token(after cursor: some KeysetCursor, in account: AccountSID, binding digest: ListingDigest?) -> String {
        token(.forward, cursor, account, digest)
    }

    /// The token of the page that lies before the cursor.
    /// - Parameter digest: of the listing; `nil` for the plain one.
    func token(before cursor: some KeysetCursor, in account: AccountSID, binding digest: ListingDigest?) -> String {
        token(.back, cursor, account, digest)
    }

    /// Where the page lies that a token was made for.
    /// - Parameter digest: of the listing; `nil` for the plain one.
    /// - Throws: `APIError` where it is no token, was altered, or belongs to another account, another list, or another listing.
    func anchor<Cursor: KeysetCursor>(
        of token: String,
        in account: AccountSID,
        binding digest: ListingDigest?
    ) throws(APIError) -> PageRequest<Cursor>.Anchor {
        let header = Self.header(of: Cursor.self, digest)
        let payloadLength = header.count + 16 + (digest?.bytes.count ?? 0)
        // The length first, so that nothing long is worked on.
        guard token.utf8.count == 2 + Base64URL.encodedLength(of: payloadLength + Self.macLength),
            let direction = Direction.allCases.first(where: { token.hasPrefix("\($0.letters)") }),
            let bytes = Base64URL.decode(token.utf8.dropFirst(2))
        else { throw Self.refusal }
        let payload = Array(bytes.prefix(payloadLength))
        let code = code(direction, payload, account)
        // Whole codes are compared, because `==` of these takes constant time; a token has only the first bytes.
        guard
            code == bytes.suffix(Self.macLength) + code.dropFirst(Self.macLength),
            payload.starts(with: header), payload[18...] == (digest?.bytes ?? [])[...]
        else { throw Self.refusal }
        let numbers = [Int64(bigEndian: payload[2..<10]), Int64(bigEndian: payload[10..<18])]
        let cursor = Cursor(values: Array(numbers.prefix(Cursor.columns.count)))
        return direction == .forward ? .after(cursor) : .before(cursor)
    }

    private static var refusal: APIError {
        .badRequest(
            "PageToken is not one that the API gave for this list: use a page's URLs as they are, and Next-Page-Token in the same order"
        )
    }

    private static func header<Cursor: KeysetCursor>(of: Cursor.Type, _ digest: ListingDigest?) -> [UInt8] {
        [digest == nil ? 1 : 2, Cursor.kind]
    }

    private func token<Cursor: KeysetCursor>(
        _ direction: Direction,
        _ cursor: Cursor,
        _ account: AccountSID,
        _ digest: ListingDigest?
    ) -> String {
        let values = cursor.values
        var bytes = Self.header(of: Cursor.self, digest)
        bytes.reserveCapacity(bytes.count + 16 + ListingDigest.length + Self.macLength)
        bytes.append(bigEndian: values[0])
        bytes.append(bigEndian: values.count > 1 ? values[1] : 0)
        if let digest { bytes += digest.bytes }
        let code = code(direction, bytes, account)
        code.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(Self.macLength)) }
        return Base64URL.encode(bytes, between: direction.letters)
    }

    private func code(_ direction: Direction, _ payload: [UInt8], _ account: AccountSID) -> HMAC<SHA256>.MAC {
        var message: [UInt8] = []
        message.reserveCapacity(direction.letters.utf8CodeUnitCount + payload.count + account.text.utf8.count)
        direction.letters.withUTF8Buffer { message.append(contentsOf: $0) }
        message += payload
        message += account.text.utf8
        var authenticator = authenticator
        authenticator.update(data: message)
        return authenticator.finalize()
    }
}
