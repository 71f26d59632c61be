package import Crypto

extension SHA256Digest {
    /// The first 16 bytes as one number, big-endian.
    package var first128Bits: UInt128 {
        withUnsafeBytes { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
    }
}
