/// What a request's reader asks of its connection's handler.
enum BodyEvent {
    /// To tell the client that its body is wanted.
    case sendContinue
    /// To wake the reader, which waits for the next part of the body.
    case wakeReader
}
