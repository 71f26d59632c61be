import AssistantsStore
import IPAddresses
import Secrets
import TestSupport
import Testing

@testable import Replies

@Suite("Callbacks")
struct CallbackTests {
    @Test("a signature is what the vendor's documentation gives as its example")
    func signature() {
        let fields = [
            ("CallSid", "CA1234567890ABCDE"), ("Caller", "+12349013030"), ("Digits", "1234"), ("From", "+12349013030"),
            ("To", "+18005551212"),
        ]
        let signature = CallbackSignature.sign(
            url: "https://mycompany.com/myapp.php?foo=1&bar=2",
            fields: fields.reversed().map { (name: $0.0, value: $0.1) },
            token: Secret("12345")
        )
        #expect(signature == "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")
    }

    @Test("a form is read back as it was written")
    func form() {
        let fields = [
            (name: "Body", value: "é + b&c=d\n😀%41"), (name: "Empty", value: ""), (name: "a b", value: "*-._~"),
        ]
        let encoded = FormEncoding.encode(fields)
        #expect(encoded == "Body=%C3%A9+%2B+b%26c%3Dd%0A%F0%9F%98%80%2541&Empty=&a+b=*-._%7E")
        let decoded = FormEncoding.decode(encoded)
        #expect(decoded.map(\.name) == fields.map(\.name))
        #expect(decoded.map(\.value) == fields.map(\.value))
    }

    @Test("every refused network is well-formed")
    func networks() {
        #expect(CallbackAddresses.refused.allSatisfy { IPNetwork($0) != nil })
    }

    static let refused = [
        "http://127.0.0.1/", "http://127.1.2.3:8080/x", "http://10.0.0.1/", "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data", "http://100.64.0.1/", "http://0.0.0.0/",
        "http://224.0.0.1/", "http://255.255.255.255/", "http://[::1]/", "http://[::]/", "http://[fe80::1]/",
        "http://[fd00::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/", "http://localhost/", "http://LOCALHOST:80/", "http://a.localhost/", "http://127.1/",
        "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://localhost./",
        "http://192.0.0.1/", "http://192.0.2.1/", "http://198.18.0.1/", "http://198.19.255.255/",
        "http://198.51.100.1/", "http://203.0.113.1/", "http://[64:ff9b:1::1]/", "http://[100::1]/",
        "http://[2001::1]/", "http://[2001:1ff::1]/", "http://[2001:db8::1]/", "http://[fec0::1]/",
        "http://[ff02::1]/",
    ]

