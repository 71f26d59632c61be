/// A column of a table, as every store has it.
package struct Column: Equatable, Sendable {
    package enum ValueType: Sendable {
        case boolean, integer, text, bytes
    }

    package let name: String
    package let type: ValueType
    package let isNullable: Bool
    /// Whether a row's checksum covers it, where rows have one.
    package let isChecksummed: Bool
    /// Whether copies of the store include it; otherwise each store computes it.
    package let isCopied: Bool

    private init(
        _ name: String,
        _ type: ValueType,
        isNullable: Bool = false,
        isChecksummed: Bool = true,
        isCopied: Bool = true
    ) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.isChecksummed = isChecksummed
        self.isCopied = isCopied
    }

    static func boolean(_ name: String) -> Column { Column(name, .boolean) }
    static func integer(_ name: String) -> Column { Column(name, .integer) }
    static func text(_ name: String) -> Column { Column(name, .text) }
    static func bytes(_ name: String) -> Column { Column(name, .bytes) }

    /// The row's number, which the store gives when the row is added; it only grows.
    static let number = Column("number", .integer, isChecksummed: false)

    /// The same column, NULL where there is nothing.
    var nullable: Column {
        Column(name, type, isNullable: true, isChecksummed: isChecksummed, isCopied: isCopied)
    }

    /// The same column, which nobody is shown.
    var unchecked: Column {
        Column(name, type, isNullable: isNullable, isChecksummed: false, isCopied: isCopied)
    }

    /// The same column, which each store fills by itself.
    var derived: Column {
        Column(name, type, isNullable: isNullable, isChecksummed: isChecksummed, isCopied: false)
    }
}
