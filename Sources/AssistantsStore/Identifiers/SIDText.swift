/// The form of a SID: two letters that say what it is of, and 32 hexadecimal digits.
enum SIDText {
    static func isValid(_ text: String, prefix: String) -> Bool {
        let digits = text.utf8.dropFirst(prefix.utf8.count)
        return text.utf8.starts(with: prefix.utf8) && digits.count == 32
            && digits.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    true
                default: false
                }
            }
    }

    static func random(prefix: String) -> String {
        var text = prefix
        for _ in 0..<32 {
            text += String(UInt8.random(in: 0..<16), radix: 16)
        }
        return text
    }
}
