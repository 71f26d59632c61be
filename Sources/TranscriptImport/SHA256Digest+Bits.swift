import Crypto

extension SHA256Digest {
    /// The first 16 bytes as one number, big-endian.
    var first128Bits: UInt128 {
        prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }
}
