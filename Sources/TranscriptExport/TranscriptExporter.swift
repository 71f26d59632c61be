import AssistantsAPI
package import AssistantsStore
import Crypto
import NIOCore
import TextEncodings

/// Writes an account's transcripts as JSON Lines that an import reads, one message a line.
///
/// Sessions come in the order of their ids' bytes, and messages in the order in which they were accepted, so that two stores with
/// the same messages give the same bytes. Each page is read by a transaction of its own. A session has every message that was there when
/// its first page was read and that nobody deleted since; one that is deleted meanwhile is left out.
package struct TranscriptExporter {
    /// Which sessions are written.
    package enum Selection: Sendable {
        case all
        case session(SessionReference)
        /// Those whose first message had this identity.
        case identity(String)
    }

    private let store: any Store
    private let account: AccountSID
    private let selection: Selection
    private let reader: SessionReader
    private let isInterrupted: @Sendable () -> Bool
    private let report: ((ExportProgress) -> Void)?

    /// How many sessions are read at once.
    private static let window = 8

    /// - Parameters:
    ///   - isInterrupted: asked now and then whether to end.
    ///   - report: called now and then with how far the export is. With one, the sessions are counted first.
    package init(
        of account: AccountSID,
        in store: any Store,
        selection: Selection = .all,
        pageSize: Int = 200,
        isInterrupted: @escaping @Sendable () -> Bool = { false },
        report: ((ExportProgress) -> Void)? = nil
    ) {
        self.account = account
        self.store = store
        self.selection = selection
        reader = SessionReader(store: store, account: account, selection: selection, pageSize: pageSize)
        self.isInterrupted = isInterrupted
        self.report = report
    }

    /// What tells this export from others, as text: only the same one can continue its output.
    package func arguments() async throws(StoreError) -> String {
        var arguments = "form 1\naccount \(account)\n"
        // Random, and the same on every server of the database.
        arguments += "database \(Hexadecimal.encode(SHA256.hash(data: try await store.pageTokenKey()).prefix(8)))\n"
        switch selection {
        case .all: break
        case .session(let session): arguments += "session \(session.name ?? "")\n"
        case .identity(let identity): arguments += "identity \(identity)\n"
        }
        return arguments
    }

    /// Appends the sessions behind the last one that the output has.
    /// - Throws: `ExportError`, `StoreError`. All that was appended before has been written then.
    package func run(to output: inout ExportOutput) async throws {
        do {
            try await appendAll(to: &output)
        } catch {
            try output.flush()
            throw error
        }
        try output.flush()
    }

    private func appendAll(to output: inout ExportOutput) async throws {
        let total = report == nil ? 0 : try await count(after: output.lastSession)
        var list = list(selection, after: output.lastSession)
        let reader = reader
        try await withThrowingTaskGroup(of: (number: Int, page: SessionPage).self) { group in
            // Sessions are numbered in their order. Their first pages are read ahead, by several connections.
            var pages: [Int: SessionPage] = [:]
            var begun = 0
            var written = 0
            while true {
                while begun < written + Self.window, let session = try await list.next() {
                    group.addTask { [begun] in (begun, try await reader.firstPage(of: session)) }
                    begun += 1
                }
                guard written < begun else { return }
                while pages[written] == nil, let (number, page) = try await group.next() { pages[number] = page }
                if let page = pages.removeValue(forKey: written) { try await append(page, to: &output) }
                written += 1
                report?(
                    ExportProgress(messages: output.messages, fraction: Double(list.passed) / Double(max(total, 1)))
                )
            }
        }
    }

    /// How many sessions there are behind one, whether they are selected or not.
    private func count(after last: SessionID?) async throws -> Int {
        if case .session = selection { return 1 }
        var list = list(.all, after: last)
        while try await list.next() != nil {}
        return list.passed
    }

    private func list(_ selection: Selection, after last: SessionID?) -> SessionList {
        SessionList(of: account, in: store, selection, after: last, isInterrupted: isInterrupted)
    }

    /// Appends a session, whose first page has been read.
    private func append(_ first: SessionPage, to output: inout ExportOutput) async throws {
        let reader = reader
        output.beginSession()
        var page = first
        do {
            while let next = page.next {
                try checkInterruption()
                async let following = reader.page(of: first.session, .after(next))
                try output.append(page.lines, messages: page.messages)
                page = try await following
            }
            try checkInterruption()
            try output.append(page.lines, messages: page.messages)
        } catch let error as StoreError where error.isDeletion {
            try output.undoSession(first.session)
            if case .session = selection { throw error }
        }
        output.endSession()
    }

    private func checkInterruption() throws {
        if isInterrupted() { throw ExportError.interrupted }
    }
}

/// How far an export is.
package struct ExportProgress: Sendable {
    /// How many have been written.
    package let messages: Int
    /// Of the sessions, from 0 to 1.
    package let fraction: Double
}
