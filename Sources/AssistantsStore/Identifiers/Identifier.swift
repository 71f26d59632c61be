import TextEncodings

/// A name or id as text, compared byte by byte as databases do.
///
/// `String`'s own `==` takes "é" and "e" with a combining accent for equal; SQL does not.
package protocol Identifier: Hashable, Sendable, CustomStringConvertible {
    var text: String { get }
}

extension Identifier {
    package var description: String { text }

    package static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// An id like `aia_msg_019321b2-d23f-7b89-9af1-38e569eec609`: a prefix that says what it is of, and at least one more character.
package protocol PrefixedIdentifier: Identifier {
    static var prefix: String { get }

    /// For text that a store has already checked.
    init(unchecked text: String)
}

/// In bytes.
private let maximumIdentifierLength = 255

extension PrefixedIdentifier {
    /// `nil` where `text` is not of that form, or longer than 255 bytes.
    package init?(_ text: String) {
        guard text.utf8.starts(with: Self.prefix.utf8),
            (Self.prefix.utf8.count + 1...maximumIdentifierLength).contains(text.utf8.count),
            !text.utf8.contains(0)
        else { return nil }
        self.init(unchecked: text)
    }

    /// In words that continue "it must be".
    package static var form: String {
        "\(prefix) and 1 to \(maximumIdentifierLength - prefix.utf8.count) more bytes"
    }

    /// An id that no other has.
    package static func unique(at time: Timestamp = .now) -> Self {
        Self(unchecked: "\(prefix)\(UUIDv7(at: time))")
    }
}

/// The form of a SID: two letters that say what it is of, and 32 hexadecimal digits.
enum SIDText {
    static func isValid(_ text: String, prefix: String) -> Bool {
        let digits = text.utf8.dropFirst(prefix.utf8.count)
        return text.utf8.starts(with: prefix.utf8) && digits.count == 32
            && digits.allSatisfy { Hexadecimal.value(of: $0) != nil }
    }

    static func random(prefix: String) -> String {
        prefix + Hexadecimal.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
    }
}
