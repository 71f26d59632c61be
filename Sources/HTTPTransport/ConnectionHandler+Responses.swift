import NIOCore
import NIOHTTP1

extension ConnectionHandler {
    func answer(_ response: Response, _ context: ChannelHandlerContext) {
        // Its request may have been refused meanwhile.
        guard isOpen, !end.isOver, let exchange, !exchange.isAnswered else {
            if case .streamed(let writer) = response.body { writer.connectionClosed() }
            return
        }
        self.exchange?.isAnswered = true
        // What is not HTTP behind a whole request gets a response of its own.
        let isInputEnding = isInputOver && waiting.isEmpty && !(isMalformed && exchange.isReadCompletely)
        // What a streamed response says at its beginning must be true at its end, when other requests may have arrived.
        let isLastOfStop = if case .streamed = response.body { deadlines.isLastAnswerNext } else { false }
        let isLast = end.beganResponse(
            saysClose: response.saysClose || isInputEnding || isLastOfStop
                || stream == nil && !exchange.head.keepsConnection,
            isBodyArriving: deadlines.isBodyOfNextAnswerArriving
        )
        if isLast { deadlines.beganLastAnswer() }
        let closes = isLast || deadlines.isLastAnswerNext
        let isBodySent = exchange.head.method != .HEAD && response.status.mayHaveResponseBody
        switch response.body {
        case .bytes(let bytes):
            endAnswer(context) {
                encoder.write(response, isBodySent ? bytes : ByteBuffer(), isLast: closes, context, promise: $0)
            }
        case .streamed(let writer) where isBodySent:
            let body = StreamedBody(writer: writer, isChunked: exchange.head.version != .http1_0)
            streamedBody = body
            requestNumber = connections.add { writer.cancel() }
            encoder.writeHead(of: response, isChunked: body.isChunked, isLast: closes, context)
            let here = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            writer.open {
                eventLoop.execute {
                    let (handler, context) = here.value
                    handler.sendStreamedBody(of: writer, context)
                }
            }
        case .streamed(let writer):
            writer.connectionClosed()
            endAnswer(context) { encoder.write(response, ByteBuffer(), isLast: closes, context, promise: $0) }
        }
    }

    /// Writes a response or its end, and does what follows from that.
    /// - Parameter write: takes what is fulfilled when all of it has been sent.
    private func endAnswer(_ context: ChannelHandlerContext, write: (EventLoopPromise<Void>?) -> Void) {
        deadlines.endedAnswer(at: context.eventLoop.now)
        if exchange?.isReadCompletely == true { exchange = nil }
        if end.endedResponse() {
            write(sent(context) { self.linger(context) })
        } else if deadlines.isLastAnswerEnded {
            end.end()
            deadlines.beganLastAnswer()
            write(sent(context) { context.close(promise: nil) })
        } else {
            write(nil)
            take(context)
        }
    }

    /// - Parameter onSent: what is done when the connection's last bytes have been sent, and not before: what waits to be sent is lost
    ///   where a connection is closed.
    func sent(_ context: ChannelHandlerContext, onSent: @escaping () -> Void) -> EventLoopPromise<Void> {
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in onSent() }
        return sent
    }

    // MARK: Streamed responses

    private func sendStreamedBody(of writer: ResponseWriter, _ context: ChannelHandlerContext) {
        guard isOpen, let body = streamedBody, body.writer === writer else { return }
        let (parts, end) = writer.takeParts()
        if end == .incomplete {
            context.close(promise: nil)
            return
        }
        for part in parts {
            let sent = context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenSuccess {
                self.deadlines.sentPart()
                writer.sent(part.readableBytes)
            }
            encoder.writePart(part, isChunked: body.isChunked, context, promise: sent)
        }
        guard end == .complete else {
            context.flush()
            return
        }
        endStreamedBody()
        endAnswer(context) { encoder.writeEnd(isChunked: body.isChunked, context, promise: $0) }
    }

    func endStreamedBody() {
        guard let body = streamedBody else { return }
        streamedBody = nil
        endRequest()
        body.writer.connectionClosed()
    }

    /// Refuses what no responder is asked about, as the connection's last response.
    func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) {
        _ = end.beganResponse(saysClose: true, isBodyArriving: deadlines.isBodyArriving)
        deadlines.beganLastAnswer()
        end.end()
        exchange?.body?.finish(.failure(RequestBody.Incomplete()))
        let response = responder.response(to: refusal)
        guard case .bytes(let bytes) = response.body else { preconditionFailure("a refusal is complete") }
        encoder.write(response, bytes, isLast: true, context, promise: sent(context) { self.linger(context) })
    }

    /// Ends the connection when its client has seen the last response: discards what still arrives until the client closes it
    /// too, or for a moment.
    func linger(_ context: ChannelHandlerContext) {
        end.linger()
        timer?.cancel()
        waiting.removeAll()
        guard isOpen, !isInputOver || isMalformed else {
            context.close(promise: nil)
            return
        }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(ConnectionEnd.time)) {
            context.close(promise: nil)
        }
        // A stream's side is closed by the response's end, and cannot be closed alone.
        if stream == nil { context.close(mode: .output, promise: nil) }
        context.read()
    }
}
