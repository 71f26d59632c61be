import AssistantsAPI

/// What is imported: files of lines, read one after another as if they were one, and saved pages.
///
/// The pages come behind the lines. Those of one session are put in order, whatever the order of their files: oldest messages first.
package struct ImportInput {
    /// Where a page is.
    struct PageLocation {
        let file: Int
        let offset: UInt64
        let size: Int
        /// On which it begins, from 1.
        let line: Int
    }

    /// Messages of a page that are read one after another.
    struct PagePiece {
        let location: PageLocation
        /// Their indices on the page.
        var messages: [Int]
    }

    struct BadPage {
        let location: PageLocation
        /// Continues a sentence that begins with the place.
        let reason: String
    }

    let files: [ImportFile]
    let pieces: [PagePiece]
    let badPages: [BadPage]
    /// Number of sessions whose pages list the newest message first.
    let reversedSessions: Int
    /// Of its lines and of the messages of its pages, in bytes.
    let size: UInt64

    /// - Parameters:
    ///   - paths: of files, or `-` for standard input.
    ///   - order: that of the saved pages; `nil` judges it for each session by its messages.
    ///   - isInterrupted: asked now and then whether to end.
    /// - Throws: `ImportError`.
    package init(paths: [String], order: SavedListOrder? = nil, isInterrupted: () -> Bool = { false }) throws {
        files = try paths.map { try ImportFile(path: $0, isInterrupted: isInterrupted) }
        let saved = try Self.pages(of: files, isInterrupted)
        var pieces: [PagePiece] = []
        var reversedSessions = 0
        for (session, pages) in saved.sessions {
            let list = SavedList(pages)
            do throws(SavedList.UnknownOrder) {
                let ordered = try list.pieces(order)
                pieces += ordered.pieces
                if ordered.areReversed { reversedSessions += 1 }
            } catch {
                throw try Self.importError(error, session, list, files)
            }
        }
        size = saved.messageBytes + files.filter { $0.form == .lines }.reduce(0) { $0 + $1.size }
        self.pieces = pieces
        badPages = saved.bad
        self.reversedSessions = reversedSessions
    }

    package init(path: String) throws {
        try self.init(paths: [path])
    }

    package var hasPages: Bool { files.contains { $0.form == .pages } }

    /// The name of a file in places of messages; `nil` where there is only one.
    func placeName(of file: Int) -> String? { files.count > 1 ? files[file].name : nil }

    /// Finds the pages of each session, sessions in the order of their first ones.
    private static func pages(
        of files: [ImportFile],
        _ isInterrupted: () -> Bool
    ) throws -> (sessions: [(String, [SavedList.Page])], bad: [BadPage], messageBytes: UInt64) {
        var sessions: [(String, [SavedList.Page])] = []
        var indexOfSession: [[UInt8]: Int] = [:]
        var bad: [BadPage] = []
        var messageBytes: UInt64 = 0
        for (index, file) in files.enumerated() where file.form == .pages {
            var documents = try file.documents()
            while let document = try documents.next() {
                guard !isInterrupted() else { throw ImportError.interrupted(stored: 0, end: nil) }
                let location = PageLocation(
                    file: index,
                    offset: document.offset,
                    size: document.bytes.count,
                    line: document.line
                )
                let page: SavedPage
                do throws(InvalidObject) {
                    page = try SavedPage(json: document.bytes)
                } catch {
                    bad.append(BadPage(location: location, reason: error.reason))
                    continue
                }
                messageBytes += page.messages.reduce(0) { $0 + UInt64($1.count) }
                let fields = page.messages.map(PlacingFields.init)
                let session = fields.lazy.compactMap(\.session).first ?? ""
                // As bytes: Strings are equal whose ids are different.
                guard fields.allSatisfy({ $0.session?.utf8.elementsEqual(session.utf8) ?? true }) else {
                    bad.append(BadPage(location: location, reason: "has messages of several sessions"))
                    continue
                }
                let known = indexOfSession[Array(session.utf8)]
                if known == nil {
                    indexOfSession[Array(session.utf8)] = sessions.count
                    sessions.append((session, []))
                }
                sessions[known ?? sessions.count - 1].1.append(
                    SavedList.Page(
                        location: location,
                        number: page.number,
                        pageSize: page.pageSize,
                        fileName: file.name,
                        messages: fields.map(ListedMessage.init)
                    )
                )
            }
        }
        return (sessions, bad, messageBytes)
    }

    private static func importError(
        _ error: SavedList.UnknownOrder,
        _ session: String,
        _ list: SavedList,
        _ files: [ImportFile]
    ) throws -> ImportError {
        func name(of place: SavedList.Place) throws -> String {
            let location = list.page(place).location
            let json = try files[location.file].bytes(at: location.offset, count: location.size)
            let messages = (try? SavedPage(json: json).messages) ?? []
            let id = messages.indices.contains(place.message) ? PlacingFields(json: messages[place.message]).id : nil
            return "\(id ?? "?") (\(files[location.file].name), line \(location.line), message \(place.message + 1))"
        }
        return .unknownOrder(
            error.doubt,
            session: session,
            first: try name(of: error.first),
            second: try name(of: error.second)
        )
    }
}
