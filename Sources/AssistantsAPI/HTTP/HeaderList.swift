import HTTPTransport

/// The elements of a header that is a list (RFC 9110, section 5.6.1), without the blanks around them and without empty ones.
///
/// They are split by bytes: in a split by characters, a combining mark behind a comma would hide it.
struct HeaderList: Sequence {
    private let value: Substring.UTF8View

    init(_ value: some StringProtocol) {
        self.value = Substring(value).utf8
    }

    func makeIterator() -> Iterator { Iterator(rest: value) }

    struct Iterator: IteratorProtocol {
        fileprivate var rest: Substring.UTF8View

        mutating func next() -> Substring? {
            while !rest.isEmpty {
                let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
                let element = Substring(rest[..<end]).trimmingBlanks
                rest = rest[end...].dropFirst()
                if !element.isEmpty { return element }
            }
            return nil
        }
    }
}
