import AssistantsStore
import NIOCore
import Synchronization

/// Pages that were asked for of late, as the bytes of their JSON or of what it was compressed to. Whether one is still right is for
/// the session's version to say, which every request reads: so it does not matter who writes to the database.
///
/// A page is kept when it is asked for the second time: most are read once, and would only drive out others. Where there is
/// no more room, it takes the place of one that has not been asked for since the hand went by it last (CLOCK). The hand
/// turns slowly: where far more is asked for than there is room for, pages that drive out each other save nobody anything.
final class PageCache: Sendable {
    struct Page: Sendable {
        let request: PageRequest<MessageCursor>
        let tag: PageTag
        let content: Content

        /// In bytes, with what it takes beside its content, about. A buffer's spare room is not in memory, for nobody wrote to it;
        /// but memory comes in pages of 4 kB.
        fileprivate var size: Int {
            min(content.bytes.storageCapacity, (content.bytes.readableBytes + 4_095) & ~4_095) + 1_024
        }

        /// In a buffer of its own size, where the one that it was written to is far too large for it.
        fileprivate var trimmed: Page {
            guard content.bytes.storageCapacity > 2 * content.bytes.readableBytes else { return self }
            let bytes = ByteBuffer(bytes: content.bytes.readableBytesView)
            return Page(request: request, tag: tag, content: Content(bytes, coded: content.coding))
        }
    }

    fileprivate struct Slot {
        let key: PageKey
        var page: Page
        var isAskedFor = false
    }

    fileprivate struct State {
        var places: [PageKey: Int] = [:]
        var slots: [Slot] = []
        var hand = 0
        /// How many more pages have to want in until the hand turns.
        var patience = 0
        /// In bytes.
        var size = 0
        /// The hashes of pages that were asked for once.
        var seen: Set<Int> = []
        var hits = 0
        var misses = 0
    }

    private static let maximumSeen = 1 << 16
    /// With every how many pages that want in the hand turns.
    fileprivate static let patience = 4

    /// In bytes.
    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: in bytes; 0 keeps nothing.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How much room the pages take, in bytes.
    var size: Int { state.withLock(\.size) }
    /// How often a page was at hand, right or not.
    var hits: Int { state.withLock(\.hits) }
    var misses: Int { state.withLock(\.misses) }

    func page(for key: PageKey) -> Page? {
        guard capacity > 0 else { return nil }
        return state.withLock { state in
            guard let place = state.places[key] else {
                state.misses += 1
                return nil
            }
            state.hits += 1
            state.slots[place].isAskedFor = true
            return state.slots[place].page
        }
    }

    /// Keeps a page in place of what there was of it, if there was, or if it has been asked for before and there is room, or
    /// another that nobody asks for.
    func keep(_ page: Page, for key: PageKey) {
        guard capacity > 0 else { return }
        // One that takes the room of many is not worth it.
        let isTooLarge = page.size > capacity / 16
        state.withLock { state in
            if let place = state.places[key] {
                guard !isTooLarge else {
                    state.remove(place)
                    return
                }
                let page = page.trimmed
                state.size += page.size - state.slots[place].page.size
                state.slots[place].page = page
            } else if !isTooLarge, state.isSeen(key, upTo: Self.maximumSeen),
                state.size + page.size <= capacity || state.turnHand()
            {
                let page = page.trimmed
                state.places[key] = state.slots.count
                state.slots.append(Slot(key: key, page: page))
                state.size += page.size
            }
            while state.size > capacity { state.removeOne() }
        }
    }
}

extension PageCache.State {
    /// Whether a page was asked for before.
    fileprivate mutating func isSeen(_ key: PageKey, upTo limit: Int) -> Bool {
        if seen.remove(key.hashValue) != nil { return true }
        if seen.count >= limit { seen.removeAll(keepingCapacity: true) }
        seen.insert(key.hashValue)
        return false
    }

    /// Turns the hand by one page, when it is time to, and returns whether it has come to one that nobody asks for.
    fileprivate mutating func turnHand() -> Bool {
        patience -= 1
        guard patience <= 0 else { return false }
        patience = PageCache.patience
        return !passOne()
    }

    /// Goes by the page at the hand, if that has been asked for since last time.
    private mutating func passOne() -> Bool {
        guard slots[hand].isAskedFor else { return false }
        slots[hand].isAskedFor = false
        hand = (hand + 1) % slots.count
        return true
    }

    fileprivate mutating func removeOne() {
        while passOne() {}
        remove(hand)
        // What has taken its place is the newest.
        hand = hand + 1 < slots.count ? hand + 1 : 0
    }

    fileprivate mutating func remove(_ place: Int) {
        let removed = slots[place]
        size -= removed.page.size
        places[removed.key] = nil
        // The newest takes its place.
        let newest = slots.removeLast()
        if place < slots.count {
            slots[place] = newest
            places[newest.key] = place
        }
        if hand >= slots.count { hand = 0 }
    }
}
