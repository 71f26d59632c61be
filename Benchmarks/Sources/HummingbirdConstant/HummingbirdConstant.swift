import Foundation
import Hummingbird
import NIOCore

/// What a Swift framework can do at most: every request gets the bytes of one file.
///
/// Usage: `HummingbirdConstant PORT FILE`
@main
struct HummingbirdConstant: HTTPResponder {
    let body: ByteBuffer

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = Int(arguments[1]) else {
            fatalError("usage: HummingbirdConstant PORT FILE")
        }
        let body = ByteBuffer(bytes: try Data(contentsOf: URL(filePath: arguments[2])))
        let application = Application(
            responder: HummingbirdConstant(body: body),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port))
        )
        try await application.runService()
    }
}
