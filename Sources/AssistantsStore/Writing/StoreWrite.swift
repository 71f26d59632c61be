/// A change that is made in one transaction, and written once for all stores.
package protocol StoreWrite: Sendable {
    associatedtype Value: Sendable

    /// Throwing undoes it.
    func run<Transaction: WriteTransaction & ~Copyable>(_ transaction: inout Transaction) throws -> Value
}
