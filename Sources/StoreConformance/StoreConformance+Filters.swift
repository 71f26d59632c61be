import AssistantsStore
import TestSupport
import Testing
import TextSearch

extension StoreConformance {
    static let filters = [
        StoreConformance("a filtered list has the messages that match, however it is walked and cut into slices") {
            store in
            let fixture = try await Fixture(store)
            for seed in 0..<40 as Range<UInt64> {
                var run = FilteredRun(fixture, seed: seed)
                try await run.compare()
            }
        },
        StoreConformance("what is found in all sessions of an account is its own, newest first, however it is walked") {
            store in
            for seed in 0..<12 as Range<UInt64> {
                var run = AccountMessagesRun(try await Fixture(store), seed: seed)
                try await run.compare()
            }
        },
        StoreConformance("without a filter that leaves out any, a filtered list is the list") { store in
            let fixture = try await Fixture(store)
            let texts = (1...9).map { "m\($0)" }
            try await fixture.put(texts, in: "s")
            let filter = MessageFilter(roles: Set(MessageRole.allCases))
            for order in [ListOrder.ascending, .descending] {
                let page = try await fixture.page(of: "s", PageRequest(.first, in: order, size: 4), matching: filter)
                #expect(page.texts == Array((order == .ascending ? texts : texts.reversed()).prefix(4)))
                #expect(page.place.neighbors.previous == nil)
                #expect(page.place.neighbors.next != nil)
            }
        },
        StoreConformance("dates are compared to the microsecond, the first included and the second not") { store in
            let fixture = try await Fixture(store)
            let start = Timestamp(microseconds: 1_700_000_000_000_000)
            func moment(_ distance: Int64) -> Timestamp { Timestamp(microseconds: start.microseconds + distance) }
            try await fixture.put(try (-2...2).map { try .text("\($0)", in: "s", date: moment($0)) })
            for (range, expected) in [
                (DateRange(from: start), ["0", "1", "2"]), (DateRange(before: start), ["-2", "-1"]),
                (DateRange(from: moment(-1), before: moment(1)), ["-1", "0"]), (DateRange(from: moment(3)), []),
                (DateRange(), ["-2", "-1", "0", "1", "2"]),
            ] {
                let filter = MessageFilter(created: range)
                #expect(
                    try await fixture.page(of: "s", PageRequest(.first, size: 9), matching: filter).texts == expected
                )
            }
        },
        StoreConformance("a query finds long messages among long ones, and pages of these keep their budget") { store in
            let fixture = try await Fixture(store)
            let text = String(repeating: "hay ", count: 25_000)
            try await fixture.put(
                try (1...30).map { number in
                    NewMessage(
                        id: MessageID(unchecked: "m\(number)"),
                        sessionID: SessionID(unchecked: "s"),
                        role: .user,
                        content: try JSONObject(#"{"content":"\#(text)\#(number.isMultiple(of: 7) ? "needle" : "")"}"#)
                    )
                }
            )
            for (query, expected) in [("needle", [7, 14, 21, 28]), ("hay", Array(1...30)), ("straw", [])] {
                for order in [ListOrder.ascending, .descending] {
                    let budget = PageBudget(bytes: 350_000)
                    let filter = MessageFilter(query: try SearchQuery(query))
                    var request = PageRequest<MessageCursor>(.first, in: order, size: 50, budget: budget, scan: .search)
                    var met: [String] = []
                    while true {
                        let page = try await fixture.page(of: "s", request, matching: filter)
                        #expect(page.texts.count <= 3)
                        met += page.texts
                        guard let next = page.place.neighbors.next else { break }
                        request.anchor = .after(next)
                    }
                    let ids = expected.map { "m\($0)" }
                    #expect(met == (order == .ascending ? ids : ids.reversed()), "\(query), \(order)")
                }
            }
        },
        StoreConformance("a filter's texts are compared as bytes, and mean nothing else") { store in
            let fixture = try await Fixture(store)
            let identities = [
                "user_id:a", "user_id:A", "user_id:á", "user_id:a\u{301}", "user_id:%", #"a:{"\}"#, "a:'--",
            ]
            for identity in identities {
                let draft = MessageDraft(role: .user, content: .empty, identity: identity)
                _ = try await fixture.append([draft], to: "s")
            }
            for identity in identities {
                var met: [String] = []
                _ = try await fixture.store.readMatchingMessages(
                    MessagePageRequest(
                        of: SessionReference("s"),
                        in: fixture.account,
                        page: PageRequest(.first, size: 9),
                        matching: MessageFilter(identity: identity)
                    )
                ) { met.append($0.identity.text) }
                #expect(met.map { Array($0.utf8) } == [Array(identity.utf8)])
            }
        },
        StoreConformance("of a filtered list, a page of long messages is short, and nothing is lost") { store in
            let fixture = try await Fixture(store)
            let text = String(repeating: "x", count: 100_000)
            let roles: [MessageRole] = [.user, .user, .tool, .user, .tool, .user]
            try await fixture.put(
                try roles.enumerated().map { number, role in
                    NewMessage(
                        id: MessageID(unchecked: "m\(number)"),
                        sessionID: SessionID(unchecked: "s"),
                        role: role,
                        content: try JSONObject(#"{"content":"\#(text)"}"#)
                    )
                }
            )
            for order in [ListOrder.ascending, .descending] {
                var anchor = PageRequest<MessageCursor>.Anchor.first
                var pages: [[String]] = []
                while true {
                    let request = PageRequest(anchor, in: order, size: 9, budget: PageBudget(bytes: 250_000))
                    let page = try await fixture.page(of: "s", request, matching: MessageFilter(roles: [.user]))
                    pages.append(page.texts)
                    guard let next = page.place.neighbors.next else { break }
                    anchor = .after(next)
                }
                #expect(
                    pages == (order == .ascending ? [["m0", "m1"], ["m3", "m5"]] : [["m5", "m3"], ["m1", "m0"]])
                )
            }
        },
        StoreConformance("a filtered page that is known is not read again, until its session changes") { store in
            let fixture = try await Fixture(store)
            try await fixture.put(["a", "b"], in: "s")
            let filter = MessageFilter(roles: [.user])
            func reading(unless known: SessionVersion?) async throws -> MessagePageReading {
                try await store.readMatchingMessages(
                    MessagePageRequest(
                        of: SessionReference("s"),
                        in: fixture.account,
                        page: PageRequest(.first, size: 9),
                        matching: filter,
                        unless: known
                    )
                ) { _ in }
            }
            guard case .read(let place) = try await reading(unless: nil) else { return #expect(Bool(false)) }
            #expect(place.isReproducible)
            guard case .unchanged = try await reading(unless: place.version) else { return #expect(Bool(false)) }
            try await fixture.put(["c"], in: "s")
            guard case .read = try await reading(unless: place.version) else { return #expect(Bool(false)) }
        },
        StoreConformance("a page whose session changes between two slices says so, and has what was there before") {
            store in
            for isDeleted in [false, true] {
                let fixture = try await Fixture(store)
                try await fixture.put([.text("t", in: "s", role: .tool)])
                try await fixture.put((1...9).map { "a\($0)" }, in: "s")
                let changing = ChangingStore(store) { slices in
                    guard slices == 2 else { return }
                    if isDeleted { try await store.delete(SessionReference("s"), in: fixture.account) }
                    try await fixture.put([.text("u", in: "s", role: .tool)])
                }
                var scan = ScanBudget()
                scan.slice = 3
                let page = PageRequest<MessageCursor>(.first, in: .descending, size: 9, scan: scan)
                var met: [String] = []
                func read() async throws -> MessagePageReading {
                    try await changing.readMatchingMessages(
                        MessagePageRequest(
                            of: SessionReference("s"),
                            in: fixture.account,
                            page: page,
                            matching: MessageFilter(roles: [.tool])
                        )
                    ) { met.append($0.id.text) }
                }
                if isDeleted {
                    await Refusal.notFound(.session).expect { _ = try await read() }
                    #expect(met == [])
                } else {
                    guard case .read(let place) = try await read() else { return #expect(Bool(false)) }
                    #expect(!place.isReproducible)
                    #expect(met == ["t"])
                }
            }
        },
        StoreConformance("around a message, a page says if the message or its session went while it was read") {
            store in
            for isDeleted in [false, true] {
                let fixture = try await Fixture(store)
                try await fixture.put((1...9).map { "a\($0)" }, in: "s")
                let (session, id) = (SessionReference("s"), MessageID(unchecked: "a5"))
                let changing = ChangingStore(store) { slices in
                    guard slices == 2 else { return }
                    if isDeleted {
                        try await store.delete(session, in: fixture.account)
                        try await fixture.put(["a5"], in: "s")
                    } else {
                        try await store.delete(id, of: session, in: fixture.account)
                    }
                }
                var met: [String] = []
                func read() async throws -> MessagePageReading {
                    try await changing.readMatchingMessages(
                        MessagePageRequest(
                            of: session,
                            in: fixture.account,
                            page: PageRequest(.first, size: 1),
                            at: MessageAnchor(.around, id),
                            matching: MessageFilter(roles: [.user])
                        )
                    ) { met.append($0.id.text) }
                }
                if isDeleted {
                    await Refusal.notFound(.session).expect { _ = try await read() }
                } else {
                    guard case .read(let place) = try await read() else { return #expect(Bool(false)) }
                    #expect(!place.isReproducible)
                    #expect(met == ["a6"])
                }
            }
        },
        StoreConformance("around a message, long matches of several slices leave room for it") { store in
            let fixture = try await Fixture(store)
            let text = String(repeating: "x", count: 100_000)
            try await fixture.put(
                try (1...40).map { number in
                    NewMessage(
                        id: MessageID(unchecked: "m\(number)"),
                        sessionID: SessionID(unchecked: "s"),
                        role: number.isMultiple(of: 4) ? .user : .tool,
                        content: try JSONObject(#"{"content":"\#(number.isMultiple(of: 4) ? text : "")"}"#)
                    )
                }
            )
            var scan = ScanBudget()
            scan.slice = 4
            scan.duration = .seconds(600)
            for order in [ListOrder.ascending, .descending] {
                let request = PageRequest<MessageCursor>(
                    .first,
                    in: order,
                    size: 1_000,
                    budget: PageBudget(bytes: 450_000),
                    scan: scan
                )
                let anchor = MessageAnchor(.around, MessageID(unchecked: "m20"))
                let page = try await fixture.page(of: "s", request, at: anchor, matching: MessageFilter(roles: [.user]))
                #expect(
                    page.texts == (order == .ascending ? ["m8", "m12", "m16", "m20"] : ["m32", "m28", "m24", "m20"])
                )
            }
        },
    ]
}

extension Fixture {
    /// A page of what matches.
    func page(
        of session: String,
        _ request: PageRequest<MessageCursor>,
        at anchor: MessageAnchor? = nil,
        matching filter: MessageFilter
    ) async throws -> (texts: [String], place: MessagePagePlace) {
        var texts: [String] = []
        let reading = try await store.readMatchingMessages(
            MessagePageRequest(of: SessionReference(session), in: account, page: request, at: anchor, matching: filter)
        ) { texts.append($0.id.text) }
        guard case .read(let place) = reading else { preconditionFailure("no version was given that it could be") }
        return (texts, place)
    }
}
