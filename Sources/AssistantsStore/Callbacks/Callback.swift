/// A report of a reply that has not been delivered: it is to be tried, or was given up.
package struct Callback: Sendable {
    package let number: Int64
    package let account: AccountSID
    package let content: NewCallback
    /// How often it was tried, the present attempt included.
    package let attempts: Int
    /// Why the last attempt failed.
    package let lastError: String?
    /// When it was created or last resent, by the store's clock.
    package let dateCreated: Timestamp
    /// When it is tried next, by the store's clock; `nil` if it was given up.
    package let due: Timestamp?
    /// How long ago that was when the callback was read, by the same clock.
    package let age: Duration

    package var isFailed: Bool { due == nil }

    package init(
        number: Int64,
        account: AccountSID,
        content: NewCallback,
        attempts: Int,
        lastError: String?,
        dateCreated: Timestamp,
        due: Timestamp?,
        age: Duration
    ) {
        self.number = number
        self.account = account
        self.content = content
        self.attempts = attempts
        self.lastError = lastError
        self.dateCreated = dateCreated
        self.due = due
        self.age = age
    }
}

/// What came of an attempt to deliver a callback.
package enum CallbackAttempt: Sendable {
    case delivered
    /// It is tried again after the delay.
    case failed(error: String, delay: Duration)
    /// It is not tried again unless somebody says so.
    case givenUp(error: String)
}

/// A report of a reply, to be delivered.
package struct NewCallback: Sendable {
    package let url: String
    /// Form-encoded.
    package let body: String
    /// The same on every attempt, so that the receiver knows them for one.
    package let idempotencyToken: String

    package init(url: String, body: String, idempotencyToken: String) {
        self.url = url
        self.body = body
        self.idempotencyToken = idempotencyToken
    }
}

/// How many callbacks have not been delivered.
package struct CallbackCounts: Sendable, Equatable {
    /// Those that are to be tried.
    package let waiting: Int
    /// Those that were given up.
    package let failed: Int

    package init(waiting: Int, failed: Int) {
        self.waiting = waiting
        self.failed = failed
    }
}
