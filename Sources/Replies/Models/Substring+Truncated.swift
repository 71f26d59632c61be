extension StringProtocol {
    /// Whether it is empty or only white space.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}

extension Substring {
    /// The longest beginning that ends with a character and needs at most so many bytes in a JSON string.
    func truncated(escapedLength limit: Int) -> Substring {
        var length = 0
        var end = startIndex
        for index in unicodeScalars.indices {
            length += unicodeScalars[index].escapedLength
            guard length <= limit else {
                let boundary = self.index(before: self.index(after: end))
                // Marks without end can make one character of a whole text: then it is cut between them.
                return self[..<(boundary > startIndex ? boundary : end)]
            }
            end = unicodeScalars.index(after: index)
        }
        return self
    }
}

extension Unicode.Scalar {
    /// In a JSON string, in bytes, as `JSONEncoder` writes it.
    fileprivate var escapedLength: Int {
        switch value {
        case 0x22, 0x5C, 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        case 0..<0x20: 6
        default: UTF8.width(self)
        }
    }
}
