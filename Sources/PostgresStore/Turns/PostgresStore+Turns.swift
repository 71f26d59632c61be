package import AssistantsStore

extension PostgresStore {
    package func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        by worker: WorkerID,
        maximumWaiting: Int,
        once: Once<SessionID>?
    ) async throws(StoreError) -> OnceResult<SessionID> {
        try await write { connection in
            try connection.write(once, in: account) { connection in
                try TurnWriter.accept(
                    turn,
                    in: account,
                    by: worker,
                    maximumWaiting: maximumWaiting,
                    idempotencyKey: once?.request.key,
                    &connection
                )
            }
        }
    }

    package func beginTurns(
        as worker: WorkerID,
        limit: Int,
        at now: Timestamp
    ) async throws(StoreError) -> [Turn] {
        let ready = try await read { connection in
            try TurnWriter.ready(for: worker, limit: limit, at: now, &connection)
        }
        var turns: [Turn] = []
        for (key, number) in ready {
            let turn = try await write { connection in
                try TurnWriter.begin(number, of: key, as: worker, at: now, &connection)
            }
            if let turn { turns.append(turn) }
        }
        return turns
    }

    package func renewTurns(of worker: WorkerID, at now: Timestamp) async throws(StoreError) {
        try await setLease(of: worker, to: now.microseconds + Turn.lease)
    }

    package func releaseTurns(of worker: WorkerID) async throws(StoreError) {
        try await setLease(of: worker, to: 0)
    }

    private func setLease(of worker: WorkerID, to end: Int64) async throws(StoreError) {
        try await write { connection in
            _ = try connection.run(
                "UPDATE turn SET lease_end = $2::bigint WHERE worker = $1",
                [worker, end]
            )
        }
    }

    package func finish(_ turn: TurnID, as worker: WorkerID, with end: TurnEnd) async throws(StoreError) {
        try await write { connection in try TurnWriter.finish(turn, as: worker, with: end, &connection) }
    }
}
