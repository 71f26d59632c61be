import AssistantsStore

extension PageQuery {
    /// Where the page lies in the list.
    func place<Cursor: PageTokenCursor>(
        in account: AccountSID,
        _ tokens: PageTokens
    ) throws(APIError) -> PageRequest<Cursor>.Place {
        guard let token else { return .first }
        return try tokens.place(of: token, in: account)
    }
}
