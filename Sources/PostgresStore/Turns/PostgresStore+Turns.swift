package import AssistantsStore

extension PostgresStore {
    package func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        by worker: WorkerID,
        maximumWaiting: Int,
        lease: Duration,
        once: IdempotentWrite<SessionID>?
    ) async throws(StoreError) -> IdempotentResult<SessionID> {
        try await write { connection in
            try connection.write(once, in: account) { connection in
                try connection.accept(
                    turn,
                    in: account,
                    by: worker,
                    maximumWaiting: maximumWaiting,
                    lease: lease,
                    idempotencyKey: once?.request.key
                )
            }
        }
    }

    package func beginTurns(
        as worker: WorkerID,
        limit: Int,
        lease: Duration,
        at date: Timestamp
    ) async throws(StoreError) -> [Turn] {
        var begun: [Turn] = []
        do throws(StoreError) {
            try await begin(limit, as: worker, lease: lease, at: date, &begun)
        } catch {
            // Those that have begun are the worker's, which must learn of them.
            guard !begun.isEmpty else { throw error }
        }
        return begun
    }

    /// Begins turns one by one, and adds them to `begun`.
    private func begin(
        _ limit: Int,
        as worker: WorkerID,
        lease: Duration,
        at date: Timestamp,
        _ begun: inout [Turn]
    ) async throws(StoreError) {
        let start = ContinuousClock.now
        var failure: StoreError?
        var last: Int64 = 0
        while begun.count < limit {
            let (number, wanted) = (last, limit - begun.count)
            let ready = try await read { connection in
                try TurnWriter.ready(for: worker, after: number, limit: wanted, &connection)
            }
            for (key, number) in ready {
                // The first ones are run, and their leases renewed, only when this returns.
                guard begun.isEmpty || start.duration(to: .now) < .seconds(1) else { return }
                do throws(StoreError) {
                    let turn = try await write { connection in
                        try TurnWriter.begin(number, of: key, as: worker, lease: lease, at: date, &connection)
                    }
                    if let turn { begun.append(turn) }
                } catch {
                    guard begun.isEmpty, error.isOfOneTurn, !Task.isCancelled else { throw error }
                    failure = failure ?? error
                }
                last = number
            }
            guard ready.count == wanted else { break }
        }
        if begun.isEmpty, let failure { throw failure }
    }

    package func renewTurns(
        _ running: Set<TurnID>,
        of worker: WorkerID,
        lease: Duration
    ) async throws(StoreError) {
        try await write { connection in
            _ = try connection.run(
                TurnWriter.renewal,
                [worker, running.map(\.text).joined(separator: "\n"), lease.microseconds]
            )
        }
    }

    package func releaseTurns(of worker: WorkerID) async throws(StoreError) {
        try await write { connection in
            _ = try connection.run("UPDATE turn SET lease_end = 0 WHERE worker = $1", [worker])
        }
    }

    package func finish(_ turn: TurnID, as worker: WorkerID, with end: TurnEnd) async throws(StoreError) {
        try await write { connection in try connection.finish(turn, as: worker, with: end) }
    }
}

extension StoreError {
    /// Whether other turns may do what failed for one: its rows are damaged, or others keep them locked.
    fileprivate var isOfOneTurn: Bool {
        switch self {
        case .unavailable(let error as PostgresError): error.isConflict || error.isOfLock
        case .unavailable: false
        default: true
        }
    }
}
