/// A value of a row, as every store has it.
package enum StoredValue: Hashable, Codable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    /// In bytes, roughly: what it takes in memory.
    package var size: Int {
        switch self {
        case .null, .integer: 8
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}
