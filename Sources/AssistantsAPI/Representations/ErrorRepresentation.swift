import HTTPTransport
import NIOCore
import NIOHTTP1

/// An error as JSON: `{"code":20404,"message":"…","more_info":"…","status":404}`.
///
/// It never has `type` and `title`: the Python SDK would take it for another class of error.
enum ErrorRepresentation {
    /// Where the family's codes are explained.
    private static let moreInfo = "https://www.twilio.com/docs/errors/"

    static func response(for error: APIError) -> Response {
        var headers = error.headers
        headers.add(name: "Content-Type", value: "application/json")
        var json = ByteBuffer()
        json.writeString("{\"code\":\(error.code),\"message\":")
        json.writeJSONString(error.message)
        json.writeString(",\"more_info\":")
        json.writeJSONString("\(moreInfo)\(error.code)")
        json.writeString(",\"status\":\(error.status.code)}")
        return Response(status: error.status, headers: headers, body: json)
    }
}
