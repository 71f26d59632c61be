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
        _ = try fetch(Assistant.self, turn.assistantID, in: account, isLocked: false)
        let found = try openSession(turn.session, in: account)
        let count = try found.map { try turnCount(of: $0) } ?? 0
        let session: OpenSession<SessionHandle>
        let position: Int64?
        if let found, count > 0 {
            guard count <= maximumWaiting else { throw StoreError.tooManyTurns }
            (session, position) = (found, nil)
        } else {
            session = try append(turn.message, to: found, meantBy: turn.session, in: account, at: turn.date)
            // There was no session to lock; somebody else may have made it, and begun a turn in it.
            guard try found != nil || turnCount(of: session) == 0 else {
                throw Self.conflict("another turn of a new session came first")
            }
            position = session.lastPosition
        }
        try insert(
            turn,
            of: account,
            in: session,
            position: position,
            by: worker,
            lease: lease,
            idempotencyKey: idempotencyKey
        )
        return session.id
    }

    /// Stores the message of a turn that begins.
    /// - Returns: its position; `nil` where its session was deleted or is full.
    package mutating func storeMessage(
        _ content: JSONObject,
        of turn: StoredTurn<SessionHandle>,
        at date: Timestamp
    ) throws -> Int64? {
        guard let session = try openSession(of: turn) else { return nil }
        do {
            return try append(turn.draft(.user, content), to: session, of: turn, at: date).lastPosition
        } catch StoreError.sessionFull {
            return nil
        }
    }

    /// As `TurnStore.finish` says.
    package mutating func finish(_ id: TurnID, as worker: WorkerID, with end: TurnEnd) throws {
        guard let turn = try turn(id, of: worker) else { throw StoreError.turnLost }
        var session: OpenSession<SessionHandle>?
        if end.reply != nil {
            guard !turn.isDamaged else { throw Self.damage(of: turn) }
            // Before the turn: somebody may have locked the session for long, and the renewal of all leases waits for a turn
            // that is locked.
            session = try openSession(of: turn)
            guard session != nil else { throw StoreError.notFound(.session) }
        }
        guard try remove(turn, of: worker) else { throw StoreError.turnLost }
        if let reply = end.reply, let session {
            _ = try append(turn.draft(.assistant, reply, meta: end.meta), to: session, of: turn, at: end.date)
        }
        if let key = turn.idempotencyKey, let answer = end.answer {
            try self.answer(key, in: turn.account, with: answer)
        }
        if let callback = end.callback { try insert(callback, of: turn) }
    }

    /// The session that a turn was accepted in; `nil` where it was deleted since, even if there is one of its id again.
    private mutating func openSession(of turn: StoredTurn<SessionHandle>) throws -> OpenSession<SessionHandle>? {
        guard let session = try openSession(turn.sessionID, in: turn.account),
            session.number == turn.sessionNumber
        else { return nil }
        return session
    }

    private mutating func append(
        _ draft: MessageDraft,
        to session: OpenSession<SessionHandle>,
        of turn: StoredTurn<SessionHandle>,
        at date: Timestamp
    ) throws -> OpenSession<SessionHandle> {
        try append(
            draft,
            to: session,
            meantBy: SessionReference(exactly: turn.sessionID),
            in: turn.account,
            at: date
        )
    }

    private mutating func append(
        _ draft: MessageDraft,
        to session: OpenSession<SessionHandle>?,
        meantBy reference: SessionReference,
        in account: AccountSID,
        at date: Timestamp
    ) throws -> OpenSession<SessionHandle> {
        // The draft has its assistant, so that none is looked for by a name.
        let defaults = MessageDefaults(assistantName: "", date: date)
        var session = session
        return try append([draft], to: &session, meantBy: reference, in: account, defaults: defaults).session
    }
}
