import AssistantsStore
import GRDB

/// What a user name of Basic authentication stands for.
struct CredentialQuery: ~Copyable {
    private var account: PreparedStatement
    private var apiKey: PreparedStatement

    init(on connection: SQLiteConnection) throws {
        let account = try PreparedStatement(
            """
            SELECT sid, auth_token_digest, secondary_token_digest, 0, \(ChecksummedTable.account.isIntact)
            FROM account WHERE sid = ?
            """,
            on: connection
        )
        let apiKey = try PreparedStatement(
            """
            SELECT account_sid, secret_digest, NULL, read_only, \(ChecksummedTable.apiKey.isIntact)
            FROM api_key WHERE sid = ?
            """,
            on: connection
        )
        self.account = account
        self.apiKey = apiKey
    }

    mutating func run(_ userName: String) throws -> StoredCredential? {
        if AccountSID(userName) != nil { return try Self.run(&account, .account, userName) }
        if APIKeySID(userName) != nil { return try Self.run(&apiKey, .apiKey, userName) }
        return nil
    }

    private static func run(_ statement: inout PreparedStatement, _ table: ChecksummedTable, _ sid: String) throws
        -> StoredCredential?
    {
        defer { statement.reset() }
        try statement.bind(sid, at: 1)
        guard try statement.step() else { return nil }
        guard statement.integer(4) == 1 else { throw DatabaseError.damagedRow(table, sid) }
        return StoredCredential(
            account: AccountSID(unchecked: statement.text(0)),
            digests: [digest(statement, 1), digest(statement, 2)].filter { !$0.isEmpty },
            isReadOnly: statement.integer(3) != 0
        )
    }

    /// None where it is NULL.
    private static func digest(_ statement: borrowing PreparedStatement, _ column: Int32) -> [UInt8] {
        statement.bytes(column).withUnsafeBytes { Array($0) }
    }
}
