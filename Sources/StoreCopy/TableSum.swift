import AssistantsStore
import Crypto
import Digests

/// What a table's rows come to, in whatever order they are read: how many there are, and the sum of their digests.
struct TableSum: Equatable {
    private(set) var count = 0
    private var sum: UInt128 = 0

    /// The two as text.
    var text: String { "\(count)-\(String(sum, radix: 16))" }

    mutating func add(_ rows: [[StoredValue]]) {
        count += rows.count
        for row in rows { sum &+= Self.digest(of: row) }
    }

    /// The first 128 bits of SHA-256 over the values, each behind its type and its length.
    private static func digest(of row: [StoredValue]) -> UInt128 {
        var bytes: [UInt8] = []
        func append(_ type: Character, _ value: some Collection<UInt8>) {
            bytes += Array("\(type)\(value.count):".utf8)
            bytes += value
        }
        for value in row {
            switch value {
            case .null: append("n", [])
            case .integer(let integer): append("i", String(integer).utf8)
            case .text(let text): append("t", text.utf8)
            case .bytes(let binary): append("b", binary)
            }
        }
        return SHA256.hash(data: bytes).first128Bits
    }
}
