/// Why the caller of a turn gets no answer of it.
package enum TurnRefusal: Error {
    /// As many callers wait as may; the turn was not taken on.
    case tooManyCallers
    /// The server stops. A turn that was taken on is kept: this server's successor takes it up, or another one.
    case stopping
}
