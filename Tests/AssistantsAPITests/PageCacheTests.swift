import AssistantsStore
import NIOCore
import TestSupport
import Testing

@testable import AssistantsAPI

@Suite("Pages that are kept")
struct PageCacheTests {
    private func key(_ number: Int) -> PageKey {
        PageKey(account: TestServer.sid, baseURL: "http://localhost", target: "/v1/Sessions/s\(number)/Messages")
    }

    private func page(_ key: PageKey, size: Int = 1_000, changes: Int64 = 1) -> PageCache.Page {
        PageCache.Page(
            request: PageRequest(.first, size: 50),
            tag: PageTag(SessionVersion(session: SessionNumber(1), changes: changes), of: key),
            json: ByteBuffer(repeating: 0x20, count: size)
        )
    }

    @Test("a page is kept when it is asked for the second time, and its successor at once")
    func keepsSecond() {
        let cache = PageCache(capacity: 1 << 20)
        cache.keep(page(key(1)), for: key(1))
        #expect(cache.page(for: key(1)) == nil)
        cache.keep(page(key(1)), for: key(1))
        #expect(cache.page(for: key(1))?.tag.version.changes == 1)
        cache.keep(page(key(1), changes: 2), for: key(1))
        #expect(cache.page(for: key(1))?.tag.version.changes == 2)
        #expect(cache.page(for: key(2)) == nil)
    }

    @Test("pages that are kept never take more room than there is, and those that are asked for stay")
    func staysWithinCapacity() {
        let cache = PageCache(capacity: 100_000)
        let favorite = key(-1)
        var generator = SeededGenerator(seed: 1)
        for _ in 1...2 { cache.keep(page(favorite), for: favorite) }
        for number in 0..<2_000 {
            for _ in 1...2 {
                cache.keep(page(key(number), size: .random(in: 0...5_000, using: &generator)), for: key(number))
            }
            #expect(cache.page(for: favorite) != nil)
            #expect(cache.size <= 100_000)
        }
        let kept = (0..<2_000).filter { cache.page(for: key($0)) != nil }
        #expect(kept.count > 10)
        // What has just come is still there.
        #expect(kept.contains(1_999))
    }

    @Test("a page that would take the room of many is not kept, and none is where there is no room")
    func refusesLarge() {
        let cache = PageCache(capacity: 100_000)
        let none = PageCache(capacity: 0)
        for _ in 1...3 {
            cache.keep(page(key(1), size: 50_000), for: key(1))
            none.keep(page(key(2), size: 0), for: key(2))
        }
        #expect(cache.page(for: key(1)) == nil)
        #expect(none.page(for: key(2)) == nil)
    }
}
