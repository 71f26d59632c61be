import NIOCore
import NIOHTTP1

/// Writes responses: to a connection of HTTP/1.1 as bytes, to a stream of HTTP/2 as parts.
enum ResponseEncoder {
    case http1(EventLoopState)
    case http2(EventLoopState)

    /// In bytes: a body up to this is copied behind its head, so that both are one buffer.
    private static let maximumCopy = 1 << 12

    func writeContinue(_ context: ChannelHandlerContext) {
        switch self {
        case .http1:
            context.writeAndFlush(NIOAny(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        case .http2:
            let head = HTTPResponseHead(version: .http2, status: .continue)
            context.writeAndFlush(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
        }
    }

    /// - Parameter promise: is fulfilled when what was written before has been sent.
    func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>) {
        switch self {
        case .http1: context.writeAndFlush(NIOAny(ByteBuffer()), promise: promise)
        // A stream ends with its response.
        case .http2: promise.succeed()
        }
    }

    /// - Parameters:
    ///   - isHead: whether the request's method is `HEAD`.
    ///   - isLast: whether it is the connection's last response.
    ///   - promise: is fulfilled when all of it has been sent.
    func write(
        _ response: Response,
        isHead: Bool,
        isLast: Bool,
        _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        let body = isHead || !response.status.mayHaveResponseBody ? ByteBuffer() : response.body
        switch self {
        case .http1(let loop):
            var bytes = Self.head(of: response, isLast: isLast, date: loop.dateText, context)
            if body.readableBytes <= Self.maximumCopy {
                bytes.writeImmutableBuffer(body)
                context.writeAndFlush(NIOAny(bytes), promise: promise)
            } else {
                context.write(NIOAny(bytes), promise: nil)
                context.writeAndFlush(NIOAny(body), promise: promise)
            }
        case .http2(let loop):
            var head = HTTPResponseHead(version: .http2, status: response.status, headers: response.headers)
            // There is no such header in HTTP/2 (RFC 9113, section 8.2.2).
            head.headers.remove(name: "Connection")
            if let length = Self.length(of: response) { head.headers.add(name: "Content-Length", value: "\(length)") }
            head.headers.add(name: "Date", value: loop.dateText)
            context.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
            if body.readableBytes > 0 {
                context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(body))), promise: nil)
            }
            context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: promise)
        }
    }

    private static func head(
        of response: Response,
        isLast: Bool,
        date: String,
        _ context: ChannelHandlerContext
    ) -> ByteBuffer {
        var bytes = context.channel.allocator.buffer(capacity: min(response.body.readableBytes, maximumCopy) + 512)
        bytes.writeStaticString("HTTP/1.1 ")
        bytes.writeString(String(response.status.code))
        bytes.writeStaticString(" ")
        bytes.writeString(response.status.reasonPhrase)
        bytes.writeStaticString("\r\n")
        for (name, value) in response.headers where name != "Connection" { write(name, value, to: &bytes) }
        if let length = length(of: response) { write("Content-Length", String(length), to: &bytes) }
        if isLast { bytes.writeStaticString("Connection: close\r\n") }
        write("Date", date, to: &bytes)
        bytes.writeStaticString("\r\n")
        return bytes
    }

    private static func write(_ name: String, _ value: String, to bytes: inout ByteBuffer) {
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }

    /// What `Content-Length` says; `nil` where there must be none (RFC 9110, section 8.6), or where it would be that of another
    /// response.
    private static func length(of response: Response) -> Int? {
        switch response.status {
        case .noContent, .notModified: nil
        default: response.body.readableBytes
        }
    }
}
