import AssistantsStore
import NIOCore
import TestSupport
import Testing

@testable import AssistantsAPI

@Suite("Pages that are kept")
struct PageCacheTests {
    private static let tags = PageTags(key: TestServer.pageTokenKey)

    private let listing: MessageListing

    init() throws {
        let tokens = PageTokens(key: TestServer.pageTokenKey)
        listing = try MessageListing(
            PageQuery(nil, of: .messages),
            of: TestServer.sid,
            budget: PageBudget(),
            tokens: tokens
        )
    }

    private func key(_ number: Int) -> PageKey {
        PageKey(account: TestServer.sid, baseURL: "http://localhost", target: "/v1/Sessions/s\(number)/Messages")
    }

    private func cached(by cache: PageCache, of numbers: Range<Int>) -> Set<Int> {
        Set(numbers.filter { cache.page(for: key($0)) != nil })
    }

    private func page(_ key: PageKey, size: Int = 1_000, stamp: Int64 = 1) -> PageCache.Page {
        PageCache.Page(
            listing: listing,
            tag: Self.tags.tag(SessionVersion(session: SessionNumber(1), stamp: stamp), endingAt: 1, of: key),
            nextPageToken: nil,
            content: Content(ByteBuffer(repeating: 0x20, count: size), coded: .identity),
            state: nil
        )
    }

    @Test("a page is kept when it is asked for the second time, and its successor at once")
    func keepsSecond() {
        let cache = PageCache(capacity: 1 << 20)
        cache.insert(page(key(1)), for: key(1))
        #expect(cache.page(for: key(1)) == nil)
        cache.insert(page(key(1)), for: key(1))
        #expect(cache.page(for: key(1))?.tag.version.stamp == 1)
        cache.insert(page(key(1), stamp: 2), for: key(1))
        #expect(cache.page(for: key(1))?.tag.version.stamp == 2)
        #expect(cache.page(for: key(2)) == nil)
    }

    @Test("pages that are kept never take more room than there is, and those that are asked for stay")
    func staysWithinCapacity() {
        let cache = PageCache(capacity: 100_000)
        let favorite = key(-1)
        var generator = SeededGenerator(seed: 1)
        for _ in 1...2 { cache.insert(page(favorite), for: favorite) }
        for number in 0..<2_000 {
            for _ in 1...2 {
                cache.insert(page(key(number), size: .random(in: 0...5_000, using: &generator)), for: key(number))
            }
            #expect(cache.page(for: favorite) != nil)
            #expect(cache.size <= 100_000)
        }
        #expect(cached(by: cache, of: 0..<2_000).count > 10)
    }

    @Test(
        "where three times as many pages are asked for as there is room for, a third is cached, and few are evicted"
    )
    func settles() {
        let cache = PageCache(capacity: 100 * 2_092)
        var generator = SeededGenerator(seed: 1)
        var hits = 0
        var before: Set<Int> = []
        for draw in 0..<20_000 {
            let number = Int.random(in: 0..<300, using: &generator)
            if cache.page(for: key(number)) == nil {
                cache.insert(page(key(number)), for: key(number))
            } else {
                hits += 1
            }
            if draw == 10_000 { before = cached(by: cache, of: 0..<300) }
        }
        #expect((6_000..<7_200).contains(hits))
        let after = cached(by: cache, of: 0..<300)
        #expect(after.count == 100)
        // Of some 3,000 that tried to be admitted.
        #expect(after.subtracting(before).count < 50)
    }

    @Test("pages that nobody asks for any more make room for those that are asked for now")
    func followsWhatIsAskedFor() {
        let cache = PageCache(capacity: 100 * 2_092)
        for number in Array(0..<100) + Array(0..<100) { cache.insert(page(key(number)), for: key(number)) }
        #expect(cached(by: cache, of: 0..<100).count == 100)
        for _ in 1...60 {
            for number in 100..<150 where cache.page(for: key(number)) == nil {
                cache.insert(page(key(number)), for: key(number))
            }
        }
        #expect(cached(by: cache, of: 100..<150).count == 50)
    }

