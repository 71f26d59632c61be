import Foundation

/// An IPv6 address, or an IPv4 address mapped into IPv6, as one number of 128 bits.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    package let bits: UInt128
    package let isIPv4: Bool

    /// Of the usual text forms: `127.0.0.1`, `::1`.
    package init?(_ text: some StringProtocol) {
        // IPv4 in its mapped form, so that a socket that takes both sees one address.
        let text = text.contains(":") ? String(text) : text.contains(".") ? "::ffff:\(text)" : ""
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        bits = bytes.reduce(0) { $0 << 8 | UInt128($1) }
        isIPv4 = bits >> 32 == 0xFFFF
    }

    /// As `127.0.0.1`, or as the eight groups of IPv6.
    package var description: String {
        if isIPv4 {
            (0..<4).reversed().map { String(UInt8(truncatingIfNeeded: bits >> (8 * $0))) }.joined(separator: ".")
        } else {
            (0..<8).reversed().map { String(UInt16(truncatingIfNeeded: bits >> (16 * $0)), radix: 16) }
                .joined(separator: ":")
        }
    }
}
