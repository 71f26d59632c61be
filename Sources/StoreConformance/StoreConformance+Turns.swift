import AssistantsStore
import Testing

extension StoreConformance {
    static let turns = [
        StoreConformance("a turn's message is stored at once, its reply at its end, and then the turn is gone") {
            store in
            let fixture = try await TurnFixture(store)
            try await fixture.accept("1", in: "s")
            #expect(try await fixture.contents(of: "s") == ["1"])
            let turn = try #require(try await fixture.begin().first)
            #expect(turn.sessionID.text == "s")
            #expect(turn.identity == "user_id:alice")
            #expect(turn.mode == .email)
            #expect(turn.assistantID == fixture.assistant.id)
            #expect(turn.message?.position == 1)
            #expect(try await fixture.begin().isEmpty)
            try await fixture.finish(turn, reply: "reply to 1", meta: JSONObject(#"{"model":"m"}"#))
            #expect(try await fixture.contents(of: "s") == ["1", "reply to 1"])
            #expect(try await fixture.base.rows(of: "s").map(\.meta) == ["{}", #"{"model":"m"}"#])
            await Refusal.turnLost.expect { try await fixture.finish(turn, reply: "again") }
            let rows = try await fixture.base.rows(of: "s")
            #expect(Set(rows.map(\.assistantID)) == [fixture.assistant.id.text])
            #expect(Set(rows.map(\.identity)) == ["user_id:alice"])
        },
        StoreConformance(
            "turns of a session are taken one at a time, in the order of arrival, those of others beside them"
        ) {
            store in
            let fixture = try await TurnFixture(store)
            for text in ["1", "2", "3"] { try await fixture.accept(text, in: "s") }
            try await fixture.accept("other", in: "t")
            var met: [String] = []
            for round in 1...3 {
                let turns = try await fixture.begin()
                #expect(turns.map(\.sessionID.text) == (round == 1 ? ["s", "t"] : ["s"]))
                for turn in turns {
                    met.append(turn.id.text)
                    try await fixture.finish(turn, reply: "reply to \(turn.id)")
                }
            }
            #expect(met == ["1", "other", "2", "3"])
            #expect(
                try await fixture.contents(of: "s") == ["1", "reply to 1", "2", "reply to 2", "3", "reply to 3"]
            )
        },
        StoreConformance("turns that come at once to a new session are taken one at a time too") { store in
            let fixture = try await TurnFixture(store)
            for round in 1...10 {
                let session = "s\(round)"
                try await withThrowingTaskGroup { group in
                    for number in 1...4 {
                        group.addTask { try await fixture.accept("\(round)-\(number)", in: session) }
                    }
                    try await group.waitForAll()
                }
                #expect(try await fixture.contents(of: session).count == 1)
                for _ in 1...4 {
                    let turns = try await fixture.begin()
                    #expect(turns.count == 1)
                    for turn in turns { try await fixture.finish(turn, reply: "reply to \(turn.id)") }
                }
                let said = try await fixture.contents(of: session)
                #expect(said.count == 8)
                for (message, reply) in zip(said, said.dropFirst()).enumerated().filter({ $0.offset % 2 == 0 }).map(
                    \.element
                ) {
                    #expect(reply == "reply to \(message)")
                }
            }
        },
        StoreConformance("as many turns wait as may, and one more is refused and stores nothing") { store in
            let fixture = try await TurnFixture(store)
            for text in ["1", "2", "3"] { try await fixture.accept(text, in: "s", maximumWaiting: 2) }
            await Refusal.tooManyTurns.expect { try await fixture.accept("4", in: "s", maximumWaiting: 2) }
            try await fixture.accept("other", in: "t", maximumWaiting: 2)
            for _ in 1...3 { for turn in try await fixture.begin() { try await fixture.finish(turn, reply: nil) } }
            #expect(try await fixture.contents(of: "s") == ["1", "2", "3"])
        },
        StoreConformance("another worker takes a turn up when its lease has ended, and only one stores a reply") {
            store in
            let fixture = try await TurnFixture(store)
            let second = WorkerID.unique()
            try await fixture.accept("1", in: "s")
            #expect(try await fixture.begin(as: second).isEmpty)
            let turn = try #require(try await fixture.begin().first)
            #expect(try await fixture.begin(as: second).isEmpty)
            try await fixture.renew([turn], lease: .zero)
            try await fixture.renew([turn])
            #expect(try await fixture.begin(as: second).isEmpty)
            try await fixture.renew([turn], lease: .zero)
            #expect(try await fixture.begin(as: second).map(\.id) == [turn.id])
            // It is another's now.
            try await fixture.renew([turn], lease: .zero)
            #expect(try await fixture.begin().isEmpty)
            await Refusal.turnLost.expect { try await fixture.finish(turn, reply: "of the first") }
            try await fixture.finish(turn, reply: "of the second", as: second)
            #expect(try await fixture.contents(of: "s") == ["1", "of the second"])
        },
        StoreConformance("a worker keeps the turns that it runs or has not begun; of others the leases run out") {
            store in
            let fixture = try await TurnFixture(store)
            let second = WorkerID.unique()
            for session in ["running", "waiting", "unknown"] {
                try await fixture.accept(session, in: session, lease: .zero)
            }
            try await fixture.accept("behind", in: "running", lease: .zero)
            let turns = try await fixture.begin(limit: 1, lease: .zero)
            #expect(turns.map(\.id.text) == ["running"])
            try await fixture.renew(turns)
            // As if the worker were never told of it.
            #expect(try await fixture.begin(as: second).isEmpty)
            #expect(try await fixture.begin(lease: .zero).map(\.id.text) == ["waiting", "unknown"])
            try await fixture.renew(turns)
            #expect(try await fixture.begin(limit: 1, lease: .zero).map(\.id.text) == ["waiting"])
            #expect(try await fixture.begin(as: second).map(\.id.text) == ["waiting", "unknown"])
            for turn in turns { try await fixture.finish(turn, reply: nil) }
            #expect(try await fixture.begin(as: second).isEmpty)
            #expect(try await fixture.begin().map(\.id.text) == ["behind"])
        },
        StoreConformance("dates that callers give, by whatever clock, move no lease and no due time") { store in
            let fixture = try await TurnFixture(store)
            let second = WorkerID.unique()
            for (index, seconds) in [-86_400, 86_400].enumerated() {
                let date = Timestamp(microseconds: Timestamp.now.microseconds + Int64(seconds) * 1_000_000)
                let (kept, left) = ("kept \(index)", "left \(index)")
                try await fixture.accept(kept, in: kept, at: date)
                #expect(try await fixture.begin(as: second).isEmpty)
                try await fixture.accept(left, in: left, lease: .zero, at: date)
                #expect(try await fixture.begin(as: second, at: date).map(\.id.text) == [left])
                let turns = try await fixture.begin(at: date)
                #expect(turns.map(\.id.text) == [kept])
                #expect(try await fixture.begin(as: second).isEmpty)
                for turn in turns {
                    try await fixture.finish(turn, reply: "reply", callback: TurnFixture.callback, at: date)
                }
                let callbacks = try await fixture.take()
                #expect(callbacks.count == 1)
                #expect(callbacks.allSatisfy { (.zero ..< .seconds(600)).contains($0.age) })
                #expect(try await fixture.base.rows(of: kept).map(\.dateCreated) == [date, date])
            }
        },
        StoreConformance("released turns are taken up at once, also those that waited") { store in
            let fixture = try await TurnFixture(store)
            let second = WorkerID.unique()
            for text in ["1", "2"] { try await fixture.accept(text, in: "s") }
            _ = try await fixture.begin()
            try await store.releaseTurns(of: fixture.worker)
            for text in ["1", "2"] {
                let turns = try await fixture.begin(as: second)
                #expect(turns.map(\.id.text) == [text])
                for turn in turns { try await fixture.finish(turn, reply: "reply", as: second) }
            }
            #expect(try await fixture.contents(of: "s") == ["1", "reply", "2", "reply"])
        },
        StoreConformance("a turn whose session was deleted stores no reply, and its session stays away") { store in
            let fixture = try await TurnFixture(store)
            for text in ["1", "2"] { try await fixture.accept(text, in: "s") }
            let turn = try #require(try await fixture.begin().first)
            try await store.delete(SessionReference("s"), in: fixture.base.account)
            await Refusal.notFound(.session).expect { try await fixture.finish(turn, reply: "late") }
            try await fixture.finish(turn, reply: nil)
            let next = try #require(try await fixture.begin().first)
            #expect(next.message == nil)
            try await fixture.finish(next, reply: nil)
            await Refusal.notFound(.session).expect { _ = try await fixture.contents(of: "s") }
        },
        StoreConformance("a session that is created again does not wait for the deleted session's turn") { store in
            let fixture = try await TurnFixture(store)
            try await fixture.accept("1", in: "s")
            let old = try #require(try await fixture.begin().first)
            try await store.delete(SessionReference("s"), in: fixture.base.account)
            for text in ["2", "3"] { try await fixture.accept(text, in: "s") }
            let new = try #require(try await fixture.begin().first)
            #expect(new.id.text == "2")
            try await fixture.finish(new, reply: "reply to 2")
            await Refusal.notFound(.session).expect { try await fixture.finish(old, reply: "late") }
            try await fixture.finish(old, reply: nil)
            for turn in try await fixture.begin() { try await fixture.finish(turn, reply: "reply to 3") }
            #expect(try await fixture.contents(of: "s") == ["2", "reply to 2", "3", "reply to 3"])
        },
        StoreConformance("a message that waited for a deleted session's turn is not stored in the session after it") {
            store in
            let fixture = try await TurnFixture(store)
            for text in ["1", "2"] { try await fixture.accept(text, in: "s") }
            let old = try #require(try await fixture.begin().first)
            try await store.delete(SessionReference("s"), in: fixture.base.account)
            try await fixture.accept("3", in: "s")
            try await fixture.finish(old, reply: nil)
            let waiting = try #require(try await fixture.begin().first { $0.id.text == "2" })
            #expect(waiting.message == nil && !waiting.isDamaged)
            #expect(try await fixture.contents(of: "s") == ["3"])
        },
        StoreConformance("a turn that another worker has taken up is lost, also where its session was deleted") {
            store in
            let fixture = try await TurnFixture(store)
            try await fixture.accept("1", in: "s")
            let turn = try #require(try await fixture.begin().first)
            try await store.delete(SessionReference("s"), in: fixture.base.account)
            await Refusal.turnLost.expect { try await fixture.finish(turn, reply: "late", as: .unique()) }
        },
        StoreConformance("a turn for a session without a valid id is refused") { store in
            let fixture = try await TurnFixture(store)
            for name in ["", String(repeating: "x", count: 1_025)] {
                await Refusal.invalidSessionID.expect { try await fixture.accept("1", in: name) }
            }
            #expect(try await fixture.begin().isEmpty)
        },
        StoreConformance("a turn with a key is under way until its end, and then answered with what it ended with") {
            store in
            let fixture = try await TurnFixture(store)
            let once = IdempotentWrite<SessionID>(.numbered(1)) { _ in nil }
            guard case .done = try await fixture.accept("1", in: "s", once: once) else {
                Issue.record("the first request was not done")
                return
            }
            await Refusal.requestUnderWay.expect { try await fixture.accept("2", in: "s", once: once) }
            let other = IdempotentWrite<SessionID>(.numbered(1, digest: 2)) { _ in nil }
            await Refusal.idempotencyKeyReused.expect { try await fixture.accept("2", in: "s", once: other) }
            let turn = try #require(try await fixture.begin().first)
            try await fixture.finish(turn, reply: "reply")
            guard case .replayed(TurnFixture.answer) = try await fixture.accept("3", in: "s", once: once) else {
                Issue.record("the request was not answered with the turn's answer")
                return
            }
            #expect(try await fixture.contents(of: "s") == ["1", "reply"])
        },
        StoreConformance("what is said to an assistant that is not there is not stored") { store in
            let fixture = try await TurnFixture(store)
            let neighbor = try await fixture.base.neighbor().createAssistant("theirs")
            for id in [AssistantID.unique(), neighbor.id] {
                await Refusal.notFound(.assistant).expect { try await fixture.accept("1", in: "s", to: id) }
            }
            await Refusal.notFound(.session).expect { _ = try await fixture.contents(of: "s") }
        },
        StoreConformance("a turn goes to the session that its name means, and makes exactly the id that was given") {
            store in
            let fixture = try await TurnFixture(store)
            try await fixture.accept("1", in: "webhook:s")
            try await fixture.accept("2", in: "s")
            for turn in try await fixture.begin() { try await fixture.finish(turn, reply: nil) }
            #expect(try await fixture.begin().map(\.sessionID.text) == ["webhook:s"])
            #expect(try await fixture.contents(of: "webhook:s") == ["1", "2"])
        },
    ]
}
