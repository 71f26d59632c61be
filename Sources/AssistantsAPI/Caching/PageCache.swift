import AssistantsStore
import NIOCore
import Synchronization

/// Recently requested pages, as the bytes of their JSON or of its compressed form. A cached page is current while the store's state is
/// what it was; after that, the session's version says whether it still is. So it does not matter which process writes to the database.
/// Of a page that clients only ask for with its tag, the tag is kept alone.
///
/// A page is admitted on its second request: most are read once, and would only evict others. If there is no room, the page evicts one
/// that has not been referenced since the hand passed it last (CLOCK). The hand advances slowly: if far more pages are requested than
/// there is room for, pages that evict each other would save nothing.
final class PageCache: Sendable {
    struct Page: Sendable {
        let listing: MessageListing
        let tag: PageTag
        /// `nil` where only the tag is known.
        let content: Content?
        /// The store's, before the page was last seen to be current.
        let state: StoreState?

        /// In bytes, about, with the overhead beside its content, and its query, which the key has too. A buffer's spare room is not in memory, because nothing was written to
        /// it; but memory comes in pages of 4 kB.
        fileprivate var size: Int {
            let memory = content.map { min($0.bytes.storageCapacity, ($0.bytes.readableBytes + 4_095) & ~4_095) } ?? 0
            return memory + 1_024 + 2 * listing.query.otherParameters.utf8.count
        }

        /// In a buffer of its own size, where the one that it was written to is far too large for it.
        fileprivate var trimmed: Page {
            guard let content, content.bytes.storageCapacity > 2 * content.bytes.readableBytes else { return self }
            let bytes = ByteBuffer(bytes: content.bytes.readableBytesView)
            return Page(listing: listing, tag: tag, content: Content(bytes, coded: content.coding), state: state)
        }
    }

    fileprivate struct Slot {
        let key: PageKey
        var page: Page
        /// Whether it has been requested since the hand passed it last.
        var isReferenced = false
    }

    fileprivate struct State {
        /// The slot of each page.
        var indices: [PageKey: Int] = [:]
        var slots: [Slot] = []
        var hand = 0
        /// How many more admission attempts there are until the hand advances.
        var attemptsLeft = 0
        /// In bytes.
        var size = 0
        /// The hashes of pages that were requested once.
        var seen: Set<Int> = []
        var hits = 0
        var misses = 0
    }

    private static let maximumSeen = 1 << 16
    /// The clock hand advances once per this many admission attempts.
    fileprivate static let attemptsPerAdvance = 4

    /// In bytes.
    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: in bytes; 0 disables the cache.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How much room the pages take, in bytes.
    var size: Int { state.withLock(\.size) }
    /// Cache hits, whether the page was still current or not.
    var hits: Int { state.withLock(\.hits) }
    var misses: Int { state.withLock(\.misses) }

    /// - Parameter condition: the request's `If-None-Match`. Where only the page's tag is cached, it must match that.
    func page(for key: PageKey, unless condition: String? = nil) -> Page? {
        guard capacity > 0 else { return nil }
        return state.withLock { state in
            guard let index = state.indices[key],
                state.slots[index].page.content != nil || condition.map(state.slots[index].page.tag.isMatched) == true
            else {
                state.misses += 1
                return nil
            }
            state.hits += 1
            state.slots[index].isReferenced = true
            return state.slots[index].page
        }
    }

    /// Notes that the page with this tag was seen to be current.
    func confirm(_ key: PageKey, _ listing: MessageListing, _ tag: PageTag, in state: StoreState?) {
        guard capacity > 0, state != nil else { return }
        let content = self.state.withLock { state -> Content? in
            guard let index = state.indices[key], state.slots[index].page.tag.text == tag.text else { return nil }
            return state.slots[index].page.content
        }
        insert(Page(listing: listing, tag: tag, content: content, state: state), for: key)
    }

    /// Caches a page. Replaces the entry if there is one; otherwise admits the page only on its second request, and only if there is
    /// room or an unreferenced entry to evict.
    func insert(_ page: Page, for key: PageKey) {
        guard capacity > 0 else { return }
        // A page that takes the room of many is not worth it.
        let isTooLarge = page.size > capacity / 16
        state.withLock { state in
            if let index = state.indices[key] {
                guard !isTooLarge else {
                    state.remove(at: index)
                    return
                }
                let page = page.trimmed
                state.size += page.size - state.slots[index].page.size
                state.slots[index].page = page
            } else if !isTooLarge, state.isSeen(key, upTo: Self.maximumSeen),
                state.size + page.size <= capacity || state.advance()
            {
                let page = page.trimmed
                state.indices[key] = state.slots.count
                state.slots.append(Slot(key: key, page: page))
                state.size += page.size
            }
            while state.size > capacity { state.evict() }
        }
    }
}

extension PageCache.State {
    /// Whether a page was requested before.
    fileprivate mutating func isSeen(_ key: PageKey, upTo limit: Int) -> Bool {
        if seen.remove(key.hashValue) != nil { return true }
        if seen.count >= limit { seen.removeAll(keepingCapacity: true) }
        seen.insert(key.hashValue)
        return false
    }

    /// Advances the hand by one page, if enough attempts were made, and returns whether it has come to an unreferenced one.
    fileprivate mutating func advance() -> Bool {
        attemptsLeft -= 1
        guard attemptsLeft <= 0 else { return false }
        attemptsLeft = PageCache.attemptsPerAdvance
        return !passReferenced()
    }

    /// Moves the hand past its page if that has been referenced, and returns whether it has.
    private mutating func passReferenced() -> Bool {
        guard slots[hand].isReferenced else { return false }
        slots[hand].isReferenced = false
        hand = (hand + 1) % slots.count
        return true
    }

    /// Removes the first unreferenced page that the hand comes to.
    fileprivate mutating func evict() {
        while passReferenced() {}
        remove(at: hand)
        // The newest page is in its slot now.
        hand = hand + 1 < slots.count ? hand + 1 : 0
    }

    fileprivate mutating func remove(at index: Int) {
        let removed = slots[index]
        size -= removed.page.size
        indices[removed.key] = nil
        // The newest page takes its slot.
        let newest = slots.removeLast()
        if index < slots.count {
            slots[index] = newest
            indices[newest.key] = index
        }
        if hand >= slots.count { hand = 0 }
    }
}
