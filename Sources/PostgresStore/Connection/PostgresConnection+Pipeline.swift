import CLibpq

extension PostgresConnection {
    /// Sends several queries at once and delivers their results in order: the server starts the next one without waiting for the
    /// client. Each sees what was committed before it was sent.
    /// - Returns: how many were answered. Where these are not all, the next one failed, and those behind it were not run.
    /// - Throws: `PostgresError` where they could not be sent.
    mutating func answer(_ queries: [PostgresQuery]) throws(PostgresError) -> Int {
        // What is new to the server cannot be prepared within a pipeline.
        var names: [String] = []
        let statements = queries.flatMap(\.statements)
        for statement in statements { names.append(try prepare(statement.sql)) }
        try sendPipeline(zip(names, statements.map(\.parameters)))
        var answered = 0
        var results: [PostgresRows] = []
        while answered < queries.count, let result = PQgetResult(handle) {
            guard PQresultStatus(result) == PGRES_TUPLES_OK else {
                PQclear(result)
                break
            }
            hasAnswered = true
            results.append(PostgresRows(PostgresResult(result)))
            if results.count == queries[answered].statements.count {
                queries[answered].result.end(.success(results))
                answered += 1
                results = []
            }
            // Behind each statement's result comes a null pointer.
            _ = PQgetResult(handle)
        }
        endPipeline()
        return answered
    }

    /// Runs statements one after the other, and gives a result for each.
    mutating func run(_ statements: [PostgresStatement]) throws(PostgresError) -> [PostgresRows] {
        var results: [PostgresRows] = []
        for statement in statements { results.append(PostgresRows(try run(statement.sql, statement.parameters))) }
        return results
    }

    /// Runs one statement with several sets of values, in order, and sends many of them at once. Where one fails, those behind it are
    /// not run: only for a transaction, which then fails as a whole.
    /// - Returns: a result for each set.
    mutating func run(_ sql: String, of sets: [[(any PostgresValue)?]]) throws(PostgresError) -> [PostgresRows] {
        guard sets.count > 1 else {
            var results: [PostgresRows] = []
            for values in sets { results.append(PostgresRows(try run(sql, values))) }
            return results
        }
        return try runAtOnce([(sql, sets)])[0]
    }

    /// The same with several statements, the second behind all sets of the first, and so on.
    /// - Returns: for each statement, a result for each set.
    mutating func runAtOnce(
        _ statements: [(sql: String, sets: [[(any PostgresValue)?]])]
    ) throws(PostgresError) -> [[PostgresRows]] {
        // What is new to the server cannot be prepared within a pipeline.
        var names: [String] = []
        for statement in statements { names.append(try prepare(statement.sql)) }
        var results: [PostgresRows] = []
        var batch: [(String, PostgresParameters)] = []
        var size = 0
        for (name, statement) in zip(names, statements) {
            for values in statement.sets {
                let parameters = PostgresParameters(values)
                let length = parameters.byteCount + Self.statementOverhead
                if size + length > Self.maximumPipelineSize, !batch.isEmpty {
                    results += try answer(batch)
                    (batch, size) = ([], 0)
                }
                batch.append((name, parameters))
                size += length
            }
        }
        if !batch.isEmpty { results += try answer(batch) }
        var rest = results[...]
        return statements.map { statement in
            defer { rest = rest.dropFirst(statement.sets.count) }
            return Array(rest.prefix(statement.sets.count))
        }
    }

    /// In bytes: what is sent before answers are read. It fits into the socket's buffers, so that the two sides never wait for each
    /// other to read.
    private static var maximumPipelineSize: Int { 1 << 15 }
    /// In bytes, about: what a statement sends beside its values.
    private static var statementOverhead: Int { 128 }

    private mutating func answer(_ batch: [(String, PostgresParameters)]) throws(PostgresError) -> [PostgresRows] {
        try sendPipeline(batch)
        var results: [PostgresRows] = []
        var failed: PostgresError?
        while results.count < batch.count, failed == nil {
            do {
                results.append(PostgresRows(try checked(PQgetResult(handle))))
                // Behind each statement's result comes a null pointer.
                _ = PQgetResult(handle)
            } catch {
                failed = error
            }
        }
        endPipeline()
        if let failed { throw failed }
        return results
    }

    /// Sends prepared statements at once. Their results are read next, and then `endPipeline`.
    private func sendPipeline(_ statements: some Sequence<(String, PostgresParameters)>) throws(PostgresError) {
        guard PQenterPipelineMode(handle) == 1 else { throw failure }
        for (name, parameters) in statements {
            let handle = handle
            let isSent = parameters.withAddresses { addresses in
                PQsendQueryPrepared(
                    handle,
                    name,
                    parameters.count,
                    addresses,
                    parameters.lengths,
                    parameters.formats,
                    1
                )
            }
            guard isSent == 1 else { throw failure }
        }
        guard PQpipelineSync(handle) == 1 else { throw failure }
    }

    /// Passes over what is left of a pipeline. Where its end is not found, the connection is not used again: `isUsable`.
    private func endPipeline() {
        var isBehindNull = false
        while PQstatus(handle) == CONNECTION_OK {
            guard let result = PQgetResult(handle) else {
                // Two in a row: nothing more is to come.
                if isBehindNull { break }
                isBehindNull = true
                continue
            }
            isBehindNull = false
            let isEnd = PQresultStatus(result) == PGRES_PIPELINE_SYNC
            PQclear(result)
            if isEnd { break }
        }
        PQexitPipelineMode(handle)
    }
}
