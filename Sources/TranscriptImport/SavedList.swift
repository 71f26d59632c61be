/// Which message a list begins with.
package enum SavedListOrder: String, CaseIterable, Sendable {
    case oldestFirst = "oldest-first"
    case newestFirst = "newest-first"
}

/// The list of one session's messages, as its saved pages have it: all of it or parts, once or several times.
struct SavedList {
    /// A page of it.
    struct Page {
        let location: ImportInput.PageLocation
        let number: Int?
        let pageSize: Int?
        /// By which pages without numbers are put in order.
        let fileName: String
        let messages: [ListedMessage]
    }

    /// Where a message stands: the index of its page, and its own on that.
    struct Place: Equatable {
        let page: Int
        let message: Int
    }

    /// Why there is no order.
    struct UnknownOrder: Error {
        let doubt: ImportError.Doubt
        let first: Place
        let second: Place
    }

    private let pages: [Page]
    /// All places of each message. Messages are numbered as they are met.
    private var places: [[Place]] = []
    /// The numbers of each page's messages; `nil` of one that has no id, and so cannot be imported.
    private var numbers: [[Int?]] = []

    /// - Parameter pages: in the order of the files.
    init(_ pages: [Page]) {
        self.pages = Self.inOrder(pages)
        var known: [UInt128: Int] = [:]
        for (page, saved) in self.pages.enumerated() {
            numbers.append([])
            for (index, message) in saved.messages.enumerated() {
                let number = message.key.map { known[$0, default: places.count] }
                numbers[page].append(number)
                guard let key = message.key, let number else { continue }
                known[key] = number
                if number == places.count { places.append([]) }
                places[number].append(Place(page: page, message: index))
            }
        }
    }

    func page(_ place: Place) -> Page { pages[place.page] }

    /// By their numbers where all have one, else by the names of their files.
    private static func inOrder(_ pages: [Page]) -> [Page] {
        let areNumbered = pages.allSatisfy { $0.number != nil }
        let sorted = pages.enumerated().sorted { left, right in
            if areNumbered, left.element.number != right.element.number {
                return (left.element.number ?? 0) < (right.element.number ?? 0)
            }
            if left.element.fileName.utf8.elementsEqual(right.element.fileName.utf8) {
                return left.offset < right.offset
            }
            return NaturalOrder.precedes(left.element.fileName, right.element.fileName)
        }
        return sorted.map(\.element)
    }

    // MARK: Pieces

    /// Its messages, oldest first, as pieces of pages. Of a message that is on several pages, the other places come behind all messages.
    /// - Parameter order: that of the list; `nil` judges it by the messages.
    func pieces(_ order: SavedListOrder?) throws(UnknownOrder) -> (pieces: [ImportInput.PagePiece], areReversed: Bool) {
        var sequence = try merged()
        let order = if let order { order } else { try direction(of: sequence) }
        if order == .newestFirst { sequence.reverse() }
        var chosen: [Place?] = Array(repeating: nil, count: places.count)
        var inOrder: [Place] = []
        for number in sequence {
            let page = inOrder.last?.page
            guard let place = places[number].first(where: { $0.page == page }) ?? places[number].first else { continue }
            chosen[number] = place
            inOrder.append(place)
        }
        for (page, numbers) in numbers.enumerated() {
            for (index, number) in numbers.enumerated() {
                let place = Place(page: page, message: index)
                if number.flatMap({ chosen[$0] }) != place { inOrder.append(place) }
            }
        }
        return (pieces(of: inOrder), order == .newestFirst && sequence.count > 1)
    }

    private func pieces(of inOrder: [Place]) -> [ImportInput.PagePiece] {
        var pieces: [ImportInput.PagePiece] = []
        var last: Int?
        for place in inOrder {
            if place.page == last {
                pieces[pieces.count - 1].messages.append(place.message)
            } else {
                let location = pages[place.page].location
                pieces.append(ImportInput.PagePiece(location: location, messages: [place.message]))
                last = place.page
            }
        }
        return pieces
    }

    // MARK: Direction

    /// Nobody knows which way the retired API listed messages, but its dates never went back. Understudy lists the oldest first, with whatever
    /// dates its callers gave: so a list that goes back and forth is taken for one of those unless it mostly goes back.
    private func direction(of sequence: [Int]) throws(UnknownOrder) -> SavedListOrder {
        var last: (place: Place, seconds: Int64)?
        var (ascents, descents) = (0, 0)
        var firstAscent: (Place, Place)?
        for place in sequence.compactMap({ places[$0].first }) {
            guard let seconds = pages[place.page].messages[place.message].seconds else { continue }
            if let last, seconds > last.seconds {
                ascents += 1
                firstAscent = firstAscent ?? (last.place, place)
            } else if let last, seconds < last.seconds {
                descents += 1
            }
            last = (place, seconds)
        }
        guard descents > 0, descents >= ascents else { return .oldestFirst }
        guard let (first, second) = firstAscent else { return .newestFirst }
        throw UnknownOrder(doubt: .direction, first: first, second: second)
    }

    // MARK: Merging

    /// The numbers of its messages in the order of the list.
    private func merged() throws(UnknownOrder) -> [Int] {
        let pageNumbers = pages.compactMap(\.number)
        let isOneWalk = pageNumbers.count < pages.count || Set(pageNumbers).count == pages.count
        // Messages are numbered as they are met.
        return isOneWalk ? Array(places.indices) : try sorted(successors())
    }

    /// What comes behind each message, as far as pages say it: the next message of its page, and the beginning of the next page of the same
    /// size.
    private func successors() -> [[Int]] {
        var successors: [[Int]] = Array(repeating: [], count: places.count)
        let numbers = numbers.map { $0.compactMap(\.self) }
        for numbers in numbers {
            for (number, next) in zip(numbers, numbers.dropFirst()) { successors[number].append(next) }
        }
        for walk in Dictionary(grouping: pages.indices, by: { pages[$0].pageSize }).values {
            let groups = Dictionary(grouping: walk, by: { pages[$0].number ?? 0 }).sorted { $0.key < $1.key }
            for (group, nextGroup) in zip(groups, groups.dropFirst()) {
                for page in group.value {
                    guard let last = numbers[page].last else { continue }
                    let onPage = Set(numbers[page])
                    for next in nextGroup.value {
                        // Pages may overlap.
                        if let first = numbers[next].first(where: { !onPage.contains($0) }) {
                            successors[last].append(first)
                        }
                    }
                }
            }
        }
        return successors
    }

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

    /// - Parameter rest: messages each of which comes behind another one of them.
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

    private func doubt(_ first: Int, _ second: Int) -> UnknownOrder {
        UnknownOrder(doubt: .merge, first: places[first][0], second: places[second][0])
    }
}
