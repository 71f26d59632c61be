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
