import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPTransport

@Suite("Streams of HTTP/2")
struct StreamHandlerTests {
    @Test("a response is unsent until its end has been sent, with a body or without one", arguments: ["", "hello"])
    func unsent(body: String) throws {
        let handler = StreamHandler()
        let channel = EmbeddedChannel(handler: handler)
        channel.write(HTTPServerResponsePart.head(HTTPResponseHead(version: .http2, status: .ok)), promise: nil)
        if !body.isEmpty {
            channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
        }
        channel.write(HTTPServerResponsePart.end(nil), promise: nil)
        #expect(handler.unsent == 1)
        channel.flush()
        #expect(handler.unsent == 0)
    }
}
