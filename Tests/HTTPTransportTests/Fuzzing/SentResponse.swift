import NIOCore
import NIOHTTP1

/// A response as a strict client reads it.
struct SentResponse: Equatable {
    let status: Int
    /// Of the request that it answers; `nil` for a refusal.
    let number: Int?
    /// What its request was read as.
    let request: [String?]
    let body: [UInt8]
    let isLast: Bool

    /// - Parameters:
    ///   - bytes: all that was sent.
    ///   - methods: of the requests that came.
    ///   - mayBeCutOff: whether the last body may be incomplete.
    /// - Throws: what is no sequence of responses in the order of the requests.
    static func all(
        in bytes: [UInt8],
        to methods: [HTTPMethod],
        mayBeCutOff: Bool
    ) throws(FuzzedConnection.Violation) -> [Self] {
        var (rest, responses, isOver) = (bytes[...], [Self](), false)
        while !rest.isEmpty {
            guard !isOver else { throw FuzzedConnection.Violation(what: "something follows the last response") }
            let (lines, body) = try head(of: rest)
            rest = body
            let status = try status(in: lines[0])
            guard status != 100 else {
                guard lines.count == 1, responses.count < methods.count else {
                    throw FuzzedConnection.Violation(what: "100 Continue behind the response")
                }
                continue
            }
            let headers = try headers(in: lines.dropFirst())
            let number = headers["x-number"].flatMap { Int($0) }
            guard number == nil || number == responses.count, number ?? 0 < methods.count || number == nil else {
                throw FuzzedConnection.Violation(what: "the response to \(number ?? -1) is number \(responses.count)")
            }
            isOver = headers["connection"] == "close"
            var content: [UInt8]? = []
            if status != 204 && status != 304, number.map({ methods[$0] != .HEAD }) ?? true {
                if let length = headers["content-length"].flatMap({ Int($0) }) {
                    content = length <= rest.count ? Array(rest.prefix(length)) : nil
                    rest = rest.dropFirst(length)
                } else if headers["transfer-encoding"] == "chunked" {
                    content = try chunks(of: &rest)
                } else {
                    guard isOver else { throw FuzzedConnection.Violation(what: "no length") }
                    content = Array(rest)
                    rest = []
                }
            }
            guard let content else {
                guard mayBeCutOff, rest.isEmpty else { throw FuzzedConnection.Violation(what: "a body is cut off") }
                return responses
            }
            let response = Self(
                status: status,
                number: number,
                request: [headers["x-body"], headers["x-target"]],
                body: content,
                isLast: isOver
            )
            responses.append(response)
            let hasBody = status != 204 && status != 304 && number.map { methods[$0] != .HEAD } ?? true
            try response.checkBody(hasBody, mayBeCutOff: mayBeCutOff && rest.isEmpty)
        }
        return responses
    }

    /// A body whose chunks have their lengths before them; `nil` if it has no end.
    private static func chunks(of rest: inout ArraySlice<UInt8>) throws(FuzzedConnection.Violation) -> [UInt8]? {
        var content: [UInt8] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            guard let length = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) else {
                throw FuzzedConnection.Violation(what: "a chunk has no length")
            }
            rest = rest[end...].dropFirst(2)
            guard length + 2 <= rest.count else { break }
            content += rest.prefix(length)
            rest = rest.dropFirst(length)
            guard rest.prefix(2).elementsEqual("\r\n".utf8) else {
                throw FuzzedConnection.Violation(what: "a chunk has no end")
            }
            rest = rest.dropFirst(2)
            if length == 0 { return content }
        }
        rest = []
        return nil
    }

    private func checkBody(_ hasBody: Bool, mayBeCutOff: Bool) throws(FuzzedConnection.Violation) {
        guard let number else {
            guard isLast else { throw FuzzedConnection.Violation(what: "a refusal is not the last response") }
            return
        }
        let whole = Array(ScriptedResponder.body(number).readableBytesView)
        guard body == (hasBody ? whole : []) || mayBeCutOff && whole.starts(with: body) else {
            throw FuzzedConnection.Violation(what: "the body of response \(number) has other bytes")
        }
    }

    /// The lines of the head, and what follows it.
    private static func head(
        of bytes: ArraySlice<UInt8>
    ) throws(FuzzedConnection.Violation) -> (lines: [ArraySlice<UInt8>], body: ArraySlice<UInt8>) {
        var (lines, start) = ([ArraySlice<UInt8>](), bytes.startIndex)
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\r")) {
            guard end + 1 < bytes.endIndex, bytes[end + 1] == UInt8(ascii: "\n") else { break }
            if end == start, !lines.isEmpty { return (lines, bytes[(end + 2)...]) }
            lines.append(bytes[start..<end])
            start = end + 2
        }
        throw FuzzedConnection.Violation(what: "a head is cut off or malformed")
    }

    private static func status(in line: ArraySlice<UInt8>) throws(FuzzedConnection.Violation) -> Int {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count >= 3, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw FuzzedConnection.Violation(what: "no status line")
        }
        return status
    }

    private static func headers(
        in lines: ArraySlice<ArraySlice<UInt8>>
    ) throws(FuzzedConnection.Violation) -> [String: String] {
        var headers: [String: String] = [:]
        for line in lines {
            let parts = String(decoding: line, as: UTF8.self).split(
                separator: ": ",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard parts.count == 2, headers.updateValue(String(parts[1]), forKey: parts[0].lowercased()) == nil else {
                throw FuzzedConnection.Violation(what: "a header is malformed, or there twice")
            }
        }
        return headers
    }
}