    @Test("a URL of a loopback, link-local or private address is refused, in any spelling", arguments: refused)
    func privateAddress(_ url: String) {
        let error = #expect(throws: CallbackURL.Invalid.self) {
            try CallbackURL(url, addresses: CallbackAddresses(allowsPrivate: false))
        }
        #expect(error?.reason.contains("--allow-private webhooks") == true, "\(error?.reason ?? "")")
        #expect(throws: Never.self) { try CallbackURL(url, addresses: CallbackAddresses(allowsPrivate: true)) }
    }

    @Test(
        "public addresses and names will do",
        arguments: [
            "https://example.com/a?b=c", "http://8.8.8.8:8080/", "http://[2606:4700::1111]/", "http://172.32.0.1/",
            "http://localhost.example.com/", "http://192.0.1.1/", "http://198.20.0.1/", "http://[64:ff9b:2::1]/",
            "http://[100:0:0:1::1]/", "http://[2001:200::1]/",
        ]
    )
    func publicAddress(_ url: String) throws {
        #expect(try CallbackURL(url, addresses: CallbackAddresses(allowsPrivate: false)).text == url)
    }

    @Test(
        "a URL is normalized once, and its normal form stays",
        arguments: [
            ("HTTP://Example.COM", "http://example.com/"), ("https://example.com:443/a", "https://example.com/a"),
            ("https://example.com:80/a", "https://example.com:80/a"),
            ("http://example.com:0080", "http://example.com/"),
            ("http://example.com:/", "http://example.com/"), ("http://example.com#a?b", "http://example.com/"),
            ("http://example.com?a=%20b c", "http://example.com/?a=%20b%20c"),
            ("http://example.com\\a\\b?\\", "http://example.com/a/b?%5C"), ("  http://a/  ", "http://a/"),
            ("http://a/%", "http://a/%25"), ("http://a/%2", "http://a/%252"), ("http://a/%2g", "http://a/%252g"),
            ("http://a/%%20", "http://a/%25%20"), ("http://a/b/../../c/.", "http://a/c/"),
            ("http://a/e\u{301}/\u{301}", "http://a/e%CC%81/%CC%81"), ("http://a/?", "http://a/"),
            ("http://a/b;", "http://a/b%3B"), ("http://134744072/", "http://8.8.8.8/"),
            ("http://[2606:4700::ABCD]:81", "http://[2606:4700::abcd]:81/"),
            ("http://a/%FF/../b?%FF", "http://a/b?%FF"),
        ]
    )
    func normalized(_ given: String, _ expected: String) throws {
        let addresses = CallbackAddresses(allowsPrivate: false)
        #expect(try CallbackURL(given, addresses: addresses).text == expected)
        #expect(try CallbackURL(expected, addresses: addresses).text == expected)
    }

    @Test("the address that was checked is connected to, whatever the name means by then")
    func rebinding() async throws {
        // The system's resolver has another address for the name, where nobody listens.
        let receiver = try await WebhookReceiver(host: "127.0.0.2")
        var delivery = CallbackDelivery(addresses: CallbackAddresses(allowsPrivate: true), timeout: .seconds(5))
        delivery.resolve = { host in host == "localhost" ? ["127.0.0.2"].compactMap { IPAddress($0) } : [] }
        try await delivery.deliver(callback("http://localhost:\(receiver.port)/"), token: Secret("12345"))
        #expect(receiver.requests.map(\.host) == ["localhost:\(receiver.port)"])
    }

    @Test("a URL that an earlier version stored is normalized when it is requested")
    func storedEarlier() async throws {
        let receiver = try await WebhookReceiver()
        let delivery = CallbackDelivery(addresses: CallbackAddresses(allowsPrivate: true), timeout: .seconds(5))
        let long = String(repeating: " ", count: 2_000)
        let stored = "HTTP://127.1:\(receiver.port)?a=%20b c\(long)x#d"
        try await delivery.deliver(callback(stored), token: Secret("12345"))
        let target = "/?a=%20b%20c\(String(repeating: "%20", count: 2_000))x"
        let request = try #require(receiver.requests.first)
        #expect(request.target == target)
        let signature = CallbackSignature.sign(
            url: "http://127.0.0.1:\(receiver.port)\(target)",
            fields: [(name: "Body", value: "a")],
            token: Secret("12345")
        )
        #expect(request.signature == signature)
    }

    private func callback(_ url: String) -> NewCallback {
        NewCallback(url: url, body: "Body=a", idempotencyToken: "token")
    }

    @Test("the delay doubles from retry to retry, up to its maximum")
    func delays() {
        var options = CallbackOptions()
        options.firstDelay = .seconds(1)
        options.maximumDelay = .seconds(100)
        for (attempt, seconds) in [(1, 1), (2, 2), (3, 4), (4, 8), (7, 64), (8, 100), (1_000, 100)] {
            let delay = Duration.seconds(seconds)
            for _ in 1...20 {
                #expect((delay * 0.8...delay * 1.2).contains(options.delay(afterAttempt: attempt)))
            }
        }
    }

    @Test(
        "what is no URL of http or https is refused",
        arguments: [
            "", "x", "example.com", "//example.com", "ftp://example.com/", "file:///etc/passwd", "http://", "http:///x",
            "http://example.com:99999/", "http://user@example.com/", "http://user:password@example.com/",
            "http://%00/", "http://127.0.0.1%00.example.com/", "http://exa%20mple.com/", "http://[fe80::1%25eth0]/",
            "http://exa mple.com/", "http://exa\nmple.com/", "http://example.com:0/", "http+unix://%2Ftmp%2Fsocket/",
            "javascript:alert(1)", "http://a/\n", "http://a/\u{7F}", "\thttp://a/", "http://a/#\0", "http://é.example/",
            "http://a/caf%E9", "http://a/%F0%9F?b", "http://a/%FF/é",
            "http://a:+80/", "http://[::1", "http://[::1]x/", "http://[a]/", "http:a", "http://a@b@c/",
            "https://example.com/" + String(repeating: "x", count: 2_048),
        ]
    )
    func noURL(_ url: String) {
        #expect(throws: CallbackURL.Invalid.self) {
            try CallbackURL(url, addresses: CallbackAddresses(allowsPrivate: true))
        }
    }

    @Test("a name is resolved to its addresses, and one that is not known to none")
    func resolve() async {
        let addresses = await HostResolver.addresses(of: "localhost")
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { !CallbackAddresses(allowsPrivate: false).allows($0) })
        #expect(await HostResolver.addresses(of: "unknown.invalid").isEmpty)
    }

    @Test("an address is written as it is read", arguments: ["127.0.0.1", "8.8.8.8", "2606:4700:0:0:0:0:0:1111"])
    func address(_ text: String) {
        #expect(IPAddress(text)?.description == text)
    }
}
