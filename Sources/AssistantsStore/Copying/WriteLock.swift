/// Keeps everybody from writing to a store, until it is released or let go.
package protocol WriteLock: Sendable {
    /// - Throws: `StoreError` where it was lost before, so that somebody may have written.
    func release() async throws(StoreError)
}
