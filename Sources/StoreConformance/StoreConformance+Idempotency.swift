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
            await Refusal.sessionNotFound.expect { _ = try await fixture.page(of: "s", .first, size: 5) }
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
    ]
}

extension IdempotentRequest {
    static func numbered(_ number: UInt8, digest: UInt8 = 1, lifetime: Duration = Self.lifetime) -> IdempotentRequest {
        IdempotentRequest(key: "key \(number)", digest: Array(repeating: digest, count: 32), lifetime: lifetime)
    }
}
