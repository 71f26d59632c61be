import HTTPTypes
import Hummingbird
package import Logging
package import NIOCore
package import NIOHTTPTypes

/// Gives the answer to what is no HTTP the form of every other error.
///
/// Hummingbird answers such a request by itself, without a body, before any responder sees it; that answer is known by
/// its lack of a `Twilio-Request-Id`.
package final class UnparsableRequestHandler: ChannelOutboundHandler, RemovableChannelHandler {
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private let logger: Logger

    package init(logger: Logger) {
        self.logger = logger
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.twilioRequestID] == nil
        else {
            context.write(data, promise: promise)
            return
        }
        let id = RequestID()
        let error = APIError.badRequest("The request is not well-formed HTTP, or its headers are too large")
        logger.info("\(error.message)", metadata: ["request_id": "\(id)", "status": "400"])
        var response = ErrorRepresentation.response(for: error)
        response.headers[.twilioRequestID] = id.description
        response.headers[.connection] = "close"
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        context.write(wrapOutboundOut(.body(ErrorRepresentation.body(of: error))), promise: promise)
    }
}
