import TextEncodings

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
