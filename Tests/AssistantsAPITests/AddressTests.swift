import IPAddresses
import Testing

@testable import AssistantsAPI

@Suite("Addresses")
struct AddressTests {
    @Test(
        "hosts that may stand in URLs",
        arguments: [
            "a", "example.com", "a_b-c.example:8080", "127.0.0.1:80", "[::1]", "[::1]:65535", "[::ffff:1.2.3.4]",
        ]
    )
    func validAuthority(_ text: String) {
        #expect(Authority.isValid(text))
    }

    @Test(
        "hosts that may not",
        arguments: [
            "", ":80", "a:", "a:b", "a:123456", "a/b", "a b", "a\"", "a\r\nX: y", "a?b", "a#b", "u@a", "[::1", "::1",
            "[]",
            "[::1]x", "[g::1]", "é", "a%41", "a,b", String(repeating: "a", count: 301),
        ]
    )
    func invalidAuthority(_ text: String) {
        #expect(!Authority.isValid(text))
    }

    @Test(
        "configured addresses",
        arguments: [
            ("http://a", "http://a"), ("https://a.example:8443/", "https://a.example:8443"),
            ("https://a/b/c", "https://a/b/c"), ("https://a/b/", "https://a/b"),
        ]
    )
    func publicURL(_ text: String, _ expected: String) {
        #expect(PublicURL(text)?.text == expected)
    }

    @Test(
        "addresses that cannot be configured",
        arguments: [
            "", "a", "ftp://a", "http://", "http:///b", "http://a?b", "http://a/b?c", "http://a/b#c", "http://a//b",
            "http://u@a", "http://a/\"", "HTTP//a",
        ]
    )
    func invalidPublicURL(_ text: String) {
        #expect(PublicURL(text) == nil)
    }

    @Test(
        "networks hold their addresses",
        arguments: [
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false),
            ("fd00::/8", "fd12::1", true), ("::/0", "::1", true), ("::1", "::1", true),
            ("127.0.0.1", "::ffff:127.0.0.1", true), ("192.168.1.0/31", "192.168.1.1", true),
            ("192.168.1.0/31", "192.168.1.2", false),
        ]
    )
    func network(_ network: String, _ address: String, _ contains: Bool) throws {
        #expect(try #require(IPNetwork(network)).contains(#require(IPAddress(address))) == contains)
    }

    @Test("what is no network", arguments: ["", "a", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "::1/129", "/8"])
    func invalidNetwork(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }
}
