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
        /// The response header's; `nil` where the listing has none.
        let nextPageToken: String?
        /// `nil` where only the tag is known.
        let content: Content?
        /// The store's, before the page was last seen to be current.
        let state: StoreState?

        /// In bytes, about: with the key, and the overhead of both. A buffer's spare room is not in memory, because nothing was written to it;
        /// but memory comes in pages of 4 kB.
        fileprivate func size(with key: PageKey) -> Int {
            let content = content.map { min($0.bytes.storageCapacity, ($0.bytes.readableBytes + 4_095) & ~4_095) } ?? 0
            let texts = key.target.utf8.count + key.baseURL.utf8.count + listing.query.otherParameters.utf8.count
            return content + texts + 1_024
        }

        /// In a buffer of its own size, where the one that it was written to is far too large for it.
        fileprivate var trimmed: Page {
            guard let content, content.bytes.storageCapacity > 2 * content.bytes.readableBytes else { return self }
            let bytes = ByteBuffer(bytes: content.bytes.readableBytesView)
            return with(Content(bytes, coded: content.coding), state: state)
        }

        fileprivate func with(_ content: Content?, state: StoreState?) -> Page {
            Page(listing: listing, tag: tag, nextPageToken: nextPageToken, content: content, state: state)
        }
    }

    fileprivate struct Slot {
        let key: PageKey
        var page: Page
        /// Whether it has been requested since the hand passed it last.
        var isReferenced = false

        /// In bytes.
        var size: Int { page.size(with: key) }
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
    }

    fileprivate static let maximumSeen = 1 << 16
    /// The clock hand advances once per this many admission attempts.
    fileprivate static let attemptsPerAdvance = 4

    /// In bytes.
    private let capacity: Int
    private let state = Mutex(State())
    private let hitCount = Atomic(0)
    private let missCount = Atomic(0)

    /// - Parameter capacity: in bytes; 0 disables the cache.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How much room the pages take, in bytes.
    var size: Int { state.withLock(\.size) }
    /// Cache hits, whether the page was still current or not.
    var hits: Int { hitCount.load(ordering: .relaxed) }
    var misses: Int { missCount.load(ordering: .relaxed) }

    /// - Parameter condition: the request's `If-None-Match`. Where only the page's tag is cached, it must match that.
    func page(for key: PageKey, unless condition: String? = nil) -> Page? {
        guard capacity > 0 else { return nil }
        let page = state.withLock { state -> Page? in
            guard let index = state.indices[key] else { return nil }
            state.slots[index].isReferenced = true
            return state.slots[index].page
        }
        guard let page, page.content != nil || condition.map(page.tag.isMatched) == true else {
            missCount.add(1, ordering: .relaxed)
            return nil
        }
        hitCount.add(1, ordering: .relaxed)
        return page
    }

    /// Notes that a page was seen to be current.
    /// - Parameter page: as it was cached, or without its content.
    func confirm(_ page: Page, for key: PageKey, in state: StoreState?) {
        guard capacity > 0, let new = state else { return }
        self.state.withLock { state in
            let cached = state.indices[key].map { state.slots[$0].page }
            let isSame = cached?.tag.text == page.tag.text
            // A page that somebody else has read meanwhile is worth more than a tag.
            guard isSame || cached?.content == nil else { return }
            state.insert(page.with(isSame ? cached?.content : nil, state: new), for: key, within: capacity)
        }
    }

    /// Caches a page. Replaces the entry if there is one; otherwise admits the page only on its second request, and only if there is
    /// room or an unreferenced entry to evict.
    func insert(_ page: Page, for key: PageKey) {
        guard capacity > 0 else { return }
        state.withLock { $0.insert(page, for: key, within: capacity) }
    }
}

extension PageCache.State {
    /// - Parameter capacity: in bytes.
    fileprivate mutating func insert(_ page: PageCache.Page, for key: PageKey, within capacity: Int) {
        // A page that takes the room of many is not worth it.
        let isTooLarge = page.size(with: key) > capacity / 16
        if let index = indices[key] {
            guard !isTooLarge else {
                remove(at: index)
                return
            }
            let page = page.trimmed
            size += page.size(with: key) - slots[index].size
            slots[index].page = page
        } else if !isTooLarge, isSeen(key, upTo: PageCache.maximumSeen),
            size + page.size(with: key) <= capacity || advance()
        {
            let slot = PageCache.Slot(key: key, page: page.trimmed)
            indices[key] = slots.count
            slots.append(slot)
            size += slot.size
        }
        while size > capacity { evict() }
    }

    /// Whether a page was requested before.
    private mutating func isSeen(_ key: PageKey, upTo limit: Int) -> Bool {
        if seen.remove(key.hashValue) != nil { return true }
        if seen.count >= limit { seen.removeAll(keepingCapacity: true) }
        seen.insert(key.hashValue)
        return false
    }

    /// Advances the hand by one page, if enough attempts were made, and returns whether it has come to an unreferenced one.
    private mutating func advance() -> Bool {
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
    private mutating func evict() {
        while passReferenced() {}
        remove(at: hand)
        // The newest page is in its slot now.
        hand = hand + 1 < slots.count ? hand + 1 : 0
    }

    private mutating func remove(at index: Int) {
        let removed = slots[index]
        size -= removed.size
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
