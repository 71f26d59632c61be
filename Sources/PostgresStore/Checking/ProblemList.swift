/// The first problems of one kind: a broken table must not fill the memory.
struct ProblemList {
    static let maximumCount = 100

    private let kind: String
    private var first: [String] = []
    private var hasMore = false

    /// - Parameter kind: what the problems have in common, for the sentence about those that are not listed.
    init(_ kind: String) {
        self.kind = kind
    }

    mutating func append(_ problem: String) {
        if first.count < Self.maximumCount { first.append(problem) } else { hasMore = true }
    }

    var sentences: [String] {
        first + (hasMore ? ["There are more problems of this kind: \(kind)"] : [])
    }
}
