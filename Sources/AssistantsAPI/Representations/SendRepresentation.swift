package import AssistantsStore
import NIOCore
package import Replies

/// The answer to a message to an assistant, as JSON.
package enum SendRepresentation {
    /// The answer when the turn has ended.
    @Sendable
    package static func answer(to turn: Turn, _ outcome: TurnOutcome) -> StoredAnswer {
        let json =
            switch outcome {
            case .reply(let reply): json(status: "success", turn.sessionID, turn.account, body: reply.text)
            case .failure(let reason): json(status: "failed", turn.sessionID, turn.account, error: reason)
            }
        return StoredAnswer(status: 200, body: Array(json.readableBytesView))
    }

    /// The answer when the turn has been taken on, and its reply goes to a webhook.
    static func accepted(_ session: SessionID, in account: AccountSID) -> StoredAnswer {
        StoredAnswer(status: 202, body: Array(json(status: "queued", session, account).readableBytesView))
    }

    private static func json(
        status: StaticString,
        _ session: SessionID,
        _ account: AccountSID,
        body: String = "",
        error: String = ""
    ) -> ByteBuffer {
        var json = ByteBuffer()
        json.writeStaticString("{\"status\":\"")
        json.writeStaticString(status)
        json.writeStaticString("\",\"flagged\":false,\"aborted\":false,\"session_id\":")
        json.writeJSONString(session.text)
        json.writeStaticString(",\"account_sid\":")
        json.writeJSONString(account.text)
        json.writeStaticString(",\"body\":")
        json.writeJSONString(body)
        json.writeStaticString(",\"error\":")
        json.writeJSONString(error)
        json.writeStaticString("}")
        return json
    }
}
