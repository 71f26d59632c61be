/// Cuts text into the words that search finds. The rule is in docs/listing.md.
///
/// Equal words have equal scalars. Positions are those of the text's scalars, as it was given.
struct Tokenizer {
    /// The word that is being read, folded.
    private var word: [UInt32] = []
    private var part = FoldedScalar.Part.separator
    private var range = 0..<0
    /// The combining class of the word's last scalar.
    private var lastClass: UInt8 = 0
    /// How many marks follow each other at the word's end.
    private var markCount = 0
    /// The letter that marks follow; `nil` behind one that is none.
    private var base: UInt32?
    private var block: (number: UInt32, block: FoldedScalars.Block)?

    init() {
        word.reserveCapacity(64)
    }

    /// - Parameters:
    ///   - utf8: where it is not well-formed, words end.
    ///   - body: gets each word and where it stands, and returns whether more are wanted.
    mutating func forEachWord(
        in utf8: UnsafeBufferPointer<UInt8>,
        _ body: (_ word: Span<UInt32>, _ range: Range<Int>) -> Bool
    ) {
        end()
        var index = 0
        var position = 0
        var wantsMore = true
        while index < utf8.count, wantsMore {
            let byte = utf8[index]
            if byte < 0x80 {
                index += 1
                let folded = Self.asciiFolded[Int(byte)]
                if folded == 0 {
                    wantsMore = flush(body)
                } else if part == .letter {
                    word.append(folded)
                    (base, lastClass, markCount, range) = (folded, 0, 0, range.lowerBound..<position + 1)
                } else {
                    wantsMore = flush(body)
                    begin(.letter, folded, at: position)
                }
            } else if let scalar = Self.scalar(in: utf8, at: &index) {
                wantsMore = read(scalar, at: position, body)
            } else {
                wantsMore = flush(body)
            }
            position += 1
        }
        if wantsMore { _ = flush(body) }
    }

    /// The folded scalar of each ASCII letter and digit; 0 for what separates.
    private static let asciiFolded: [UInt32] = (0..<0x80).map { byte in
        let scalar = Unicode.Scalar(UInt8(byte))
        guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else { return 0 }
        return scalar.properties.lowercaseMapping.unicodeScalars.first?.value ?? 0
    }

    // MARK: Scalars

    private mutating func read(
        _ scalar: UInt32,
        at position: Int,
        _ body: (_ word: Span<UInt32>, _ range: Range<Int>) -> Bool
    ) -> Bool {
        let number = scalar >> 8
        if block?.number != number { block = (number, FoldedScalars.block(of: scalar)) }
        var wantsMore = true
        block?.block.forEach(of: scalar) { folded in
            guard wantsMore else { return }
            switch folded.part {
            case .separator: wantsMore = flush(body)
            case .letter:
                if part == .letter {
                    append(folded.value, at: position)
                } else {
                    wantsMore = flush(body)
                    begin(.letter, folded.value, at: position)
                }
            case .single, .symbol:
                wantsMore = flush(body)
                begin(folded.part, folded.value, at: position)
            case .mark: append(mark: folded, at: position)
            }
        }
        return wantsMore
    }

    private mutating func append(_ letter: UInt32, at position: Int) {
        if let last = word.last, let syllable = HangulComposition.compose(last, letter) {
            word[word.count - 1] = syllable
        } else {
            word.append(letter)
        }
        (base, lastClass, markCount, range) = (letter, 0, 0, range.lowerBound..<position + 1)
    }

    private mutating func append(mark: FoldedScalar, at position: Int) {
        guard part == .letter || part == .single else { return }
        range = range.lowerBound..<position + 1
        if let base, FoldedScalars.isLatinGreekOrCyrillic(base) {
            // й is a different letter from и in its alphabets, while ё is often written е.
            if base == Self.cyrillicI, mark.value == Self.breve {
                word[word.count - 1] = Self.cyrillicShortI
                self.base = Self.cyrillicShortI
            }
            return
        }
        word.append(mark.value)
        markCount += 1
        guard mark.combiningClass != 0, mark.combiningClass < lastClass, markCount <= Self.maximumSorted else {
            lastClass = mark.combiningClass
            return
        }
        sortMarks()
    }

    /// No language has longer runs of marks (Stream-Safe Text Format, UAX #15, section 13). To sort those of any length would take quadratic
    /// time.
    private static let maximumSorted = 30

    private static let (cyrillicI, cyrillicShortI, breve): (UInt32, UInt32, UInt32) = (0x438, 0x439, 0x306)

    /// Puts the last mark where it belongs among those before it.
    private mutating func sortMarks() {
        func combiningClass(_ index: Int) -> UInt8 {
            Unicode.Scalar(word[index])?.properties.canonicalCombiningClass.rawValue ?? 0
        }
        var index = word.count - 1
        let moved = combiningClass(index)
        while index > 0, combiningClass(index - 1) > moved {
            word.swapAt(index, index - 1)
            index -= 1
        }
    }

    /// The scalar that begins at an index, which is moved behind it; `nil`, and one byte further, where there is none.
    private static func scalar(in utf8: UnsafeBufferPointer<UInt8>, at index: inout Int) -> UInt32? {
        let first = UInt32(utf8[index])
        let (count, lowest): (Int, UInt32)
        switch first {
        case 0xC2...0xDF: (count, lowest) = (2, 0x80)
        case 0xE0...0xEF: (count, lowest) = (3, 0x800)
        case 0xF0...0xF4: (count, lowest) = (4, 0x10000)
        default:
            index += 1
            return nil
        }
        var value = first & (0x7F >> UInt32(count))
        for offset in 1..<count {
            guard index + offset < utf8.count, case let byte = utf8[index + offset], byte & 0xC0 == 0x80 else {
                index += 1
                return nil
            }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard value >= lowest, Unicode.Scalar(value) != nil else {
            index += 1
            return nil
        }
        index += count
        return value
    }

    // MARK: Words

    private mutating func begin(_ part: FoldedScalar.Part, _ scalar: UInt32, at position: Int) {
        word.append(scalar)
        self.part = part
        (base, lastClass, markCount, range) = (part == .letter ? scalar : nil, 0, 0, position..<position + 1)
    }

    private mutating func flush(_ body: (_ word: Span<UInt32>, _ range: Range<Int>) -> Bool) -> Bool {
        guard !word.isEmpty else { return true }
        let wantsMore = body(word.span, range)
        end()
        return wantsMore
    }

    private mutating func end() {
        word.removeAll(keepingCapacity: true)
        part = .separator
        base = nil
    }
}
