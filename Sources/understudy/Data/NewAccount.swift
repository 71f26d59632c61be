import AssistantsAPI
import AssistantsStore
import Secrets

/// An account to be made, with its auth token.
struct NewAccount {
    let sid: AccountSID
    let name: String
    let token: Secret

    func create(in store: any Store, _ directory: DataDirectory, _ settings: Settings) async throws {
        let key = try await directory.sealingKey(
            configured: settings.sealingKey(),
            mayCreate: store.accounts().isEmpty
        )
        try await store.create(
            Account(sid: sid, name: name, dateCreated: .now),
            token: StoredAuthToken(digest: token.digest, sealed: try key.seal(token))
        )
    }
}
