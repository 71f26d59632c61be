/// Finds what a person meant to type.
package enum Suggestion {
    /// How many characters a word must have to stand for a longer name that it begins.
    private static let minimumLength = 3

    /// ` Did you mean NAME?` for the nearest of the names; empty if none is near. Case, `-`, and `_` make no difference.
    /// - Parameter prefix: what the word and the names may begin with; it is not compared.
    package static func text(for word: String, among names: some Sequence<String>, prefix: String = "") -> String {
        let typed = normalized(word, prefix)
        let candidates = names.map { (name: $0, letters: normalized($0, prefix)) }
        let nearest = candidates.map { (name: $0.name, distance: distance(typed, $0.letters)) }
            .min { $0.distance < $1.distance }
        if let nearest, nearest.distance <= max(1, typed.count / 3) { return " Did you mean \(nearest.name)?" }
        guard typed.count >= minimumLength,
            let name = candidates.filter({ $0.letters.starts(with: typed) })
                .min(by: { $0.letters.count < $1.letters.count })?.name
        else { return "" }
        return " Did you mean \(name)?"
    }

    private static func normalized(_ text: String, _ prefix: String) -> [Character] {
        let text = text.lowercased()
        let rest = text.hasPrefix(prefix.lowercased()) ? text.dropFirst(prefix.count) : text[...]
        return rest.filter { $0 != "-" && $0 != "_" }
    }

    /// How many characters must be inserted, removed, or replaced, or swapped with their neighbors, to turn one text into the other:
    /// the Levenshtein distance with swaps (optimal string alignment).
    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...second.count)
        for row in first.indices {
            var current = [row + 1]
            for column in second.indices {
                var least = min(
                    previous[column + 1] + 1,
                    current[column] + 1,
                    previous[column] + (second[column] == first[row] ? 0 : 1)
                )
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    least = min(least, beforePrevious[column - 1] + 1)
                }
                current.append(least)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[second.count]
    }
}
