/// Webhooks that wait to be delivered, or were given up. `Store` says what holds for every call.
package protocol CallbackStore: Sendable {
    /// Takes callbacks whose time has come, oldest first, and counts an attempt of each.
    /// - Parameter lease: how long after its start an attempt that has not been recorded may be repeated.
    func takeCallbacks(limit: Int, lease: Duration) async throws(StoreError) -> [Callback]

    /// Records an attempt; one that is not the callback's last counts for nothing.
    func record(_ attempt: CallbackAttempt, of callback: Callback) async throws(StoreError)

    /// Every callback that has not been delivered, oldest first.
    func callbacks() async throws(StoreError) -> [Callback]

    /// How many callbacks have not been delivered, for metrics. Reads no contents, and a bounded number of rows.
    /// - Parameter limit: counts at most as many of those that are to be tried, and those that were given up among as many
    ///   with the lowest numbers, which are the oldest.
    func callbackCounts(limit: Int) async throws(StoreError) -> CallbackCounts

    /// Schedules a failed callback again.
    /// - Throws: `notFound(.callback)`.
    func resendCallback(_ number: Int64) async throws(StoreError)
}
