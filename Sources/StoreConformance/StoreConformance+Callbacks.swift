import AssistantsStore
import Testing

extension StoreConformance {
    static let callbacks = [
        StoreConformance("a callback is made with the end of its turn, tried when it is due, and gone when delivered") {
            store in
            let fixture = try await TurnFixture(store)
            try await fixture.accept("1", in: "s")
            let turn = try #require(try await fixture.begin().first)
            #expect(try await fixture.take().isEmpty)
            try await fixture.finish(turn, reply: "reply", callback: TurnFixture.callback)
            let callback = try #require(try await fixture.take().first)
            #expect(callback.content.url == TurnFixture.callback.url)
            #expect(callback.content.body == TurnFixture.callback.body)
            #expect(callback.content.idempotencyToken == TurnFixture.callback.idempotencyToken)
            #expect(callback.account == fixture.base.account)
            #expect(callback.attempts == 1)
            #expect(try await fixture.take().isEmpty)
            try await store.record(.delivered, of: callback)
            #expect(try await store.callbacks().isEmpty)
        },
        StoreConformance("an attempt that nothing is heard of is repeated, and one that failed is when it is time") {
            store in
            let fixture = try await TurnFixture(store)
            try await fixture.callBack()
            let first = try #require(try await fixture.take(lease: .zero).first)
            let second = try #require(try await fixture.take().first)
            #expect(second.attempts == 2)
            #expect(try await fixture.take().isEmpty)
            // The first attempt was given up by others; its failure counts for nothing.
            try await store.record(.givenUp(error: "late"), of: first)
            try await store.record(.failed(error: "late", delay: .zero), of: first)
            #expect(try await fixture.take().isEmpty)
            try await store.record(.failed(error: "why", delay: .seconds(600)), of: second)
            #expect(try await fixture.take().isEmpty)
            #expect(try await store.callbacks().map(\.lastError) == ["why"])
            try await store.record(.failed(error: "why", delay: .zero), of: second)
            #expect(try await fixture.take().map(\.attempts) == [3])
        },
        StoreConformance("a callback that was given up is kept, not tried again, and can be resent") { store in
            let fixture = try await TurnFixture(store)
            try await fixture.callBack()
            let callback = try #require(try await fixture.take().first)
            await Refusal.notFound(.callback).expect { try await store.resendCallback(callback.number) }
            try await store.record(.failed(error: "why", delay: .zero), of: callback)
            let again = try #require(try await fixture.take(lease: .zero).first)
            try await store.record(.givenUp(error: "why"), of: again)
            #expect(try await fixture.take().isEmpty)
            let kept = try #require(try await store.callbacks().first)
            #expect(kept.isFailed && kept.lastError == "why")
            try await store.resendCallback(callback.number)
            let resent = try #require(try await fixture.take().first)
            #expect(resent.attempts == 1 && !resent.isFailed)
            #expect(resent.content.idempotencyToken == callback.content.idempotencyToken)
        },
        StoreConformance("callbacks are counted by whether they are to be tried, up to a limit") { store in
            let fixture = try await Fixture(store)
            let contents = try #require(store as? any StoreContents)
            #expect(try await store.callbackCounts(limit: 10) == CallbackCounts(waiting: 0, failed: 0))
            // Those that were given up are mostly the oldest; one that was resent is to be tried again.
            let rows = (Int64(1)...20).map { number in
                let due: Int64? = number > 8 || number == 3 ? number : nil
                return row(number, of: fixture.account, date: number, due: due)
            }
            try await contents.add(rows, to: .callback, noting: [])
            for (limit, waiting, failed) in [(100, 13, 7), (13, 13, 7), (10, 10, 7), (5, 5, 4), (2, 2, 2)] {
                let counts = try await store.callbackCounts(limit: limit)
                #expect(counts == CallbackCounts(waiting: waiting, failed: failed), "of \(limit)")
            }
        },
        StoreConformance("callbacks that were given up are kept for 30 days, and others for as long as they are tried")
        {
            store in
            let fixture = try await Fixture(store)
            let contents = try #require(store as? any StoreContents)
            // A minute: clocks may differ a little.
            let lifetime = Retention().failedCallbacks.microseconds
            let (now, minute) = (Timestamp.now.microseconds, Int64(60_000_000))
            let (old, young) = (now - lifetime - minute, now - lifetime + minute)
            // More than are looked at in one transaction.
            let rows =
                (1...250).map { row($0, of: fixture.account, date: old, due: now + minute) }
                + (251...2_500).map { row($0, of: fixture.account, date: old, due: nil) }
                + [
                    row(2_501, of: fixture.account, date: young, due: nil),
                    row(2_502, of: fixture.account, date: old, due: nil),
                    row(2_503, of: fixture.account, date: now, due: now + minute),
                ]
            try await contents.add(rows, to: .callback, noting: [])
            try await store.collectGarbage()
            #expect(try await store.callbacks().map(\.number) == Array(1...250) + [2_501, 2_503])
        },
    ]

    /// A row of `callback`.
    private static func row(_ number: Int64, of account: AccountSID, date: Int64, due: Int64?) -> [StoredValue] {
        [.text(account.text), .text("token \(number)"), .integer(number)]
            + [.text("https://example.com/"), .text("a=b"), .integer(9), .text("why")]
            + [.integer(date), due.map { .integer($0) } ?? .null]
    }
}
