import HTTPTypes
import Hummingbird
import NIOCore

/// An error as JSON: `{"code":20404,"message":"…","more_info":"…","status":404}`.
///
/// It never has `type` and `title`: the Python SDK would take it for another class of error.
enum ErrorRepresentation {
    /// Where the family's codes are explained.
    private static let moreInfo = "https://www.twilio.com/docs/errors/"

    static func response(for error: APIError) -> Response {
        var headers = error.headers
        headers[.contentType] = "application/json"
        return Response(status: error.status, headers: headers, body: ResponseBody(byteBuffer: body(of: error)))
    }

    static func body(of error: APIError) -> ByteBuffer {
        var json = ByteBuffer()
        json.writeString("{\"code\":\(error.code),\"message\":")
        json.writeJSONString(error.message)
        json.writeString(",\"more_info\":")
        json.writeJSONString("\(moreInfo)\(error.code)")
        json.writeString(",\"status\":\(error.status.code)}")
        return json
    }
}
