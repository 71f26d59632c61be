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
