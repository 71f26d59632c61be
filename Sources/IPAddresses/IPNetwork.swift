/// One address, or all that begin like it: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
package struct IPNetwork: Sendable {
    private let prefix: UInt128
    private let hostBits: UInt128

    /// `nil` where `text` is no address, or its length is no number that fits the address.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        let width = address.isIPv4 ? 32 : 128
        guard parts.count == 1 || parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let length = parts.count == 1 ? width : Int(parts[1]), (0...width).contains(length)
        else { return nil }
        hostBits = UInt128(width - length)
        prefix = address.bits >> hostBits
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.bits >> hostBits == prefix
    }
}
