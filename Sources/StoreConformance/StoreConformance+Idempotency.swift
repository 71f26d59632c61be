import AssistantsStore
import Testing

extension StoreConformance {
    static let idempotency = [
        StoreConformance("the same request with the same key is done once, and answered with the first answer") {
            store in
            let fixture = try await Fixture(store)
            let first = try await fixture.append([.number(1)], to: "s", once: .numbered(1))
            guard case .done(let messages) = first else {
                Issue.record("the first request was not done")
                return
            }
            let answer = StoredAnswer(status: 201, body: Array(messages[0].id.text.utf8))
            // What was stored may be gone by then.
            try await store.delete(SessionReference("s"), in: fixture.account)
            for _ in 0..<2 {
                guard case .replayed(answer) = try await fixture.append([.number(1)], to: "s", once: .numbered(1))
                else {
                    Issue.record("the request was not answered with the first answer")
                    return
                }
            }
            await Refusal.notFound(.session).expect { _ = try await fixture.page(of: "s", .first, size: 5) }
        },
        StoreConformance("requests with one key that come at once store one message") { store in
            let fixture = try await Fixture(store)
            try await withThrowingTaskGroup { group in
                for _ in 0..<50 {
                    group.addTask { _ = try await fixture.append([.number(1)], to: "s", once: .numbered(1)) }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.walk("s", size: 100).flatMap(\.self).count == 1)
        },
        StoreConformance("a key that comes with another request is refused, and stores nothing") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.append([.number(1)], to: "s", once: .numbered(1))
            await Refusal.idempotencyKeyReused.expect {
                _ = try await fixture.append([.number(1)], to: "s", once: .numbered(1, digest: 2))
            }
            #expect(try await fixture.walk("s", size: 100).flatMap(\.self).count == 1)
        },
        StoreConformance("a request that failed leaves its key free") { store in
            let fixture = try await Fixture(store)
            await Refusal.invalidSessionID.expect {
                _ = try await fixture.append([.number(1)], to: "", once: .numbered(1))
            }
            guard case .done = try await fixture.append([.number(1)], to: "s", once: .numbered(1)) else {
                Issue.record("the key was not free")
                return
            }
        },
        StoreConformance("a key is its account's, and free again after 24 hours") { store in
            let fixture = try await Fixture(store)
            let neighbor = try await fixture.neighbor()
            _ = try await fixture.append([.number(1)], to: "s", once: .numbered(1))
            for (fixture, request) in [
                (neighbor, IdempotentRequest.numbered(1, digest: 2)),
                (fixture, .numbered(1, digest: 2, lifetime: .zero)),
            ] {
                guard case .done = try await fixture.append([.number(2)], to: "s", once: request) else {
                    Issue.record("the key was not free")
                    return
                }
            }
        },
        StoreConformance("a key is removed when its time is over, and not before") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.append([.number(1)], to: "s", once: .numbered(1))
            try await store.collectGarbage()
            await Refusal.idempotencyKeyReused.expect {
                _ = try await fixture.append([.number(2)], to: "s", once: .numbered(1, digest: 2))
            }
            var retention = Retention()
            retention.idempotencyKeys = .zero
            try await store.collectGarbage(keeping: retention)
            guard case .done = try await fixture.append([.number(2)], to: "s", once: .numbered(1, digest: 2)) else {
                Issue.record("the key was not removed")
                return
            }
        },
        StoreConformance("keys older than 24 hours are removed, however many, and others are not") { store in
            let fixture = try await Fixture(store)
            let contents = try #require(store as? any StoreContents)
            // A minute: clocks may differ a little.
            let old = Timestamp.now.microseconds - Retention().idempotencyKeys.microseconds - 60_000_000
            let rows = (0..<2_500).map { number in
                let date = old - Int64(number)
                return [fixture.account.text, "old \(number)"].map(StoredValue.text)
                    + [.bytes([1]), .integer(201), .bytes([]), .integer(date)]
            }
            try await contents.add(rows, to: .idempotencyKey, noting: [])
            _ = try await fixture.append([.number(1)], to: "s", once: .numbered(1))
            try await store.collectGarbage()
            #expect(try await contents.count(of: .idempotencyKey) == 1)
            guard case .replayed = try await fixture.append([.number(1)], to: "s", once: .numbered(1)) else {
                Issue.record("a key of now was removed")
                return
            }
        },
    ]
}

extension IdempotentRequest {
    static func numbered(_ number: UInt8, digest: UInt8 = 1, lifetime: Duration = Self.lifetime) -> IdempotentRequest {
        IdempotentRequest(key: "key \(number)", digest: Array(repeating: digest, count: 32), lifetime: lifetime)
    }
}
