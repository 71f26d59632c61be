package import AssistantsAPI
package import Replies

/// How a server works. The defaults are those of `understudy serve`.
package struct ServerOptions: Sendable {
    /// Maximum number of connections; further clients wait until one of them ends.
    package var maximumConnections = 10_000
    /// The commit that the program was built from, for metrics; empty if it is unknown.
    package var commit = ""
    package var api = APIOptions()
    package var model = Model(name: "", server: nil)
    package var turns = TurnOptions()
    package var callbacks = CallbackOptions()
    /// How long the server keeps accepting requests after a signal to stop, if a load balancer asks for its readiness.
    package var shutdownDelay = Duration.seconds(3)

    package init() {}
}
