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
        /// By which pages are put in order if none has a number.
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

    let pages: [Page]
    /// All places of each message. Messages are numbered as they are met.
    private(set) var places: [[Place]] = []
    /// The numbers of each page's messages; `nil` of one that has no id, and so cannot be imported.
    private(set) var numbers: [[Int?]] = []
    /// The indices of all pages but copies of numbered ones.
    private(set) var distinctPages: [Int] = []
    /// The messages that come next to each message on a page.
    private(set) var successorsOnPages: [[Int]] = []

    /// - Parameter pages: in the order of the files.
    init(_ pages: [Page]) {
        self.pages = pages
        var known: [UInt128: Int] = [:]
        var copies: Set<PageContent> = []
        for (page, saved) in pages.enumerated() {
            numbers.append([])
            for (index, message) in saved.messages.enumerated() {
                let number = message.key.map { known[$0, default: places.count] }
                numbers[page].append(number)
                guard let key = message.key, let number else { continue }
                known[key] = number
                if number == places.count { places.append([]) }
                places[number].append(Place(page: page, message: index))
            }
            let content = PageContent(number: saved.number, pageSize: saved.pageSize, messages: numbers[page])
            if saved.number == nil || copies.insert(content).inserted { distinctPages.append(page) }
        }
        successorsOnPages = Array(repeating: [], count: places.count)
        for page in distinctPages {
            let numbers = messages(of: page)
            for (number, next) in zip(numbers, numbers.dropFirst()) where number != next {
                successorsOnPages[number].append(next)
            }
        }
    }

    /// What copies of a page have in common.
    private struct PageContent: Hashable {
        let number: Int?
        let pageSize: Int?
        let messages: [Int?]
    }

    func page(_ place: Place) -> Page { pages[place.page] }

    /// The numbers of a page's messages that can be imported.
    func messages(of page: Int) -> [Int] { numbers[page].compactMap(\.self) }

    /// Its messages, oldest first, as pieces of pages. Of a message that is on several pages, the duplicates come after all messages.
    /// - Parameter order: that of the list; `nil` judges it by the messages.
    func pieces(_ order: SavedListOrder?) throws(UnknownOrder) -> (pieces: [ImportInput.PagePiece], areReversed: Bool) {
        var (sequence, basis) = try sequence()
        let order = try direction(of: sequence, basis, given: order)
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
}
