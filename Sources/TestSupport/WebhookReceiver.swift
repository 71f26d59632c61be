import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server that keeps the requests that it gets.
package final class WebhookReceiver: Sendable {
    package struct Request: Sendable {
        package let target: String
        package let host: String?
        package let signature: String?
        package let time: ContinuousClock.Instant
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let receive: (HTTPRequestHead) -> Int?

        init(_ receive: @escaping (HTTPRequestHead) -> Int?) {
            self.receive = receive
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let request) = unwrapInboundIn(data), let status = receive(request) else { return }
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .init(statusCode: status),
                headers: ["Content-Length": "0"]
            )
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    /// What the channels' handlers share.
    private final class Log: Sendable {
        let requests = Mutex<[Request]>([])
        let answers: [Int?]

        init(_ answers: [Int?]) {
            self.answers = answers
        }

        func receive(_ head: HTTPRequestHead) -> Int? {
            let request = Request(
                target: head.uri,
                host: head.headers.first(name: "Host"),
                signature: head.headers.first(name: "X-Twilio-Signature"),
                time: .now
            )
            let count = requests.withLock {
                $0.append(request)
                return $0.count
            }
            return answers[min(count, answers.count) - 1]
        }
    }

    private let log: Log
    private let channel: any Channel
    package let port: Int

    /// - Parameter answers: the status of each response, in order; the last one stays, and `nil` is no response.
    package init(host: String = "127.0.0.1", answers: [Int?] = [204]) async throws {
        let log = Log(answers)
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log.receive))
                }
            }
            .bind(host: host, port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    deinit {
        channel.close(promise: nil)
    }

    package var requests: [Request] { log.requests.withLock { $0 } }

    /// Waits, for 20 s at most, until so many requests have come.
    package func wait(for count: Int) async throws -> [Request] {
        let end = ContinuousClock.now + .seconds(20)
        while requests.count < count && .now < end { try await Task.sleep(for: .milliseconds(10)) }
        return requests
    }
}
