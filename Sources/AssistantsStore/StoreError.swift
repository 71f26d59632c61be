/// Why a store did not do what was asked. Nothing of a call that throws is stored.
package enum StoreError: Error {
    /// What can be missing.
    package enum Resource: Equatable, Sendable {
        /// Of the account.
        case session
        /// Of the session.
        case message
        /// A row of this table, of the account.
        case row(StoredTable)
        case account(AccountSID)
        /// Of the account.
        case apiKey(APIKeySID)
        /// Among those that were given up.
        case callback(Int64)
    }

    /// There is none.
    case notFound(Resource)
    /// No session can have this id.
    case invalidSessionID
    /// The cursor belongs to another session than the one that was named, or to one that has since been deleted and made
    /// again.
    case cursorOfAnotherSession
    /// An account of this SID is there already.
    case accountExists(AccountSID)
    /// The account has one auth token alone.
    case secondaryAuthTokenNotFound(AccountSID)
    /// The session has a message of this id with other content; `index` is its index among the messages of the call.
    case messageConflict(MessageID, index: Int)
    /// The session has as many messages as one can have.
    case sessionFull(SessionID)
    /// The owner has the maximum number of rows in this table.
    case tooMany(StoredTable)
    /// The idempotency key came before, with another request.
    case idempotencyKeyReused
    /// A request with the same idempotency key has not been answered yet.
    case requestUnderWay
    /// As many turns of the session are waiting as may.
    case tooManyTurns
    /// Another worker has taken the turn, or it has ended.
    case turnLost
    /// The database has been migrated, but not yet finished the migration: servers of an earlier version may be writing to it.
    case migrationUnfinished
    /// What is to be copied into a store would mix with what it has.
    case storeNotEmpty
    /// The database cannot be reached, or is kept busy by others; the same call may succeed later.
    case unavailable(any Error)
    /// A fault of the disk, the database or the program.
    case fault(any Error)
}
