import CLibpq

extension PostgresConnection {
    /// Sends several queries at once and delivers their results in order: the server starts the next one without waiting for the
    /// client. Each sees what was committed before it was sent.
    /// - Returns: how many were answered. Where these are not all, the next one failed, and those behind it were not run.
    /// - Throws: `PostgresError` where they could not be sent.
    mutating func answer(_ queries: [PostgresQuery]) throws(PostgresError) -> Int {
        // What is new to the server cannot be prepared within a pipeline.
        var names: [String] = []
        for query in queries { names.append(try prepare(query.sql)) }
        guard PQenterPipelineMode(handle) == 1 else { throw failure }
        for (query, name) in zip(queries, names) {
            guard send(name, query.parameters) == 1 else { throw failure }
        }
        guard PQpipelineSync(handle) == 1 else { throw failure }
        var answered = 0
        while answered < queries.count, let result = PQgetResult(handle) {
            guard PQresultStatus(result) == PGRES_TUPLES_OK else {
                PQclear(result)
                break
            }
            hasAnswered = true
            queries[answered].result.end(.success(PostgresRows(PostgresResult(result))))
            answered += 1
            // Behind each query's result comes a null pointer.
            _ = PQgetResult(handle)
        }
        endPipeline()
        return answered
    }

    private func send(_ name: String, _ parameters: PostgresParameters) -> Int32 {
        let handle = handle
        return parameters.withAddresses { addresses in
            PQsendQueryPrepared(handle, name, parameters.count, addresses, parameters.lengths, parameters.formats, 1)
        }
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
