/// Accounts and their credentials. `Store` says what holds for every call.
package protocol AccountStore: Sendable {
    /// - Throws: `accountExists`.
    func create(_ account: Account, token: StoredAuthToken) async throws(StoreError)

    /// The account's primary auth token as it was sealed.
    /// - Throws: `notFound(.account)`.
    func sealedAuthToken(of account: AccountSID) async throws(StoreError) -> [UInt8]

    /// Gives the account a second auth token that works beside the primary one, in place of one that it has; `nil` takes that
    /// away.
    /// - Throws: `notFound(.account)`.
    func setSecondaryAuthToken(_ token: StoredAuthToken?, of account: AccountSID) async throws(StoreError)

    /// Makes the second auth token the primary, and so the only one.
    /// - Throws: `notFound(.account)`, `secondaryAuthTokenNotFound`.
    func promoteSecondaryAuthToken(of account: AccountSID) async throws(StoreError)

    /// Every account, oldest first.
    func accounts() async throws(StoreError) -> [Account]

    /// Revokes all credentials of an account permanently.
    /// - Throws: `notFound(.account)`.
    func close(_ account: AccountSID) async throws(StoreError)

    /// Deletes an account that is closed with everything that it owns, in short transactions, so that others can write meanwhile. If it is
    /// interrupted, the next call continues. It fails if the account gets a session meanwhile, by a server that still remembers the
    /// credentials.
    /// - Throws: `notFound(.account)`.
    func delete(_ account: AccountSID) async throws(StoreError)

    /// - Throws: `notFound(.account)`.
    func create(_ key: APIKey, secretDigest: [UInt8]) async throws(StoreError)

    /// The account's API keys, oldest first.
    /// - Throws: `notFound(.account)`.
    func apiKeys(of account: AccountSID) async throws(StoreError) -> [APIKey]

    /// - Throws: `notFound(.apiKey)`.
    func revoke(_ key: APIKeySID, of account: AccountSID) async throws(StoreError)

    /// What the user name of Basic authentication stands for: an account's SID or an API key's.
    func credential(for userName: String) async throws(StoreError) -> StoredCredential?
}
