import AssistantsStore
import Synchronization
import Testing

extension StoreConformance {
    static let versions = [
        StoreConformance("every change of a session's messages gives it a version that it never had") { store in
            let fixture = try await Fixture(store)
            let turns = try await TurnFixture(store)
            var versions: [SessionVersion] = []
            func changes(_ change: () async throws -> Void) async throws {
                try await change()
                versions.append(try await fixture.reading(of: "s").version)
                #expect(Set(versions).count == versions.count, "\(versions)")
            }
            try await changes { try await fixture.put(["a", "b", "c"], in: "s") }
            try await changes { _ = try await fixture.append([.number(1), .number(2)], to: "s") }
            try await changes {
                _ = try await fixture.update("a", of: "s", MessageChanges(content: .empty), at: .now)
            }
            try await changes {
                _ = try await fixture.update("a", of: "s", MessageChanges(meta: .empty), at: .now)
            }
            try await changes { try await fixture.delete("b", of: "s") }
            // As many appended again as were deleted, and at the same position.
            try await changes { try await fixture.delete("c", of: "s") }
            try await changes { try await fixture.put(["b"], in: "s") }
            try await changes {
                try await store.delete(SessionReference("s"), in: fixture.account)
                try await fixture.put(["a", "b", "c"], in: "s")
            }
            let last = try await fixture.reading(of: "s").version
            // What changes nothing.
            try await fixture.put(["a", "b"], in: "s")
            try await fixture.put(["x"], in: "t")
            await Refusal.notFound(.message).expect { try await fixture.delete("x", of: "s") }
            #expect(try await fixture.reading(of: "s").version == last)

            _ = try await turns.accept("Hello", in: "s")
            let accepted = try await turns.base.reading(of: "s").version
            let turn = try #require(try await turns.begin().first)
            try await turns.finish(turn, reply: "Hi")
            #expect(try await turns.base.reading(of: "s").version != accepted)
        },
        StoreConformance("at the version that is known nothing is read, at any other the page") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b", "c"], in: "s")
            try await fixture.put(["a", "b", "c"], in: "t")
            let (_, old) = try await fixture.reading(of: "s")
            let next = try #require(try await fixture.page(of: "s", .first, size: 2).neighbors.next)
            for anchor in [PageRequest<MessageCursor>.Anchor.first, .after(next), .before(next)] {
                #expect(try await fixture.reading(of: "s", anchor, unless: old).texts == nil)
            }
            await Refusal.cursorOfAnotherSession.expect {
                _ = try await fixture.reading(of: "t", .after(next), unless: old)
            }
            await Refusal.notFound(.session).expect { _ = try await fixture.reading(of: "u", unless: old) }
            #expect(try await fixture.reading(of: "t", unless: old).texts == ["a", "b", "c"])
            try await fixture.delete("a", of: "s")
            let (texts, new) = try await fixture.reading(of: "s", unless: old)
            #expect(texts == ["b", "c"])
            #expect(try await fixture.reading(of: "s", unless: new).texts == nil)
            #expect(try await fixture.reading(of: "s", .after(next), unless: new).texts == nil)
            #expect(try await fixture.reading(of: "s", .before(next), unless: old).texts == [])
            let other = SessionVersion(session: SessionNumber(new.session.value + 1), stamp: new.stamp)
            #expect(try await fixture.reading(of: "s", unless: other).texts == ["b", "c"])
        },
        StoreConformance("versions are drawn, not counted, so that none comes again where a database goes back") {
            store in
            let fixture = try await Fixture(store)
            // The same history in each.
            var stamps: Set<Int64> = []
            for session in ["s", "t", "u"] {
                try await fixture.put(["a", "b"], in: session)
                stamps.insert(try await fixture.reading(of: session).version.stamp)
                try await fixture.delete("a", of: session)
                stamps.insert(try await fixture.reading(of: session).version.stamp)
            }
            #expect(stamps.count == 6)
        },
        StoreConformance("two pages of one version are the same, whoever writes meanwhile") { store in
            let fixture = try await Fixture(store)
            try await fixture.put((0..<40).map { "m\($0)" }, in: "s")
            let isOver = Mutex(false)
            let writing = Task {
                defer { isOver.withLock { $0 = true } }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<4 {
                        group.addTask {
                            for number in stride(from: writer, to: 40, by: 4) {
                                _ = try await fixture.append([.number(number)], to: "s")
                                try await fixture.delete("m\(number)", of: "s")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            struct Place: Hashable {
                let version: SessionVersion
                let anchor: Int
            }
            let middle = try #require(try await fixture.page(of: "s", .first, size: 20).neighbors.next)
            // The anchor's message goes while pages are read; those before it have gone by then.
            let last = MessageAnchor(.around, MessageID(unchecked: "m39"))
            let requests: [(page: PageRequest<MessageCursor>, anchor: MessageAnchor?)] = [
                (PageRequest(.first, size: 15), nil), (PageRequest(.after(middle), size: 15), nil),
                (PageRequest(.before(middle), size: 15), nil), (PageRequest(.first, size: 8), last),
                (PageRequest(.first, in: .descending, size: 8), last),
            ]
            var pages: [Place: String] = [:]
            func check() async throws {
                for (index, request) in requests.enumerated() {
                    guard let (texts, place) = try await fixture.page(request.page, at: request.anchor) else {
                        continue
                    }
                    if request.anchor != nil {
                        #expect(texts.contains("m39"))
                        // As many as half of the page are in front of the message, or all that there are.
                        let count = texts.prefix { $0 != "m39" }.count
                        #expect(count == 4 || place.neighbors.previous == nil)
                    }
                    let content = "\(texts), \(place.neighbors)"
                    if let known = pages.updateValue(content, forKey: Place(version: place.version, anchor: index)) {
                        #expect(known == content)
                    }
                }
            }
            while !isOver.withLock({ $0 }) { try await check() }
            try await writing.value
            try await check()
            let texts = try await fixture.reading(of: "s").texts
            #expect(texts?.count == 40)
            #expect(pages.count > requests.count)
        },
    ]
}

extension Fixture {
    /// A page of session `s`; `nil` where it does not have the anchor's message.
    fileprivate func page(
        _ request: PageRequest<MessageCursor>,
        at anchor: MessageAnchor?
    ) async throws(StoreError) -> (texts: [String], place: MessagePagePlace)? {
        var texts: [String] = []
        do {
            let reading = try await store.readMessages(
                MessagePageRequest(of: SessionReference("s"), in: account, page: request, at: anchor)
            ) { texts.append($0.id.text) }
            guard case .read(let place) = reading else { return nil }
            return (texts, place)
        } catch {
            guard case .notFound(.message) = error else { throw error }
            return nil
        }
    }

    /// A page of up to 1,000 messages, as their ids, `nil` where it is unchanged, and the version it is of.
    fileprivate func reading(
        of session: String,
        _ anchor: PageRequest<MessageCursor>.Anchor = .first,
        unless known: SessionVersion? = nil
    ) async throws -> (texts: [String]?, version: SessionVersion) {
        var texts: [String] = []
        let reading = try await store.readMessages(
            MessagePageRequest(
                of: SessionReference(session),
                in: account,
                page: PageRequest(anchor, size: 1_000),
                unless: known
            )
        ) { row in
            texts.append(row.id.text)
        }
        switch reading {
        case .read(let place): return (texts, place.version)
        case .unchanged: return (texts.isEmpty ? nil : texts, try #require(known))
        }
    }
}
