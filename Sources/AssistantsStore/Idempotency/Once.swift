/// Has a write done once: the store keeps the request's key and its answer in the transaction of the write itself, so that
/// there is never one without the other.
package struct Once<Value: Sendable>: Sendable {
    package let request: IdempotentRequest
    /// Makes the answer of what was written; `nil` where the answer comes later.
    package let answer: @Sendable (Value) -> StoredAnswer?

    package init(_ request: IdempotentRequest, answer: @escaping @Sendable (Value) -> StoredAnswer?) {
        self.request = request
        self.answer = answer
    }
}
