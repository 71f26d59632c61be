import AssistantsStore
import Foundation
import NIOHTTP1
import Secrets
import Testing

@testable import Replies

@Suite("Errors of models' servers")
struct ServerErrorTests {
    @Test(
        "the words are found in every form in use",
        arguments: [
            #"{"error":{"message":"no"}}"#, #"{"error":"no"}"#, #"{"message":"no"}"#, #"{"detail":"no"}"#,
            #"{"detail":[{"loc":["body"],"msg":"no","type":"missing"}]}"#, #"[{"error":{"code":400,"message":"no"}}]"#,
            #"{"object":"error","message":"no","type":"BadRequestError","code":400}"#,
            #"{"errors":[{"message":"no"}]}"#,
            #"{"error":{"message":"no","code":null}}"#, #"{"error":{"code":"no"}}"#,
        ]
    )
    func words(_ body: String) {
        #expect(ServerError(body: Data(body.utf8))?.message == "no")
    }

    @Test(
        "what says nothing of an error is none",
        arguments: ["", "{}", "[]", "null", "<html>", #"{"status":"ok"}"#, #"{"error":null}"#]
    )
    func none(_ body: String) {
        #expect(ServerError(body: Data(body.utf8)) == nil)
    }

    @Test(
        "an error that means overload is one that passes",
        arguments: [
            (#"{"error":{"message":"x","code":429}}"#, true), (#"{"error":{"message":"x","code":"503"}}"#, true),
            (#"{"error":{"message":"x","type":"overloaded_error"}}"#, true), (#"{"error":"Server is busy"}"#, true),
            (#"{"error":"Model is too busy","error_type":"overloaded"}"#, true),
            (#"{"error":{"message":"Rate limit reached"}}"#, true), (#"{"error":{"message":"x","code":400}}"#, false),
            (#"{"error":{"message":"No such model"}}"#, false),
        ]
    )
    func transient(_ body: String, _ isTransient: Bool) {
        #expect(ServerError(body: Data(body.utf8))?.isTransient == isTransient)
    }

    @Test(
        "callers get neither keys nor addresses",
        arguments: [
            ("the key my-key-1 is wrong", "the key (secret) is wrong"),
            ("Incorrect API key provided: sk-abc*****xyz.", "Incorrect API key provided: (secret)"),
            ("my-k***y-1 is wrong", "(secret) is wrong"), ("Authorization: Bearer abc", "Authorization: (secret)"),
            ("see http://10.0.0.5:8000/v1 now", "see (URL) now"),
            ("dial 10.0.0.5:8000: refused", "dial (address) refused"),
            ("('10.0.0.5', 8000)", "('(address)', 8000)"), ("at ::1.", "at (address)"),
            ("at [fe80::1]:80", "at [(address)]:80"),
            ("no MODELS.internal:80", "no (address):80"), ("localhost is away", "(address) is away"),
            ("at 12:30:45 of 2026, 1.5 of 3.2.1", "at 12:30:45 of 2026, 1.5 of 3.2.1"), (" a\n", "a"),
        ]
    )
    func callers(_ said: String, _ told: String) {
        let words = ServerWords(key: Secret("my-key-1"), host: "models.internal")
        #expect(words.forCallers(said) == told)
    }

    @Test("what is passed on is bounded, without a part of the key at its end")
    func bounded() {
        let words = ServerWords(key: Secret("my-key-1"), host: "models.internal")
        for length in [0, 490, 495, 499, 1_990, 3_000_000] {
            let said = String(repeating: "x", count: length) + "my-key-1" + String(repeating: "y", count: 1_000)
            for told in [words.forCallers(said), words.forLog(said)] {
                #expect(told.utf8.count <= 500 && !told.contains("my"))
            }
        }
    }

    @Test(
        "Retry-After is a number of seconds or a date, of the server's clock",
        arguments: [
            ("7", .seconds(7)), ("0", .zero), ("-1", .zero), ("Sun, 06 Nov 1994 08:49:39 GMT", .seconds(2)),
            ("Sun, 06 Nov 1994 08:49:30 GMT", .zero), ("Sun Nov  6 08:49:40 1994", .seconds(3)), ("soon", nil),
            ("", nil),
        ] as [(String, Duration?)]
    )
    func retryAfter(_ text: String, _ delay: Duration?) {
        let now = Timestamp(microseconds: 784_111_777_000_000)
        #expect(RetryAfter.delay(["Retry-After": text], now: now) == delay)
        // An hour off.
        let other = Timestamp(microseconds: 784_115_377_000_000)
        let headers: HTTPHeaders = ["Retry-After": text, "Date": "Sun, 06 Nov 1994 08:49:37 GMT"]
        #expect(RetryAfter.delay(headers, now: other) == delay)
    }
}
