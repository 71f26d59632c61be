/// A change that is made in one transaction, and written once for all stores.
package protocol StoreWrite: Sendable {
    associatedtype Value: Sendable

    /// Throwing undoes it. Runs once for each attempt: after a conflict with another transaction, PostgreSQL's is begun again.
    func run<Transaction: WriteTransaction & ~Copyable>(_ transaction: inout Transaction) throws -> Value
}
