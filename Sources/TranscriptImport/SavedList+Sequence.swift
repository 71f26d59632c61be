extension SavedList {
    /// What decides how the messages follow one another.
    enum Basis {
        /// Pages that have messages in common: any two messages that follow one another are on one page.
        case pages
        /// Also the numbers of the pages, each of which comes once, with one page size.
        case oneWalk
        /// Also numbers that come more than once or with several page sizes, or the names of files.
        case severalWalks
    }

    /// The numbers of its messages in the order of the list.
    /// - Throws: `UnknownOrder` where facts leave it open, or contradict each other.
    func sequence() throws(UnknownOrder) -> (numbers: [Int], Basis) {
        if let sequence = try? sorted(successorsOnPages) { return (sequence, .pages) }
        var successors = successorsOnPages
        let messages = pages.indices.map(messages(of:))
        for (page, following) in followingPages() {
            guard let last = messages[page].last else { continue }
            let onPage = Set(messages[page])
            // Pages may overlap.
            successors[last] += following.compactMap { next in messages[next].first { !onPage.contains($0) } }
        }
        return (try sorted(successors), isOneWalk ? .oneWalk : .severalWalks)
    }

    private var isOneWalk: Bool {
        let numbers = distinctPages.compactMap { pages[$0].number }
        return Set(numbers).count == distinctPages.count && Set(distinctPages.map { pages[$0].pageSize }).count == 1
    }

    // MARK: Pages

    /// The pages that follow each page: by their numbers, or, if no page has one, by the names of their files.
    func followingPages() -> [(page: Int, following: [Int])] {
        guard pages.contains(where: { $0.number != nil }) else { return followingNames() }
        let groups = Dictionary(grouping: distinctPages) {
            PageNumber(number: pages[$0].number, pageSize: pages[$0].pageSize)
        }
        return distinctPages.map { page in
            let next = pages[page].number.flatMap {
                groups[PageNumber(number: $0 + 1, pageSize: pages[page].pageSize)]
            }
            return (page, next ?? [])
        }
    }

    private struct PageNumber: Hashable {
        let number: Int?
        let pageSize: Int?
    }

    /// Files whose names differ only in their last number are of one walk. The pages within a file are in their order.
    private func followingNames() -> [(page: Int, following: [Int])] {
        let walks = Dictionary(grouping: pages.indices) { NaturalOrder.walk(of: pages[$0].fileName) }.values
        return walks.sorted { $0[0] < $1[0] }.flatMap { walk in
            let sorted = walk.sorted { left, right in
                let (leftName, rightName) = (pages[left].fileName, pages[right].fileName)
                if NaturalOrder.precedes(leftName, rightName) { return true }
                return left < right && !NaturalOrder.precedes(rightName, leftName)
            }
            return zip(sorted, sorted.dropFirst()).map { (page: $0, following: [$1]) }
        }
    }

    // MARK: Sorting

    /// Sorts messages where each has only one place (Kahn's algorithm).
    private func sorted(_ successors: [[Int]]) throws(UnknownOrder) -> [Int] {
        var predecessors = Array(repeating: 0, count: places.count)
        for next in successors.joined() { predecessors[next] += 1 }
        var sorted: [Int] = []
        var ready = predecessors.indices.filter { predecessors[$0] == 0 }
        while let number = ready.popLast() {
            if let other = ready.last { throw doubt(min(number, other), max(number, other)) }
            sorted.append(number)
            for next in successors[number] {
                predecessors[next] -= 1
                if predecessors[next] == 0 { ready.append(next) }
            }
        }
        guard sorted.count < places.count else { return sorted }
        throw contradiction(predecessors.indices.filter { predecessors[$0] > 0 }, successors)
    }

    /// - Parameter rest: messages each of which comes after another one of them.
    private func contradiction(_ rest: [Int], _ successors: [[Int]]) -> UnknownOrder {
        var before: [Int: Int] = [:]
        let rest = Set(rest)
        for number in rest.sorted() {
            for next in successors[number] where rest.contains(next) { before[next] = number }
        }
        // Backwards, until a message comes again: it and the one before it are on a circle.
        var met: Set<Int> = []
        var number = rest.min() ?? 0
        while met.insert(number).inserted { number = before[number] ?? number }
        return doubt(before[number] ?? number, number)
    }

    func doubt(_ first: Int, _ second: Int, _ doubt: ImportError.Doubt = .merge) -> UnknownOrder {
        UnknownOrder(doubt: doubt, first: places[first][0], second: places[second][0])
    }
}
