import NIOCore

/// What an answer holds, as it is sent.
struct Content: Sendable {
    let bytes: ByteBuffer
    let coding: ContentCoding

    /// What is smaller is one packet of a network at any rate; in bytes.
    static let leastSize = 1_024
    /// What takes so long that others on the same event loop would notice, half a millisecond, is done elsewhere; in bytes.
    private static let largeSize = 1 << 17

    /// - Parameter coding: is used where it makes the content smaller.
    init(_ plain: ByteBuffer, as coding: ContentCoding) async {
        guard coding == .gzip, plain.readableBytes >= Self.leastSize,
            let file = await Self.compress(plain), file.readableBytes < plain.readableBytes
        else {
            self.init(plain, coded: .identity)
            return
        }
        self.init(file, coded: .gzip)
    }

    /// - Parameter coding: what the bytes are in already.
    init(_ bytes: ByteBuffer, coded coding: ContentCoding) {
        self.bytes = bytes
        self.coding = coding
    }

    private static func compress(_ plain: ByteBuffer) async -> ByteBuffer? {
        guard plain.readableBytes >= largeSize else { return Gzip.compress(plain) }
        return await withTaskExecutorPreference(globalConcurrentExecutor) { await compressThere(plain) }
    }

    @concurrent
    private static func compressThere(_ plain: ByteBuffer) async -> ByteBuffer? {
        Gzip.compress(plain)
    }
}
