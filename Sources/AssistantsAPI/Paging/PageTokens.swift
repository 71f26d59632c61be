import AssistantsStore
import Crypto

/// Makes and reads page tokens.
///
/// A token says from where on a page lies and which way, so it is read without looking anything up, and still works when
/// the message that it points at is gone. It is opaque to clients and authenticated: what was altered, or made for
/// another account, is refused. Its form is `PA` (forward) or `PB` (back) and 48 letters of base64url (RFC 4648, section
/// 5), which are 36 bytes:
///
/// | bytes | |
/// |---|---|
/// | 0 | version, 1 |
/// | 1 | which list: `PageTokenCursor.kind` |
/// | 2 to 9, 10 to 17 | the cursor's two numbers, big-endian |
/// | 18 to 35 | the first 18 bytes of HMAC-SHA256 over direction, bytes 0 to 17, and the account's SID |
///
/// 36 is a multiple of 3: no letter has spare bits, so no two texts mean the same bytes. The alphabet is one that the Go
/// SDK leaves alone: it deletes a point with digits behind it from query strings.
struct PageTokens: Sendable {
    private static let version: UInt8 = 1
    private static let payloadLength = 18
    private static let macLength = 18
    private static let forward = "PA"
    private static let back = "PB"

    private let key: SymmetricKey

    /// - Parameter key: 32 bytes, the same for every server on a database.
    init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
    }

    /// The token of the page that lies behind the cursor.
    func token(after cursor: some PageTokenCursor, in account: AccountSID) -> String {
        token(Self.forward, cursor, account)
    }

    /// The token of the page that lies before the cursor.
    func token(before cursor: some PageTokenCursor, in account: AccountSID) -> String {
        token(Self.back, cursor, account)
    }

    /// Where the page lies that a token was made for.
    /// - Throws: `APIError` where it is no token, was altered, or belongs to another account or another kind of list.
    func place<Cursor: PageTokenCursor>(
        of token: String,
        in account: AccountSID
    ) throws(APIError) -> PageRequest<Cursor>.Place {
        let direction = String(token.prefix(2))
        // The length first, so that nothing long is worked on.
        guard token.utf8.count == 2 + Base64URL.encodedLength(of: Self.payloadLength + Self.macLength),
            direction == Self.forward || direction == Self.back,
            let bytes = Base64URL.decode(token.utf8.dropFirst(2))
        else { throw Self.refusal }
        let payload = bytes.prefix(Self.payloadLength)
        guard
            isEqualInConstantTime(bytes.suffix(Self.macLength), mac(direction, payload, account)),
            payload[0] == Self.version, payload[1] == Cursor.kind
        else { throw Self.refusal }
        let cursor = Cursor(numbers: (Int64(bigEndian: payload[2..<10]), Int64(bigEndian: payload[10..<18])))
        return direction == Self.forward ? .after(cursor) : .before(cursor)
    }

    private static var refusal: APIError {
        .badRequest("PageToken is not one that the API gave for this list: use a page's URLs as they are")
    }

    private func token<Cursor: PageTokenCursor>(
        _ direction: String,
        _ cursor: Cursor,
        _ account: AccountSID
    ) -> String {
        let numbers = cursor.numbers
        let payload = [Self.version, Cursor.kind] + numbers.0.bigEndianBytes + numbers.1.bigEndianBytes
        return direction + Base64URL.encode(payload + mac(direction, payload[...], account))
    }

    private func mac(_ direction: String, _ payload: ArraySlice<UInt8>, _ account: AccountSID) -> ArraySlice<UInt8> {
        let message = Array(direction.utf8) + payload + Array(account.text.utf8)
        return Array(HMAC<SHA256>.authenticationCode(for: message, using: key)).prefix(Self.macLength)
    }
}
