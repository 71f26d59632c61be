/// Finds what a person meant to type.
package enum Suggestion {
    /// ` Did you mean NAME?` for the nearest of the names; empty if none is near.
    /// - Parameter prefix: what the word and the names begin with.
    package static func text(for word: String, among names: some Sequence<String>, prefix: String = "") -> String {
        let typed = String(word.dropFirst(prefix.count))
        let nearest = names.map { (name: $0, distance: distance(typed, String($0.dropFirst(prefix.count)))) }
            .min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= max(1, typed.count / 3) else { return "" }
        return " Did you mean \(nearest.name)?"
    }

    /// The Levenshtein distance: how many characters must be inserted, removed, or replaced to turn one text into the other.
    private static func distance(_ first: String, _ second: String) -> Int {
        let second = Array(second)
        var previous = Array(0...second.count)
        for (row, character) in first.enumerated() {
            var current = [row + 1]
            for column in second.indices {
                current.append(
                    min(
                        previous[column + 1] + 1,
                        current[column] + 1,
                        previous[column] + (second[column] == character ? 0 : 1)
                    )
                )
            }
            previous = current
        }
        return previous[second.count]
    }
}
