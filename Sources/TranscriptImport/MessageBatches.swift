import AssistantsAPI
import AssistantsStore

/// Reads an input's messages, some at a time.
struct MessageBatches {
    /// A message and where it stands.
    struct PlacedMessage {
        let place: ImportPlace
        let message: NewMessage
        /// Whether it has an id of its own.
        let bringsID: Bool
    }

    struct Batch {
        var messages: [PlacedMessage] = []
        /// What stands among them and is no message.
        var bad: [BadMessage] = []
    }

    private let input: ImportInput
    private var decoder: LineDecoder
    private var lines: LineReader?
    /// The number of the file that lines are read from.
    private var file = -1
    private var nextPiece = 0
    private var nextBadPage = 0
    private var piece: ImportInput.PagePiece?
    /// The messages of the piece's page.
    private var page: [ArraySlice<UInt8>] = []
    /// How many messages of the piece have been read.
    private var readOfPiece = 0
    private var placeCount = 0
    /// Of what has been read completely.
    private var finishedBytes: UInt64 = 0

    init(_ input: ImportInput, account: AccountSID, numbers: JSONScanner.Numbers) {
        self.input = input
        decoder = LineDecoder(account: account, numbers: numbers)
    }

    /// How much of the input has been read, from 0 to 1.
    var fraction: Double {
        input.size == 0 ? 1 : min(Double(finishedBytes + (lines?.offset ?? 0)) / Double(input.size), 1)
    }

    var sessionCount: Int { decoder.sessionCount }

    /// `nil` behind the last message. Empty lines are passed over.
    mutating func next(upTo count: Int) throws -> Batch? {
        var batch = Batch()
        var bytes = 0
        while batch.messages.count + batch.bad.count < count, bytes < TransactionSize.maximumBytes {
            guard let size = try readMessage(into: &batch) else { break }
            bytes += size
        }
        return batch.messages.isEmpty && batch.bad.isEmpty ? nil : batch
    }

    /// - Returns: how many bytes it has; `nil` behind the last one.
    private mutating func readMessage(into batch: inout Batch) throws -> Int? {
        while true {
            if let size = try readLine(into: &batch) { return size }
            if try openNextFile() { continue }
            return try readMessageOfPage(into: &batch)
        }
    }

    // MARK: Lines

    /// - Returns: whether there is another file of lines.
    private mutating func openNextFile() throws -> Bool {
        finishedBytes += lines?.offset ?? 0
        lines = nil
        while file + 1 < input.files.count {
            file += 1
            guard input.files[file].form == .lines else { continue }
            lines = try input.files[file].lines()
            return true
        }
        return false
    }

    /// - Returns: how many bytes it has; `nil` behind the file's last one.
    private mutating func readLine(into batch: inout Batch) throws -> Int? {
        while let line = try lines?.next(), let number = lines?.number {
            let place = place(file, line: number)
            guard case .bytes(var text) = line else {
                let reason = "is longer than \(LineReader.maximumLineLength) bytes"
                batch.bad.append(BadMessage(place: place, reason: reason))
                return 0
            }
            if number == 1, text.starts(with: LineReader.byteOrderMark) {
                text.removeFirst(LineReader.byteOrderMark.count)
            }
            if text.last == UInt8(ascii: "\r") { text.removeLast() }
            if text.isEmpty { continue }
            decode(text, at: place, into: &batch)
            return text.count
        }
        return nil
    }

    // MARK: Pages

    private mutating func readMessageOfPage(into batch: inout Batch) throws -> Int? {
        while readOfPiece == piece?.messages.count ?? 0 {
            guard nextPiece < input.pieces.count else { return readBadPage(into: &batch) }
            let next = input.pieces[nextPiece]
            nextPiece += 1
            do {
                page = try messages(of: next.location)
            } catch let error as InvalidObject {
                (piece, readOfPiece) = (nil, 0)
                let place = place(next.location.file, line: next.location.line)
                batch.bad.append(BadMessage(place: place, reason: error.reason))
                return 0
            }
            (piece, readOfPiece) = (next, 0)
        }
        guard let piece else { return nil }
        let index = piece.messages[readOfPiece]
        readOfPiece += 1
        let place = place(piece.location.file, line: piece.location.line, index + 1)
        guard page.indices.contains(index) else {
            batch.bad.append(BadMessage(place: place, reason: "is no longer there"))
            return 0
        }
        let json = Array(page[index])
        finishedBytes += UInt64(json.count)
        decode(json, at: place, into: &batch)
        return json.count
    }

    /// - Returns: 0; `nil` behind the last one.
    private mutating func readBadPage(into batch: inout Batch) -> Int? {
        guard nextBadPage < input.badPages.count else { return nil }
        let page = input.badPages[nextBadPage]
        nextBadPage += 1
        let place = place(page.location.file, line: page.location.line)
        batch.bad.append(BadMessage(place: place, reason: page.reason))
        return 0
    }

    /// Reads a page, unless it is that of the last piece.
    private func messages(of location: ImportInput.PageLocation) throws -> [ArraySlice<UInt8>] {
        if let last = piece?.location, (last.file, last.offset) == (location.file, location.offset) { return page }
        let json = try input.files[location.file].bytes(at: location.offset, count: location.size)
        return try SavedPage(json: json).messages
    }

    private mutating func place(_ file: Int, line: Int, _ messageOfPage: Int? = nil) -> ImportPlace {
        defer { placeCount += 1 }
        return ImportPlace(
            index: placeCount,
            file: input.placeName(of: file),
            line: line,
            messageOfPage: messageOfPage
        )
    }

    private mutating func decode(_ json: [UInt8], at place: ImportPlace, into batch: inout Batch) {
        do throws(InvalidObject) {
            let isOfPage = place.messageOfPage != nil
            let (message, bringsID) = try decoder.message(of: json, isOfPage: isOfPage)
            // Without one, a message that is on two pages would be stored twice.
            guard bringsID || !isOfPage else { throw InvalidObject("has no \"id\"") }
            batch.messages.append(PlacedMessage(place: place, message: message, bringsID: bringsID))
        } catch {
            batch.bad.append(BadMessage(place: place, reason: error.reason))
        }
    }
}
