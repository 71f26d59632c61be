import AssistantsStore

/// What a webhook is told of a turn: the names and values of a form.
struct CallbackBody {
    private let fields: [(name: String, value: String)]

    init(_ turn: Turn, _ outcome: TurnOutcome) {
        let (status, body, error) =
            switch outcome {
            case .reply(let reply): ("Success", reply.text, "")
            case .failure(let reason): ("Failed", "", reason)
            }
        fields = [
            ("AccountSid", turn.account.text), ("Body", body), ("Error", error), ("Identity", turn.identity),
            ("SessionId", turn.sessionID.text), ("Status", status),
        ]
    }

    /// As `application/x-www-form-urlencoded`.
    var formEncoded: String {
        FormEncoding.encode(fields)
    }
}
