import AssistantsStore
import Testing
import TextSearch

extension StoreConformance {
    static let search = [
        StoreConformance("every scalar that is a word is found") { store in
            let fixture = try await Fixture(store)
            // A message for each 256 scalars, which has them alone.
            let blocks = (0..<0x1100).map { block in
                (UInt32(block << 8)..<UInt32((block + 1) << 8)).compactMap(Unicode.Scalar.init)
            }
            let assigned = blocks.filter { block in
                block.contains { $0.properties.generalCategory != .unassigned }
            }
            for start in stride(from: 0, to: assigned.count, by: 100) {
                try await fixture.put(
                    assigned[start..<min(start + 100, assigned.count)].map { scalars in
                        let text = scalars.filter { $0.value >= 0x20 }.map { String($0) }.joined(separator: " ")
                        return try .message("m\(scalars[0].value >> 8)", text, in: "s\(start)")
                    }
                )
            }
            var count = 0
            for scalar in assigned.joined() where scalar.value % 97 == 0 && scalar.value >= 0x20 {
                guard let query = try? SearchQuery(String(scalar)) else { continue }
                // Some are no words, or only marks on others.
                guard query.matches(try NewMessage.message("m", String(scalar)).content.text.utf8.span.bytes) else {
                    continue
                }
                count += 1
                let id = "m\(scalar.value >> 8)"
                let found = try await fixture.foundAnywhere(String(scalar))
                #expect(found.contains(id), "U+\(String(scalar.value, radix: 16))")
            }
            #expect(count > 600)
        },
        StoreConformance("a page of a search is filled, though a slice has few matches") { store in
            let fixture = try await Fixture(store)
            let texts = (1...40).map { $0.isMultiple(of: 4) ? "pear plum" : "plum pear" }
            try await fixture.put(try texts.enumerated().map { try .message("m\($0)", $1) })
            let filter = MessageFilter(query: try SearchQuery("\"pear plum\""))
            var scan = ScanBudget.search
            (scan.slice, scan.duration) = (2, .seconds(60))
            let page = PageRequest<MessageCursor>(.first, size: 5, scan: scan)
            #expect(try await fixture.page(of: "s", page, matching: filter).texts == ["m3", "m7", "m11", "m15", "m19"])
            let all = PageRequest<AccountMessageCursor>(.first, in: .descending, size: 5, scan: scan)
            let found = try await store.matchingMessages(
                AccountMessagesRequest(of: fixture.account, page: all, matching: filter)
            )
            #expect(found.items.map(\.id.text) == ["m39", "m35", "m31", "m27", "m23"])
        },
        StoreConformance("no text is too much: a megabyte of different words, a long word, and a phrase far behind") {
            store in
            let fixture = try await Fixture(store)
            let words = (0..<150_000).map { String($0, radix: 36) }.joined(separator: " ")
            let long = String(repeating: "x", count: 100_000)
            let far = String(repeating: "often ", count: 150_000)
            try await fixture.put([
                .message("words", words), .message("long", "\(long)y \(long)z"), .message("far", "\(far) brown fox"),
            ])
            for (query, expected) in [
                (String(149_999, radix: 36), ["words"]), ("\"2z 30 31\"", ["words"]),
                (String(repeating: "x", count: 900), []), ("\(String(repeating: "x", count: 900))*", ["long"]),
                ("\"often brown fox\"", ["far"]), ("\"brown often\"", []), ("fox often", ["far"]),
            ] {
                #expect(try await fixture.found(query) == expected, "\(query.prefix(20))")
                #expect(try await fixture.foundAnywhere(query) == expected, "\(query.prefix(20))")
            }
        },
    ]
}
