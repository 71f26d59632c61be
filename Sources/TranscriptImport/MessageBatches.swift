import AssistantsAPI
import AssistantsStore

/// Reads an input's messages, some at a time.
struct MessageBatches {
    /// A message and where it stands.
    struct NumberedMessage {
        let line: Int
        let message: NewMessage
        /// Whether the line has an id of its own.
        let bringsID: Bool
    }

    private let size: UInt64
    private var lines: LineReader
    private var decoder: LineDecoder

    init(_ input: ImportInput, account: AccountSID, numbers: JSONScanner.Numbers) throws {
        size = input.size
        lines = try input.lines()
        decoder = LineDecoder(account: account, numbers: numbers)
    }

    /// How much of the input has been read, from 0 to 1.
    var fraction: Double { size == 0 ? 1 : Double(lines.offset) / Double(size) }
    var sessionCount: Int { decoder.sessionCount }

    /// `nil` behind the last line. Empty lines are passed over.
    /// - Throws: `ImportError.badLine`.
    mutating func next(upTo count: Int) throws -> [NumberedMessage]? {
        var batch: [NumberedMessage] = []
        var bytes = 0
        while batch.count < count, bytes < TransactionSize.maximumBytes, let line = try lines.next() {
            guard case .bytes(var text) = line else {
                throw ImportError.badLine(
                    number: lines.number,
                    reason: "is longer than \(LineReader.maximumLineLength) bytes"
                )
            }
            if lines.number == 1, text.starts(with: Self.byteOrderMark) { text.removeFirst(Self.byteOrderMark.count) }
            if text.last == UInt8(ascii: "\r") { text.removeLast() }
            if text.isEmpty { continue }
            bytes += text.count
            do {
                let (message, bringsID) = try decoder.message(of: text)
                batch.append(NumberedMessage(line: lines.number, message: message, bringsID: bringsID))
            } catch {
                throw ImportError.badLine(number: lines.number, reason: error.reason)
            }
        }
        return batch.isEmpty ? nil : batch
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
