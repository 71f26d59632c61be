/// The keys that an object had so far, to find one that comes twice. Most objects have few: those are compared one by
/// one, and only a crowd is hashed.
struct JSONKeys {
    private var few: [ArraySlice<UInt8>] = []
    private var many: Set<ArraySlice<UInt8>> = []

    /// `false` where the key was there already.
    mutating func insert(_ key: ArraySlice<UInt8>) -> Bool {
        if many.isEmpty {
            guard !few.contains(key) else { return false }
            few.append(key)
            if few.count == 16 { many = Set(few) }
            return true
        }
        return many.insert(key).inserted
    }
}

/// What an error may repeat of a key that a client sent: its name, if it looks like a field's. Anything else may be a secret or part
/// of a conversation, and of any length.
package enum JSONKeyName {
    /// In bytes.
    private static let maximumLength = 32

    /// The key in double quotes behind a space; nothing where it is not to be shown.
    package static func shown(_ key: String) -> String {
        let isPlain = key.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
        }
        return isPlain && (1...maximumLength).contains(key.utf8.count) ? " \"\(key)\"" : ""
    }
}
