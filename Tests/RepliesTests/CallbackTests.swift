import IPAddresses
import Secrets
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
    ]

    @Test("a URL of a loopback, link-local or private address is refused, in any spelling", arguments: refused)
    func privateAddress(_ url: String) {
        let error = #expect(throws: CallbackURL.Invalid.self) {
            try CallbackURL(url, addresses: CallbackAddresses(allowsPrivate: false))
        }
        #expect(error?.reason.contains("private") == true, "\(error?.reason ?? "")")
        #expect(throws: Never.self) { try CallbackURL(url, addresses: CallbackAddresses(allowsPrivate: true)) }
    }

    @Test(
        "public addresses and names will do",
        arguments: [
            "https://example.com/a?b=c", "HTTP://example.com", "http://8.8.8.8:8080/", "http://[2606:4700::1111]/",
            "http://172.32.0.1/", "http://localhost.example.com/",
        ]
    )
    func publicAddress(_ url: String) throws {
        #expect(try CallbackURL(url, addresses: CallbackAddresses(allowsPrivate: false)).text == url)
    }

    @Test(
        "what is no URL of http or https is refused",
        arguments: [
            "", "x", "example.com", "//example.com", "ftp://example.com/", "file:///etc/passwd", "http://", "http:///x",
            "http://example.com:99999/", "http://user@example.com/", "http://user:password@example.com/",
            "http://%00/", "http://127.0.0.1%00.example.com/", "http://exa%20mple.com/", "http://[fe80::1%25eth0]/",
            "http://exa mple.com/", "http://exa\nmple.com/", "http://example.com:0/", "http+unix://%2Ftmp%2Fsocket/",
            "javascript:alert(1)",
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