    @Test("a page that would take the room of many is not kept, and none is where there is no room")
    func refusesLarge() {
        let cache = PageCache(capacity: 100_000)
        let none = PageCache(capacity: 0)
        for _ in 1...3 {
            cache.insert(page(key(1), size: 50_000), for: key(1))
            none.insert(page(key(2), size: 0), for: key(2))
        }
        #expect(cache.page(for: key(1)) == nil)
        #expect(none.page(for: key(2)) == nil)
        #expect(none.size == 0)
    }

    @Test("a page that grows too large makes room, for its successors could not be kept either")
    func outgrown() {
        let cache = PageCache(capacity: 100_000)
        for number in 1...3 {
            for _ in 1...2 { cache.insert(page(key(number)), for: key(number)) }
        }
        let size = cache.size
        cache.insert(page(key(1), size: 50_000, stamp: 2), for: key(1))
        #expect(cache.page(for: key(1)) == nil)
        #expect(cache.size < size)
        #expect(cached(by: cache, of: 1..<4) == [2, 3])
    }

    @Test("of a page that clients have, the tag alone is cached, for those who have it")
    func tagAlone() {
        let cache = PageCache(capacity: 1 << 20)
        let state = StoreState(1, 1, 1)
        let (oldPage, newPage) = (page(key(1)), page(key(1), stamp: 2))
        let (old, new) = (oldPage.tag, newPage.tag)
        for _ in 1...2 { cache.confirm(oldPage, for: key(1), in: state) }
        #expect(cache.page(for: key(1)) == nil)
        #expect(cache.page(for: key(1), unless: new.text) == nil)
        #expect(cache.misses == 2)
        #expect(cache.page(for: key(1), unless: "W/\(old.text)")?.tag.text == old.text)
        #expect(cache.page(for: key(1), unless: old.text)?.state == state)
        #expect((1..<3_000).contains(cache.size))
        cache.insert(page(key(1), stamp: 2), for: key(1))
        #expect(cache.page(for: key(1))?.tag.text == new.text)
        let later = StoreState(1, 1, 2)
        cache.confirm(newPage, for: key(1), in: later)
        #expect(cache.page(for: key(1))?.state == later)
        #expect(cache.page(for: key(1))?.content?.bytes.readableBytes == 1_000)
    }

    @Test("what is kept is counted with what was asked for, which may be long")
    func countsTargets() {
        let cache = PageCache(capacity: 1 << 20)
        let target = "/v1/Sessions/s/Messages?Page=" + String(repeating: "0", count: 15_000)
        let long = PageKey(account: TestServer.sid, baseURL: "http://localhost", target: target)
        for _ in 1...2 { cache.confirm(page(long), for: long, in: StoreState(1, 1, 1)) }
        #expect(cache.size > 15_000)
    }

    @Test("a page that was read meanwhile is not replaced by an older tag")
    func keepsContent() {
        let cache = PageCache(capacity: 1 << 20)
        for _ in 1...2 { cache.insert(page(key(1), stamp: 2), for: key(1)) }
        cache.confirm(page(key(1), stamp: 1), for: key(1), in: StoreState(1, 1, 1))
        #expect(cache.page(for: key(1))?.tag.version.stamp == 2)
    }

    @Test("a short page in a large buffer is counted with what it takes, and takes no more than it needs")
    func trims() {
        let cache = PageCache(capacity: 1 << 20)
        var json = ByteBuffer()
        json.reserveCapacity(60_000)
        json.writeString("{}")
        let page = PageCache.Page(
            listing: listing,
            tag: page(key(1)).tag,
            nextPageToken: nil,
            content: Content(json, coded: .identity),
            state: nil
        )
        for _ in 1...2 { cache.insert(page, for: key(1)) }
        #expect(cache.page(for: key(1))?.content?.bytes == json)
        #expect((cache.page(for: key(1))?.content?.bytes.storageCapacity ?? .max) < 100)
    }
}
