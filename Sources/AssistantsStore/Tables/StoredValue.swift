/// A value of a row, as every store has it.
package enum StoredValue: Hashable, Codable, Sendable {
    case null
    /// Also a boolean, as 0 or 1.
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    package init(_ value: Bool) { self = .integer(value ? 1 : 0) }
    package init(_ value: Timestamp) { self = .integer(value.microseconds) }
    package init(_ value: some Identifier) { self = .text(value.text) }

    /// In bytes, roughly: what it takes in memory.
    package var size: Int {
        switch self {
        case .null, .integer: 8
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}
