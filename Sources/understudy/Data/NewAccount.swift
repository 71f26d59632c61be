import AssistantsAPI
import AssistantsStore

/// An account to be made, with its auth token.
struct NewAccount {
    let sid: AccountSID
    let name: String
    let token: Secret

    func create(in store: any Store, _ directory: DataDirectory, _ settings: Settings) async throws {
        let configured = try await settings.value(
            "secret-key",
            allowed: "64 hexadecimal digits",
            SealingKey.init(hexadecimal:)
        )
        let key = try directory.sealingKey(
            configured: configured,
            isFirstAccount: try await store.accounts().isEmpty
        )
        try await store.create(
            Account(sid: sid, name: name, dateCreated: .now),
            token: StoredAuthToken(digest: token.digest, sealed: try key.seal(token))
        )
    }
}
