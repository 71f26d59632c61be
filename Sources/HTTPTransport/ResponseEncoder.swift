import NIOCore
import NIOHTTP1

/// Writes responses: to a connection of HTTP/1.1 as bytes, to a stream of HTTP/2 as parts.
enum ResponseEncoder {
    case http1(EventLoopState)
    case http2(EventLoopState)

    /// In bytes: a body up to this is copied behind its head, so that both are one buffer.
    private static let maximumCopy = 1 << 12
    /// In bytes: with room for a head before that.
    private static let capacity = maximumCopy + 1_024

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
    ///   - body: what is sent behind the head.
    ///   - isLast: whether it is the connection's last response.
    ///   - promise: is fulfilled when all of it has been sent.
    func write(
        _ response: Response,
        _ body: ByteBuffer,
        isLast: Bool,
        _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        switch self {
        case .http1(let loop):
            let isCopied = body.readableBytes <= Self.maximumCopy
            let bytes = loop.buffer(capacity: Self.capacity) { bytes in
                Self.writeHead(of: response, isLast: isLast, date: loop.dateText, to: &bytes)
                if isCopied { bytes.writeImmutableBuffer(body) }
            }
            if isCopied {
                context.writeAndFlush(NIOAny(bytes), promise: promise)
            } else {
                context.write(NIOAny(bytes), promise: nil)
                context.writeAndFlush(NIOAny(body), promise: promise)
            }
        case .http2(let loop):
            context.write(NIOAny(HTTPServerResponsePart.head(Self.head(of: response, loop))), promise: nil)
            if body.readableBytes > 0 {
                context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(body))), promise: nil)
            }
            context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: promise)
        }
    }

    // MARK: Streamed responses

    /// The head alone.
    /// - Parameter isChunked: whether each part of the body has its length before it; else the connection's end is the body's.
    func writeHead(of response: Response, isChunked: Bool, isLast: Bool, _ context: ChannelHandlerContext) {
        switch self {
        case .http1(let loop):
            var response = response
            if isChunked { response.headers.add(name: "Transfer-Encoding", value: "chunked") }
            let bytes = loop.buffer(capacity: Self.capacity) { bytes in
                Self.writeHead(of: response, isLast: isLast, date: loop.dateText, to: &bytes)
            }
            context.writeAndFlush(NIOAny(bytes), promise: nil)
        case .http2(let loop):
            let head = HTTPServerResponsePart.head(Self.head(of: response, loop))
            context.writeAndFlush(NIOAny(head), promise: nil)
        }
    }

    /// Not flushed.
    /// - Parameters:
    ///   - bytes: at least one.
    ///   - promise: is fulfilled when they have been sent.
    func writePart(
        _ bytes: ByteBuffer,
        isChunked: Bool,
        _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>
    ) {
        switch self {
        case .http1 where isChunked:
            context.write(NIOAny(ByteBuffer(string: "\(String(bytes.readableBytes, radix: 16))\r\n")), promise: nil)
            context.write(NIOAny(bytes), promise: promise)
            context.write(NIOAny(ByteBuffer(staticString: "\r\n")), promise: nil)
        case .http1:
            context.write(NIOAny(bytes), promise: promise)
        case .http2:
            context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(bytes))), promise: promise)
        }
    }

    /// Ends such a body.
    func writeEnd(isChunked: Bool, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        switch self {
        case .http1:
            let end = isChunked ? ByteBuffer(staticString: "0\r\n\r\n") : ByteBuffer()
            context.writeAndFlush(NIOAny(end), promise: promise)
        case .http2:
            // Trailers without a header: an empty frame of data must not wait for the client's window (`EndOfStreamHandler`).
            context.writeAndFlush(NIOAny(HTTPServerResponsePart.end([:])), promise: promise)
        }
    }

    // MARK: Heads

    private static func head(of response: Response, _ loop: EventLoopState) -> HTTPResponseHead {
        var head = HTTPResponseHead(version: .http2, status: response.status, headers: response.headers)
        // There is no such header in HTTP/2 (RFC 9113, section 8.2.2).
        head.headers.remove(name: "Connection")
        if let length = length(of: response) { head.headers.add(name: "Content-Length", value: "\(length)") }
        head.headers.add(name: "Date", value: loop.dateText)
        return head
    }

    private static func writeHead(of response: Response, isLast: Bool, date: String, to bytes: inout ByteBuffer) {
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
    }

    private static func write(_ name: String, _ value: String, to bytes: inout ByteBuffer) {
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }

    /// What `Content-Length` says; `nil` where there must be none (RFC 9110, section 8.6), where it would be that of another
    /// response, or where nobody knows it yet.
    private static func length(of response: Response) -> Int? {
        switch (response.status, response.body) {
        case (.noContent, _), (.notModified, _), (_, .streamed): nil
        case (_, .bytes(let bytes)): bytes.readableBytes
        }
    }
}
