extension WriteTransaction where Self: ~Copyable {
    /// As `TurnStore.accept` says. Stores the turn's message, or keeps it behind the session's other turns.
    package mutating func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        by worker: WorkerID,
        maximumWaiting: Int,
        lease: Duration,
        idempotencyKey: String?
    ) throws -> SessionID {
        try requireAssistant(turn.assistantID, in: account)
        let found = try openSession(turn.session, in: account)
        if let found, case let count = try turnCount(of: found), count > 0 {
            guard count <= maximumWaiting else { throw StoreError.tooManyTurns }
            try insert(
                turn,
                of: account,
                in: found,
                position: nil,
                by: worker,
                lease: lease,
                idempotencyKey: idempotencyKey
            )
            return found.id
        }
        let session = try append(turn.message, to: turn.session, in: account, at: turn.date)
        // There was no session to lock; somebody else may have made it, and begun a turn in it.
        guard try found != nil || turnCount(of: session) == 0 else {
            throw Self.conflict("another turn of a new session came first")
        }
        try insert(
            turn,
            of: account,
            in: session,
            position: session.lastPosition,
            by: worker,
            lease: lease,
            idempotencyKey: idempotencyKey
        )
        return session.id
    }

    /// Appends a turn's message or reply.
    package mutating func append(
        _ draft: MessageDraft,
        to session: SessionReference,
        in account: AccountSID,
        at date: Timestamp
    ) throws -> OpenSession<SessionHandle> {
        // The draft has its assistant, so that none is looked for by a name.
        let defaults = MessageDefaults(assistantName: "", date: date)
        return try append([draft], to: session, in: account, defaults: defaults).session
    }
}
