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

/// The form of ids like `aia_msg_019321b2-d23f-7b89-9af1-38e569eec609`: a prefix and whatever follows it.
enum IdentifierText {
    /// In bytes.
    static let maximumLength = 255

    static func isValid(_ text: String, prefix: String) -> Bool {
        text.utf8.starts(with: prefix.utf8)
            && (prefix.utf8.count + 1...maximumLength).contains(text.utf8.count)
            && !text.utf8.contains(0)
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
