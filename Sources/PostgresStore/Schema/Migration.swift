/// One step from an earlier schema to a later one.
///
/// From the fifth on, a step adds tables, nullable columns, and indexes, and rewrites nothing: servers of the version before keep
/// working. What they leave empty is filled later, by `Migrator.finish`.
struct Migration {
    enum Change {
        /// Statements that are run in one transaction.
        case statements(String)
        /// An index that is built while others write, which no transaction can do. What an interrupted attempt has left is dropped
        /// first. `on` is what `CREATE INDEX` says behind `ON`.
        case index(name: String, on: String)
    }

    let name: String
    let change: Change

    init(_ name: String, _ change: Change) {
        self.name = name
        self.change = change
    }
}
