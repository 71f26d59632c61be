import AssistantsAPI
import HTTPTypes
import Hummingbird
import Logging
import PrometheusMetrics

/// Serves the process' figures on an address of its own, which need not be reachable for those who use the API.
enum MetricsServer {
    static func application(
        at address: ListenAddress,
        registry: MetricsRegistry,
        listener: Listener,
        logger: Logger
    ) -> Application<RouterResponder<BasicRequestContext>> {
        let router = Router()
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: registry.text))
            )
        }
        return Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            onServerRunning: { listener.open($0) },
            logger: logger
        )
    }
}
