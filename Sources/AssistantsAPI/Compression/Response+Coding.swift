import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// With its content coded, where that is worth it and has not been done.
    func coded(as coding: ContentCoding) async throws -> Response {
        guard coding != .identity, headers[.contentEncoding] == nil, let length = body.contentLength,
            length >= Content.leastSize
        else { return self }
        let collector = BodyCollector()
        try await body.write(collector)
        var response = self
        response.hold(await Content(collector.bytes, as: coding))
        return response
    }

    mutating func hold(_ content: Content) {
        body = ResponseBody(byteBuffer: content.bytes)
        if content.coding != .identity { headers[.contentEncoding] = content.coding.rawValue }
    }
}

private final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) {
        if bytes.readableBytes == 0 {
            bytes = buffer
        } else {
            bytes.writeImmutableBuffer(buffer)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) {}
}
