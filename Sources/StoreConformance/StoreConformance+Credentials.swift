import AssistantsStore
import Testing

extension StoreConformance {
    static let credentials = [
        StoreConformance("an account's SID stands for it, with its token's digest") { store in
            let token = StoredAuthToken.meaningless
            let account = Account(sid: .random(), name: "n", dateCreated: Timestamp(microseconds: 1))
            try await store.create(account, token: token)
            let credential = try await store.credential(for: account.sid.text)
            #expect(credential?.account == account.sid)
            #expect(credential?.digests == [token.digest])
            #expect(try await store.accounts().map(\.sid) == [account.sid])
            #expect(try await store.accounts().map(\.name) == ["n"])
            for stranger in ["", "AC", AccountSID.random().text, "SK" + account.sid.text.dropFirst(2)] {
                #expect(try await store.credential(for: stranger) == nil, "\(stranger)")
            }
        },
        StoreConformance("an account cannot be made twice") { store in
            let fixture = try await Fixture(store)
            let again = Account(sid: fixture.account, name: "", dateCreated: .now)
            await Refusal.accountExists.expect { try await store.create(again, token: .meaningless) }
        },
        StoreConformance("a deleted account is gone with everything that it owns, and no other account loses anything")
        {
            store in
            let fixtures = [try await TurnFixture(store), try await TurnFixture(store)]
            for (number, fixture) in fixtures.enumerated() {
                let base = fixture.base
                let key = APIKey(sid: .random(), account: base.account, name: "", dateCreated: .now)
                try await store.create(key, secretDigest: StoredAuthToken.meaningless.digest)
                let assistant = try await base.createAssistant("a")
                _ = try await base.createTool("t", attachedTo: assistant.id, policy: .create(.init(.empty)))
                for session in ["s", "t"] { try await base.put(["1", "2"], in: session) }
                _ = try await base.append([.number(3)], to: "s", once: .numbered(1))
                try await fixture.callBack()
                try await fixture.accept("turn \(number)", in: "t")
            }
            let contents = try #require(store as? any StoreContents)
            let owned: [StoredTable] = [
                .apiKey, .assistant, .tool, .toolAttachment, .policy, .session, .message, .idempotencyKey, .turn,
                .callback,
            ]
            func counts() async throws -> [Int] {
                var counts: [Int] = []
                for table in owned { counts.append(try await contents.count(of: table)) }
                return counts
            }
            let before = try await counts()
            #expect(before.allSatisfy { $0 > 1 })
            let deleted = fixtures[0].base
            try await store.close(deleted.account)
            #expect(try await store.credential(for: deleted.account.text)?.digests.contains { !$0.isEmpty } != true)
            #expect(try await store.apiKeys(of: deleted.account).isEmpty)
            try await store.delete(deleted.account)
            #expect(try await store.accounts().map(\.sid) == [fixtures[1].base.account])
            #expect(try await store.credential(for: deleted.account.text) == nil)
            await Refusal.notFound(.account).expect { _ = try await store.apiKeys(of: deleted.account) }
            await Refusal.notFound(.account).expect { try await store.delete(deleted.account) }
            #expect(try await counts() == before.map { $0 / 2 })
            #expect(try await store.callbacks().map(\.account) == [fixtures[1].base.account])
            let rest = fixtures[1].base
            #expect(try await store.apiKeys(of: rest.account).count == 1)
            #expect(try await rest.page(of: "s", .first, size: 10).texts.count > 2)
            // Under the same SID, nothing of it comes back.
            let again = Account(sid: deleted.account, name: "", dateCreated: .now)
            try await store.create(again, token: .meaningless)
            #expect(try await store.apiKeys(of: deleted.account).isEmpty)
            #expect(try await store.sessions(of: deleted.account, page: PageRequest(.first, size: 10)).items.isEmpty)
            await Refusal.notFound(.session).expect { _ = try await deleted.page(of: "s", .first, size: 10) }
        },
        StoreConformance("an API key stands for its account until it is revoked") { store in
            let fixture = try await Fixture(store)
            let other = try await fixture.neighbor()
            let key = APIKey(sid: .random(), account: fixture.account, name: "k", dateCreated: .now)
            let digest = StoredAuthToken.meaningless.digest
            try await store.create(key, secretDigest: digest)
            let credential = try await store.credential(for: key.sid.text)
            #expect(credential?.account == fixture.account)
            #expect(credential?.digests == [digest])
            #expect(try await store.apiKeys(of: fixture.account).map(\.name) == ["k"])
            #expect(try await store.apiKeys(of: other.account).isEmpty)
            await Refusal.notFound(.apiKey).expect { try await store.revoke(key.sid, of: other.account) }
            try await store.revoke(key.sid, of: fixture.account)
            #expect(try await store.credential(for: key.sid.text) == nil)
            await Refusal.notFound(.apiKey).expect { try await store.revoke(key.sid, of: fixture.account) }
        },
        StoreConformance("a key knows whether it may only read") { store in
            let fixture = try await Fixture(store)
            for isReadOnly in [false, true] {
                let key = APIKey(
                    sid: .random(),
                    account: fixture.account,
                    name: "",
                    isReadOnly: isReadOnly,
                    dateCreated: .now
                )
                try await store.create(key, secretDigest: StoredAuthToken.meaningless.digest)
                #expect(try await store.credential(for: key.sid.text)?.isReadOnly == isReadOnly)
                #expect(try await store.apiKeys(of: fixture.account).last?.isReadOnly == isReadOnly)
            }
            #expect(try await store.credential(for: fixture.account.text)?.isReadOnly == false)
        },
        StoreConformance("a secondary auth token works beside the primary, until it takes its place or is taken away") {
            store in
            let account = AccountSID.random()
            let tokens = (1...3 as ClosedRange<UInt8>).map { number in
                StoredAuthToken(digest: StoredAuthToken.meaningless.digest, sealed: [number])
            }
            await Refusal.notFound(.account).expect { try await store.setSecondaryAuthToken(tokens[1], of: account) }
            await Refusal.notFound(.account).expect { try await store.promoteSecondaryAuthToken(of: account) }
            try await store.create(Account(sid: account, name: "", dateCreated: .now), token: tokens[0])
            let other = try await Fixture(store)
            func digests() async throws -> [[UInt8]]? {
                let credential = try await store.credential(for: account.text)
                return credential?.digests
            }
            await Refusal.secondaryAuthTokenNotFound.expect { try await store.promoteSecondaryAuthToken(of: account) }
            try await store.setSecondaryAuthToken(tokens[1], of: account)
            #expect(try await digests() == [tokens[0].digest, tokens[1].digest])
            #expect(try await store.sealedAuthToken(of: account) == [1])
            try await store.setSecondaryAuthToken(tokens[2], of: account)
            #expect(try await digests() == [tokens[0].digest, tokens[2].digest])
            try await store.promoteSecondaryAuthToken(of: account)
            #expect(try await digests() == [tokens[2].digest])
            #expect(try await store.sealedAuthToken(of: account) == [3])
            try await store.setSecondaryAuthToken(tokens[1], of: account)
            try await store.setSecondaryAuthToken(nil, of: account)
            #expect(try await digests() == [tokens[2].digest])
            #expect(try await store.credential(for: other.account.text)?.digests.count == 1)
        },
        StoreConformance("API keys need an account that is there") { store in
            let key = APIKey(sid: .random(), account: .random(), name: "", dateCreated: .now)
            await Refusal.notFound(.account).expect { try await store.create(key, secretDigest: []) }
            await Refusal.notFound(.account).expect { _ = try await store.apiKeys(of: key.account) }
        },
        StoreConformance("the page token key is 32 bytes and stays the same") { store in
            let key = try await store.pageTokenKey()
            #expect(key.count == 32)
            #expect(try await store.pageTokenKey() == key)
        },
    ]
}
