import Foundation
import Synchronization

/// A scalar as it is compared, and its part in a text.
struct FoldedScalar: Equatable {
    enum Part: UInt8 {
        /// Stands between words.
        case separator
        /// Belongs to a word, which ends where a scalar of another kind comes.
        case letter
        /// A letter of a script that is written without spaces: a word by itself, with the marks behind it.
        case single
        /// A word by itself: an emoji or another symbol.
        case symbol
        /// A combining mark.
        case mark
    }

    let value: UInt32
    let part: Part
    /// Canonical combining class (Unicode Standard, section 3.11). Marks of different classes may come in any order.
    let combiningClass: UInt8
}

/// What each scalar of Unicode is compared as: its compatibility decomposition (NFKD) with full case folding, and without what is
/// invisible. Hangul syllables stay whole.
///
/// Foundation decomposes, Swift's standard library has the properties. What a block of scalars folds to is computed when one of them is first
/// met.
enum FoldedScalars {
    /// 256 consecutive scalars.
    final class Block: Sendable {
        /// Where each scalar's begin, and where the last one's end.
        private let offsets: [UInt16]
        private let scalars: [FoldedScalar]

        init(_ number: Int) {
            var offsets: [UInt16] = []
            var scalars: [FoldedScalar] = []
            for value in UInt32(number << 8)..<UInt32((number + 1) << 8) {
                offsets.append(UInt16(scalars.count))
                if let scalar = Unicode.Scalar(value) { scalars += FoldedScalars.folded(scalar) }
            }
            offsets.append(UInt16(scalars.count))
            self.offsets = offsets
            self.scalars = scalars
        }

        func forEach(of scalar: UInt32, _ body: (FoldedScalar) -> Void) {
            let index = Int(scalar & 0xFF)
            for offset in offsets[index]..<offsets[index + 1] { body(scalars[Int(offset)]) }
        }
    }

    /// Has a block from when it is first asked for.
    private final class LazyBlock: Sendable {
        let block = AtomicLazyReference<Block>()
    }

    /// By the scalars' upper bits.
    private static let blocks = (0..<0x1100).map { _ in LazyBlock() }

    static func block(of scalar: UInt32) -> Block {
        let number = Int(scalar >> 8)
        return blocks[number].block.load() ?? blocks[number].block.storeIfNil(Block(number))
    }

    private static func folded(_ scalar: Unicode.Scalar) -> [FoldedScalar] {
        guard !isInvisible(scalar) else { return [] }
        if let part = partOfPlain(scalar) { return [FoldedScalar(value: scalar.value, part: part, combiningClass: 0)] }
        let folded = String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars.map(caseFolded).joined()
        return folded.decomposedStringWithCompatibilityMapping.unicodeScalars.compactMap { scalar in
            guard !isInvisible(scalar) else { return nil }
            return FoldedScalar(
                value: scalar.value,
                part: part(scalar),
                combiningClass: scalar.properties.canonicalCombiningClass.rawValue
            )
        }
    }

    /// The part of a scalar that folds to itself, as most do; `nil` for those that are decomposed to know it.
    private static func partOfPlain(_ scalar: Unicode.Scalar) -> FoldedScalar.Part? {
        if hangulSyllables.contains(scalar.value) { return .letter }
        if scalar.properties.isUnifiedIdeograph, !compatibilityIdeographs.contains(scalar.value) { return .single }
        return switch scalar.properties.generalCategory {
        case .unassigned, .privateUse, .surrogate: .symbol
        default: nil
        }
    }

    /// Full case folding: two scalars fold to the same exactly if they have the same capitals, and only a dotless ı keeps to itself.
    private static func caseFolded(_ scalar: Unicode.Scalar) -> String {
        guard scalar != "ı" else { return "ı" }
        func mapped(_ text: String, _ mapping: KeyPath<Unicode.Scalar.Properties, String>) -> String {
            text.unicodeScalars.map { $0.properties[keyPath: mapping] }.joined()
        }
        let lower = scalar.properties.lowercaseMapping
        return mapped(mapped(lower, \.uppercaseMapping), \.lowercaseMapping)
    }

    /// Whether text reads the same without it: joiners, variation selectors, soft hyphens, and the skin tones of emoji.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        // Thai and Khmer have a zero-width space between words.
        scalar.properties.isDefaultIgnorableCodePoint && scalar != "\u{200B}" || scalar.properties.isEmojiModifier
    }

    private static func part(_ scalar: Unicode.Scalar) -> FoldedScalar.Part {
        // What takes the place of bytes that are no text.
        if scalar == "\u{FFFD}" { return .separator }
        return switch scalar.properties.generalCategory {
        case .decimalNumber: .letter
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
            .otherNumber:
            isWrittenWithoutSpaces(scalar) ? .single : .letter
        case .nonspacingMark, .spacingMark, .enclosingMark: .mark
        // What is not assigned may be a letter to others.
        case .otherSymbol, .privateUse, .unassigned: .symbol
        case .mathSymbol: scalar.properties.isEmoji ? .symbol : .separator
        default: .separator
        }
    }

    // MARK: Scripts

    /// Whether a letter is of Latin, Greek, or Cyrillic script, behind whose letters marks are dropped. Only letters that nothing decomposes
    /// are asked for.
    static func isLatinGreekOrCyrillic(_ value: UInt32) -> Bool {
        switch value {
        case 0x0030...0x02AF, 0x0370...0x052F, 0x1C80...0x1C8F, 0x1D00...0x1DBF, 0x1E00...0x1FFF, 0x2C60...0x2C7F,
            0xA640...0xA69F, 0xA720...0xA7FF, 0xAB30...0xAB6F:
            true
        default: false
        }
    }

    /// Han, kana, bopomofo, Yi, and the scripts of South East Asia that have no spaces between words.
    private static func isWrittenWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF,  // Thai, Lao
            0x0F00...0x0FFF,  // Tibetan
            0x1000...0x109F, 0xA9E0...0xA9FF, 0xAA60...0xAA7F,  // Myanmar
            0x1780...0x17FF,  // Khmer
            0x1950...0x19DF,  // Tai Le, New Tai Lue
            0x1A20...0x1AAF, 0xAA80...0xAADF,  // Tai Tham, Tai Viet
            0x1B00...0x1B7F, 0xA980...0xA9DF,  // Balinese, Javanese
            0x3005...0x3007, 0x3031...0x3035,  // signs that stand for ideographs and kana
            0x3040...0x30FF, 0x31F0...0x31FF, 0x1AFF0...0x1B16F,  // kana
            0x3100...0x312F, 0x31A0...0x31BF,  // bopomofo
            0xA000...0xA48F,  // Yi
            0x11700...0x1174F:  // Ahom
            true
        default: scalar.properties.isIdeographic
        }
    }

    /// Those that are composed of two or three letters.
    private static let hangulSyllables: ClosedRange<UInt32> = 0xAC00...0xD7A3
    /// Some of them are unified ones all the same.
    private static let compatibilityIdeographs: ClosedRange<UInt32> = 0xF900...0xFAFF
}
