import HTTPTransport
import NIOCore
import NIOHTTP1

extension Response {
    /// With its content coded, where that is worth it and has not been done.
    func coded(as coding: ContentCoding) async -> Response {
        guard coding != .identity, case .bytes(let bytes) = body, bytes.readableBytes >= Content.leastSize,
            !headers.contains(name: "Content-Encoding")
        else { return self }
        var response = self
        response.hold(await Content(bytes, as: coding))
        return response
    }

    mutating func hold(_ content: Content) {
        body = .bytes(content.bytes)
        if content.coding != .identity { headers.add(name: "Content-Encoding", value: content.coding.rawValue) }
    }
}
