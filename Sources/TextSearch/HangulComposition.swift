/// Puts Hangul letters together into syllables (Unicode Standard, section 3.12), for text in which they are decomposed.
enum HangulComposition {
    private static let syllable: UInt32 = 0xAC00
    private static let leads: Range<UInt32> = 0x1100..<0x1113
    private static let vowels: Range<UInt32> = 0x1161..<0x1176
    private static let trails: Range<UInt32> = 0x11A8..<0x11C3
    /// How many syllables each pair of a lead and a vowel has: one without a trail, and one for each trail.
    private static let trailCount: UInt32 = 28

    /// `nil` where the two do not go together.
    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if leads.contains(first), vowels.contains(second) {
            let vowelCount = UInt32(vowels.count)
            return syllable + ((first - leads.lowerBound) * vowelCount + second - vowels.lowerBound) * trailCount
        }
        let isOpen = (syllable..<0xD7A4).contains(first) && (first - syllable) % trailCount == 0
        return isOpen && trails.contains(second) ? first + second - trails.lowerBound + 1 : nil
    }
}
